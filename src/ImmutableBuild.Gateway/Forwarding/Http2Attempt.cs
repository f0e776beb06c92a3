using ImmutableBuild.Gateway.Routing;

namespace ImmutableBuild.Gateway.Forwarding;

/// <summary>One sending of one request to one instance over HTTP/2.</summary>
internal sealed class Http2Attempt(Exchange exchange, GenerationTraffic generation, Upstream upstream, bool isProbe)
{
    /// <summary>Sends the request and passes the answer on.</summary>
    public async ValueTask<Outcome> RunAsync()
    {
        using var request = Http2Request.Create(exchange, upstream);
        if (request is null)
        {
            await GatewayAnswer.BadRequestAsync(exchange);
            return Outcome.ClientsOwn;
        }

        HttpResponseMessage? response = null;
        try
        {
            response = await upstream.Invoker.SendAsync(request, exchange.End);
            exchange.HeadCame(generation);
            await PassOnAsync(response);
            return exchange.IsCut ? Outcome.Lost : Outcome.Answered;
        }
        catch (Exception fault) when (AttemptEnd.IsExpected(fault))
        {
            exchange.NeverSent = fault is ObjectDisposedException
                or HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError };
            return response is null ? await AttemptEnd.WithoutHeadAsync(exchange) : await AttemptEnd.BreakOffAsync(exchange);
        }
        finally
        {
            response?.Dispose();
        }
    }

    private async ValueTask PassOnAsync(HttpResponseMessage response)
    {
        Http2Response.CopyHead(response, exchange.Http);
        Answering.Prepare(exchange, generation, isProbe);
        await Http2Response.RelayAsync(response, exchange.Http.Response, exchange.End);
        Http2Response.CopyTrailers(response, exchange.Http);
    }
}
