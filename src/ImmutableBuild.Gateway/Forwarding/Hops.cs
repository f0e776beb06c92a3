using System.Collections.Frozen;
using Microsoft.Extensions.Primitives;

namespace ImmutableBuild.Gateway.Forwarding;

/// <summary>Headers that speak of one connection only and are never passed on (RFC 9110, 7.6.1).</summary>
internal static class Hops
{
    private static readonly FrozenSet<string> Names = FrozenSet.ToFrozenSet(
        [
            "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Authentication-Info",
            "TE", "Transfer-Encoding", "Upgrade", "HTTP2-Settings", "Expect",
        ],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether <paramref name="name"/> speaks of one connection only.</summary>
    public static bool Are(string name) => Names.Contains(name);

    /// <summary>Whether a <c>Connection</c> header with the values <paramref name="connection"/> names <paramref name="name"/>.</summary>
    public static bool Listed(StringValues connection, string name)
    {
        foreach (var value in connection)
        {
            foreach (var range in value.AsSpan().Split(','))
            {
                if (value.AsSpan()[range].Trim().Equals(name, StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
