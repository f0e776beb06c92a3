using System.Security.Cryptography;
using ImmutableBuild.Gateway.Routing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace ImmutableBuild.Gateway.Forwarding;

/// <summary>Makes the request to an instance from a client's: same method, target and fields, but for those of one connection only.</summary>
internal static class RequestHead
{
    private static readonly UriCreationOptions AsReceived = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <summary>The request to send to <paramref name="upstream"/>. Null when its target is of no form that can be passed on (<c>*</c>, authority).</summary>
    public static HttpRequestMessage? Create(Exchange exchange, Upstream upstream)
    {
        if (TargetOf(exchange.Http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget) is not { } target
            || !Uri.TryCreate(upstream.Prefix + target, AsReceived, out var address))
        {
            return null;
        }

        var source = exchange.Http.Request;
        var upgrades = exchange.Tunnel != Tunnel.None;
        var message = new HttpRequestMessage(upgrades ? HttpMethod.Get : HttpMethod.Parse(source.Method), address)
        {
            Version = upgrades ? System.Net.HttpVersion.Version11 : upstream.VersionFor(exchange.SpeaksHttp2),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = upgrades ? null : BodyOf(exchange),
        };
        exchange.Body = message.Content as RequestBody;
        CopyFields(source.Headers, message);
        ForwardedFields.Add(exchange, message);
        if (upgrades)
        {
            AddUpgrade(exchange, message);
        }
        else if (message.Version.Major == 2 && Hops.Listed(source.Headers.TE, "trailers"))
        {
            message.Headers.TryAddWithoutValidation("TE", "trailers");
        }

        return message;
    }

    /// <summary>Path and query of a request's target (RFC 9112, 3.2), untouched.</summary>
    internal static string? TargetOf(string raw)
    {
        if (raw.StartsWith('/'))
        {
            return raw;
        }

        var scheme = raw.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0)
        {
            return null;
        }

        var rest = raw.AsSpan(scheme + 3);
        var path = rest.IndexOfAny('/', '?');
        return path < 0 ? "/" : rest[path] == '/' ? rest[path..].ToString() : string.Concat("/", rest[path..]);
    }

    private static RequestBody? BodyOf(Exchange exchange)
    {
        var source = exchange.Http.Request;
        if (exchange.Http.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true })
        {
            return new RequestBody(source.Body, source.ContentLength);
        }

        return exchange.IsIdempotent ? null : new RequestBody(Stream.Null, 0);
    }

    private static void CopyFields(IHeaderDictionary fields, HttpRequestMessage message)
    {
        // Kestrel shortens a list that also holds close or keep-alive to that word, so names listed beside them pass through.
        var connection = fields.Connection;
        foreach (var (name, values) in fields)
        {
            // The pseudo fields of HTTP/2 are in the target, the method and Host.
            if (Hops.Are(name) || name[0] == ':' || ForwardedFields.Own(name) || (connection.Count > 0 && Hops.Listed(connection, name)))
            {
                continue;
            }

            Add(message, name, values);
        }
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

        // HTTP/2 may split cookies, HTTP/1.1 must not (RFC 9113, 8.2.3).
        IEnumerable<string?> all = name.Equals("Cookie", StringComparison.OrdinalIgnoreCase) ? [string.Join("; ", values.ToArray())] : values;
        if (!message.Headers.TryAddWithoutValidation(name, all))
        {
            message.Content?.Headers.TryAddWithoutValidation(name, all);
        }
    }

    private static void AddUpgrade(Exchange exchange, HttpRequestMessage message)
    {
        message.Headers.TryAddWithoutValidation("Connection", "Upgrade");
        if (exchange.Tunnel == Tunnel.ExtendedConnect)
        {
            // RFC 8441, 5: the handshake's key exists in HTTP/1.1 only.
            message.Headers.TryAddWithoutValidation("Upgrade", "websocket");
            message.Headers.TryAddWithoutValidation("Sec-WebSocket-Key", Convert.ToBase64String(RandomNumberGenerator.GetBytes(16)));
        }
        else
        {
            message.Headers.TryAddWithoutValidation("Upgrade", exchange.Http.Request.Headers.Upgrade.ToString());
        }
    }
}
