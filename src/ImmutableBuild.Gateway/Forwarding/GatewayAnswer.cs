using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ImmutableBuild.Gateway.Forwarding;

/// <summary>What the gateway says when no instance can: plain text with a status, or for gRPC a status that its clients know.</summary>
internal static class GatewayAnswer
{
    private const string GrpcUnavailable = "14";

    /// <summary>Nothing was ever released, or the app was stopped.</summary>
    public static Task NoGenerationAsync(Exchange exchange) =>
        WriteAsync(exchange, StatusCodes.Status503ServiceUnavailable, "No generation serves this app.");

    /// <summary>The generation has no instance that may get requests.</summary>
    public static Task NoInstanceAsync(Exchange exchange) =>
        WriteAsync(exchange, StatusCodes.Status503ServiceUnavailable, "No healthy instance serves this app.");

    /// <summary>The instance broke the connection before it answered.</summary>
    public static Task BadGatewayAsync(Exchange exchange) =>
        WriteAsync(exchange, StatusCodes.Status502BadGateway, "The instance did not answer.");

    /// <summary>The request outlived its drain limit before it had an answer.</summary>
    public static Task CutAsync(Exchange exchange) =>
        WriteAsync(exchange, StatusCodes.Status504GatewayTimeout, "The generation that worked on this request was replaced, and the time to finish is over.");

    /// <summary>The target is of a form that can't be passed on.</summary>
    public static Task BadRequestAsync(Exchange exchange) =>
        WriteAsync(exchange, StatusCodes.Status400BadRequest, "This request target can't be forwarded.");

    /// <summary>The body has a transfer coding that this gateway does not know. Passed on without the coding's name it would be another body (RFC 9112, 6.1).</summary>
    public static Task CodedAsync(Exchange exchange) =>
        WriteAsync(exchange, StatusCodes.Status501NotImplemented, "No transfer coding but chunked is understood here.");

    /// <summary>The app answered a request for a WebSocket as any other, which over HTTP/2 would pass for one that is open (RFC 8441, 5).</summary>
    public static Task NotSwitchedAsync(Exchange exchange) =>
        WriteAsync(exchange, StatusCodes.Status400BadRequest, "Nothing here switches to WebSocket.");

    /// <summary>The client's body is malformed, too slow or cut short.</summary>
    public static Task BadBodyAsync(Exchange exchange, int status) =>
        WriteAsync(exchange, status, "The request's body could not be read.");

    /// <summary>Ends a stream whose head was sent in its protocol's way: gRPC with a status in the trailers, server-sent events with the body's regular end.</summary>
    public static async Task EndStreamAsync(Exchange exchange)
    {
        var http = exchange.Http;
        if (!http.Response.HasStarted)
        {
            await CutAsync(exchange);
        }
        else if (exchange.IsGrpc && http.Features.Get<IHttpResponseTrailersFeature>() is { Trailers.IsReadOnly: false } feature)
        {
            feature.Trailers["grpc-status"] = GrpcUnavailable;
            feature.Trailers["grpc-message"] = "the generation was replaced";
        }
        else if (exchange.Http.Response.ContentLength is not null)
        {
            http.Abort();
        }
    }

    private static async Task WriteAsync(Exchange exchange, int status, string text)
    {
        var response = exchange.Http.Response;
        if (response.HasStarted || exchange.ClientLeft)
        {
            return;
        }

        response.Clear();
        response.Headers.CacheControl = "no-store";
        if (exchange.IsGrpc)
        {
            response.ContentType = "application/grpc";
            response.Headers["grpc-status"] = GrpcUnavailable;
            response.Headers["grpc-message"] = text;
            return;
        }

        response.StatusCode = status;
        response.ContentType = "text/plain";
        if (status == StatusCodes.Status503ServiceUnavailable)
        {
            response.Headers.RetryAfter = "1";
        }

        response.ContentLength = text.Length + 1;
        if (!HttpMethods.IsHead(exchange.Http.Request.Method))
        {
            await response.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"{text}\n"));
        }
    }
}
