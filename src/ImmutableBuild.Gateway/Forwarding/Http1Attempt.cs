using System.Runtime.CompilerServices;
using ImmutableBuild.Gateway.Http1;
using ImmutableBuild.Gateway.Routing;
using Microsoft.AspNetCore.Http;

namespace ImmutableBuild.Gateway.Forwarding;

/// <summary>One sending of one request to one instance over HTTP/1.1, with request and response bodies under way at once.</summary>
internal sealed class Http1Attempt(Exchange exchange, GenerationTraffic generation, Upstream upstream, bool isProbe)
{
    /// <summary>No instance sends more interim responses than this for one request.</summary>
    private const int MostInterim = 100;

    private InstanceConnection? _connection;
    private ResponseReader? _response;
    private RequestPump? _pump;
    private Task _pumping = Task.CompletedTask;

    private ResponseReader Response => _response ??= upstream.Connections.Responses.Take();

    /// <summary>Sends the request and passes the answer on.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Outcome> RunAsync()
    {
        try
        {
            if (!await SendAsync())
            {
                await GatewayAnswer.BadRequestAsync(exchange);
                return Outcome.ClientsOwn;
            }

            await ReceiveHeadAsync();
            exchange.HeadCame(generation);
        }
        catch (Exception fault) when (AttemptEnd.IsExpected(fault))
        {
            exchange.NeverSent = _connection is null;
            await ReleaseAsync(whole: false);
            return await AttemptEnd.WithoutHeadAsync(exchange);
        }

        try
        {
            await PassOnAsync();
        }
        catch (Exception fault) when (AttemptEnd.IsExpected(fault))
        {
            await ReleaseAsync(whole: false);
            return await AttemptEnd.BreakOffAsync(exchange);
        }

        return exchange.IsCut ? Outcome.Lost : Outcome.Answered;
    }

    /// <summary>Sends the head and begins with the body. False when the request can't be passed on.</summary>
    private async ValueTask<bool> SendAsync()
    {
        var connection = await upstream.Connections.TakeAsync(exchange.IsRepeated, exchange.End);
        var head = upstream.Connections.Outgoing.Take();
        if (!Http1RequestHead.TryWrite(head, exchange))
        {
            upstream.Connections.Return(connection);
            return false;
        }

        _connection = connection;
        exchange.Attach(connection);
        await connection.SendAsync(head.Written);
        upstream.Connections.Outgoing.Return(head);
        if (exchange.HasBody)
        {
            _pump = new RequestPump(exchange, connection);
            _pumping = _pump.RunAsync();
        }

        return true;
    }

    /// <summary>Reads heads until one is final (RFC 9110, 15.2): 100 lets the body go on, other interim ones are not for the client.</summary>
    private async ValueTask ReceiveHeadAsync()
    {
        var connection = _connection!;
        for (var interim = 0; interim <= MostInterim;)
        {
            var length = connection.Unread.IsEmpty ? 0 : Response.ReadHead(connection.Unread);
            if (length == 0)
            {
                if (await connection.ReceiveAsync() == 0)
                {
                    throw new IOException("The instance closed the connection before it answered.");
                }

                continue;
            }

            connection.Consume(length);
            if (Response.Status is >= 200 or StatusCodes.Status101SwitchingProtocols)
            {
                Response.Frame(HttpMethods.IsHead(exchange.Http.Request.Method));
                return;
            }

            interim++;
            _pump?.GoOn();
        }

        throw new MalformedResponseException($"The instance sent more than {MostInterim} interim responses.");
    }

    private async ValueTask PassOnAsync()
    {
        var (connection, response) = (_connection!, Response);
        if (response.Status == StatusCodes.Status101SwitchingProtocols)
        {
            await SwitchAsync(connection, response);
            return;
        }

        if (exchange.Tunnel == Tunnel.ExtendedConnect && response.Status < StatusCodes.Status300MultipleChoices)
        {
            await ReleaseAsync(whole: false);
            await GatewayAnswer.NotSwitchedAsync(exchange);
            return;
        }

        Http1Response.CopyHead(response, exchange.Http);
        Answering.Prepare(exchange, generation, isProbe);
        if (response.Framing != BodyFraming.None)
        {
            await Http1Response.RelayAsync(connection, response, exchange.Http, exchange.End);
        }

        await ReleaseAsync(whole: response is { KeepsOpen: true, IsAmbiguous: false });
    }

    private async ValueTask SwitchAsync(InstanceConnection connection, ResponseReader response)
    {
        if (exchange.Tunnel == Tunnel.None)
        {
            throw new MalformedResponseException("The instance switched protocols without being asked.");
        }

        // From here on the tunnel ends both sides in the protocol's own way.
        exchange.Detach();
        Http1Response.CopyHead(response, exchange.Http);
        Answering.Prepare(exchange, generation, isProbe);
        await TunnelRelay.RunAsync(exchange, new ConnectionStream(connection), response.UpgradedTo);
    }

    /// <summary>Lets go of the connection: back to the others when request and response are both <paramref name="whole"/>, else closed.</summary>
    private async ValueTask ReleaseAsync(bool whole)
    {
        if (_connection is not { } connection)
        {
            return;
        }

        if (_pump is { IsComplete: false } pump)
        {
            whole = false;
            connection.Abort();
            pump.Stop();
        }

        // The client's pipe must have no reader left when the server takes it back.
        await _pumping;
        _connection = null;
        if (_response is { } response)
        {
            _response = null;
            upstream.Connections.Responses.Return(response);
        }

        if (exchange.Detach() && whole)
        {
            upstream.Connections.Return(connection);
        }
        else
        {
            connection.Dispose();
        }
    }
}
