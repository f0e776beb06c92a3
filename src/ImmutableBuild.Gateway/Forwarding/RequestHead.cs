using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace ImmutableBuild.Gateway.Forwarding;

/// <summary>What of a client's request goes to an instance, whatever the protocol: target and fields, but for those of one connection only.</summary>
internal static class RequestHead
{
    // RFC 9110, 5.5: these end a field line or cut it short wherever they are copied to. HTTP/2 can carry them in spite of RFC 9113, 8.2.1.
    private static readonly SearchValues<char> LineEnds = SearchValues.Create("\r\n\0");
    private static readonly SearchValues<char> Token =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>
    /// Path and query of a request's target (RFC 9112, 3.2), untouched. Null when it is of no form that can be passed on (<c>*</c>,
    /// authority), or holds anything but visible ASCII, which no request line can carry.
    /// </summary>
    public static string? TargetOf(string raw)
    {
        if (raw.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            return null;
        }

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

    /// <summary>The target of the request of <paramref name="exchange"/>, as <see cref="TargetOf(string)"/> gives it.</summary>
    public static string? TargetOf(Exchange exchange) => TargetOf(exchange.Http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);

    /// <summary>Whether the field <paramref name="name"/> is passed on as it came.</summary>
    /// <param name="name">The field's name.</param>
    /// <param name="connection">The request's Connection field.</param>
    public static bool Passes(string name, StringValues connection) =>

        // Kestrel shortens a list that also holds close or keep-alive to that word, so names listed beside them pass through.
        // The pseudo fields of HTTP/2 are in the target, the method and Host.
        !Hops.Are(name) && name[0] != ':' && !ForwardedFields.Own(name) && (connection.Count == 0 || !Hops.Listed(connection, name));

    /// <summary>Whether name and values can stand in a field line without becoming something else.</summary>
    public static bool IsSafe(string name, StringValues values)
    {
        var safe = !name.AsSpan().ContainsAnyExcept(Token);
        foreach (var value in values)
        {
            safe &= !value.AsSpan().ContainsAny(LineEnds);
        }

        return safe;
    }

    /// <summary>Whether the values of <paramref name="name"/> must become one: HTTP/2 may split cookies, HTTP/1.1 must not (RFC 9113, 8.2.3).</summary>
    public static bool Joins(string name, StringValues values) => values.Count > 1 && name.Equals("Cookie", StringComparison.OrdinalIgnoreCase);
}
