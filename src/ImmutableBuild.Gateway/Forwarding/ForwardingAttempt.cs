using System.Diagnostics;
using System.Net.Sockets;
using ImmutableBuild.Gateway.Routing;
using Microsoft.AspNetCore.Http;

namespace ImmutableBuild.Gateway.Forwarding;

/// <summary>One sending of one request to one instance.</summary>
internal sealed class ForwardingAttempt(Exchange exchange, GenerationTraffic generation, Upstream upstream, bool isProbe) : IDisposable
{
    private HttpRequestMessage? _request;
    private HttpResponseMessage? _response;

    /// <summary>When the response's head came (<see cref="Stopwatch.GetTimestamp"/>); 0 when none did.</summary>
    public long HeadAt { get; private set; }

    /// <summary>Sends the request and passes the answer on.</summary>
    public async Task<Outcome> RunAsync()
    {
        if ((_request = RequestHead.Create(exchange, upstream)) is null)
        {
            await GatewayAnswer.BadRequestAsync(exchange);
            return Outcome.ClientsOwn;
        }

        try
        {
            _response = await upstream.Invoker.SendAsync(_request, exchange.End);
            HeadAt = Stopwatch.GetTimestamp();
        }
        catch (Exception fault) when (fault is HttpRequestException or OperationCanceledException or IOException or InvalidOperationException)
        {
            return await ExplainAsync(fault);
        }

        try
        {
            await PassOnAsync(_response);
            return exchange.IsCut ? Outcome.Lost : Outcome.Answered;
        }
        catch (Exception fault) when (fault is HttpRequestException or OperationCanceledException or IOException)
        {
            return await BreakOffAsync();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _response?.Dispose();
        _request?.Dispose();
    }

    private async Task PassOnAsync(HttpResponseMessage response)
    {
        ResponseHead.Copy(response, exchange.Http);
        if (isProbe)
        {
            exchange.Http.Response.Headers[ServingProbe.GenerationField] = generation.Name;
        }

        if (response.StatusCode == System.Net.HttpStatusCode.SwitchingProtocols)
        {
            await TunnelRelay.RunAsync(exchange, generation, response);
            return;
        }

        if (IsEventStream(response) && !exchange.IsStream)
        {
            exchange.BecomeStream(generation);
        }

        await ResponseBody.RelayAsync(response, exchange.Http.Response, exchange.End);
        ResponseHead.CopyTrailers(response, exchange.Http);
    }

    private static bool IsEventStream(HttpResponseMessage response) =>
        response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var type)
        && type.ToString().StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase);

    /// <summary>No head came: finds out whose fault it is, and answers what only the gateway can.</summary>
    private async Task<Outcome> ExplainAsync(Exception fault)
    {
        if (exchange.ClientLeft)
        {
            return Outcome.ClientsOwn;
        }

        if (exchange.IsCut)
        {
            await GatewayAnswer.CutAsync(exchange);
            return Outcome.Lost;
        }

        if (exchange.Body?.ClientFault is { } clientFault)
        {
            await GatewayAnswer.BadBodyAsync(exchange, (clientFault as BadHttpRequestException)?.StatusCode ?? StatusCodes.Status400BadRequest);
            return Outcome.ClientsOwn;
        }

        exchange.NeverSent = fault is ObjectDisposedException
            or HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError, InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } };
        return Outcome.NotAnswered;
    }

    /// <summary>The head is on its way to the client, the rest can't follow: ends the answer so that the client can tell.</summary>
    private async Task<Outcome> BreakOffAsync()
    {
        if (exchange.ClientLeft)
        {
            return Outcome.ClientsOwn;
        }

        if (exchange.IsCut && exchange.IsStream)
        {
            await GatewayAnswer.EndStreamAsync(exchange);
        }
        else if (exchange.Http.Response.HasStarted)
        {
            exchange.Http.Abort();
        }
        else
        {
            await GatewayAnswer.CutAsync(exchange);
        }

        return Outcome.Lost;
    }
}
