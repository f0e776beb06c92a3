using System.Net;
using Microsoft.AspNetCore.Http;

namespace ImmutableBuild.Gateway.Forwarding;

/// <summary>
/// Tells the app who asked: <c>X-Forwarded-For</c>, <c>-Proto</c> and <c>-Host</c>. What came with the request is believed only when
/// it came from this machine, that is from another proxy on it; anyone else's is replaced.
/// </summary>
internal static class ForwardedFields
{
    private const string For = "X-Forwarded-For";
    private const string Proto = "X-Forwarded-Proto";
    private const string Host = "X-Forwarded-Host";

    /// <summary>Whether this class alone decides on the field <paramref name="name"/>.</summary>
    public static bool Own(string name) =>
        name.Length is 15 or 16 or 17
        && (name.Equals(For, StringComparison.OrdinalIgnoreCase)
            || name.Equals(Proto, StringComparison.OrdinalIgnoreCase)
            || name.Equals(Host, StringComparison.OrdinalIgnoreCase)
            || name.Equals(ServingProbe.Field, StringComparison.OrdinalIgnoreCase));

    /// <summary>Adds the three to <paramref name="message"/>.</summary>
    public static void Add(Exchange exchange, HttpRequestMessage message)
    {
        var fields = exchange.Http.Request.Headers;
        var (address, believed) = exchange.Peer;
        var before = believed ? fields[For].ToString() : "";
        message.Headers.TryAddWithoutValidation(For, before.Length == 0 ? address : $"{before}, {address}");

        var proto = believed ? fields[Proto].ToString() : "";
        message.Headers.TryAddWithoutValidation(Proto, proto.Length == 0 ? "http" : proto);

        var host = believed ? fields[Host].ToString() : "";
        message.Headers.TryAddWithoutValidation(Host, host.Length == 0 ? exchange.Http.Request.Host.Value ?? "" : host);
    }

    /// <summary>The peer as the app is told of it, and whether it is this machine.</summary>
    public static (string Address, bool Believed) Describe(IPAddress? peer)
    {
        if (peer is null)
        {
            return ("unknown", true);
        }

        var plain = peer.IsIPv4MappedToIPv6 ? peer.MapToIPv4() : peer;
        return (plain.ToString(), IPAddress.IsLoopback(plain));
    }
}
