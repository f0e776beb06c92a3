using System.Net;
using ImmutableBuild.Gateway.Routing;
using Microsoft.Extensions.Primitives;

namespace ImmutableBuild.Gateway.Forwarding;

/// <summary>Makes a request of a client into one that <see cref="SocketsHttpHandler"/> sends with HTTP/2.</summary>
internal static class Http2Request
{
    private static readonly UriCreationOptions AsReceived = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <summary>The request to send to <paramref name="upstream"/>. Null when it can't be passed on.</summary>
    public static HttpRequestMessage? Create(Exchange exchange, Upstream upstream)
    {
        if (RequestHead.TargetOf(exchange) is not { } target || !Uri.TryCreate(upstream.Prefix + target, AsReceived, out var address))
        {
            return null;
        }

        var source = exchange.Http.Request;
        var message = new HttpRequestMessage(HttpMethod.Parse(source.Method), address)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,

            // The handler sends a request without a body again by itself, so one that must not be sent twice carries an empty one (F23).
            Content = exchange.HasBody || !exchange.IsIdempotent ? new RequestBody(exchange) : null,
        };
        var connection = source.Headers.Connection;
        foreach (var (name, values) in source.Headers)
        {
            if (!RequestHead.Passes(name, connection))
            {
                continue;
            }

            if (!RequestHead.IsSafe(name, values))
            {
                return null;
            }

            Add(message, name, values);
        }

        ForwardedFields.Write(exchange, (name, value) => message.Headers.TryAddWithoutValidation(name.ToString(), value.ToString()));
        if (Hops.Listed(source.Headers.TE, "trailers"))
        {
            message.Headers.TryAddWithoutValidation("TE", "trailers");
        }

        return message;
    }

    private static void Add(HttpRequestMessage message, string name, StringValues values)
    {
        if (values.Count == 1)
        {
            if (!message.Headers.TryAddWithoutValidation(name, values[0]))
            {
                message.Content?.Headers.TryAddWithoutValidation(name, values[0]);
            }

            return;
        }

        IEnumerable<string?> all = RequestHead.Joins(name, values) ? [string.Join("; ", values.ToArray())] : values;
        if (!message.Headers.TryAddWithoutValidation(name, all))
        {
            message.Content?.Headers.TryAddWithoutValidation(name, all);
        }
    }
}
