using System.Net;

namespace ImmutableBuild.Gateway.Forwarding;

/// <summary>
/// Tells the app who asked: <c>X-Forwarded-For</c>, <c>-Proto</c> and <c>-Host</c>. What came with the request is believed only when
/// it came from this machine, or from the host that this container is reached by, that is from another proxy there; anyone else's is replaced. So is <c>-Prefix</c>, by nothing: this gateway
/// takes nothing off a path, and an app that believes it puts it before every link.
/// </summary>
internal static class ForwardedFields
{
    private const string For = "X-Forwarded-For";
    private const string Proto = "X-Forwarded-Proto";
    private const string Host = "X-Forwarded-Host";
    private const string Prefix = "X-Forwarded-Prefix";

    /// <summary>Takes a field to be sent.</summary>
    public delegate void Writer(ReadOnlySpan<char> name, ReadOnlySpan<char> value);

    /// <summary>Whether this class alone decides on the field <paramref name="name"/>.</summary>
    public static bool Own(string name) =>
        name.Length is 15 or 16 or 17 or 18
        && (name.Equals(For, StringComparison.OrdinalIgnoreCase)
            || name.Equals(Proto, StringComparison.OrdinalIgnoreCase)
            || name.Equals(Host, StringComparison.OrdinalIgnoreCase)
            || name.Equals(Prefix, StringComparison.OrdinalIgnoreCase)
            || name.Equals(ServingProbe.Field, StringComparison.OrdinalIgnoreCase));

    /// <summary>Gives them to <paramref name="write"/>.</summary>
    public static void Write(Exchange exchange, Writer write)
    {
        var fields = exchange.Http.Request.Headers;
        var (address, believed) = exchange.Peer;
        var before = believed ? Before(fields[For]) : "";
        write(For, before.Length == 0 ? address : $"{before}, {address}");

        var proto = believed ? Before(fields[Proto]) : "";
        write(Proto, proto.Length == 0 ? "http" : proto);

        var host = believed ? Before(fields[Host]) : "";
        write(Host, host.Length == 0 ? Before(fields.Host) : host);

        var prefix = believed ? Before(fields[Prefix]) : "";
        if (prefix.Length > 0)
        {
            write(Prefix, prefix);
        }
    }

    /// <summary>The peer as the app is told of it, and whether it is this machine, or its <paramref name="host"/>.</summary>
    public static (string Address, bool Believed) Describe(IPAddress? peer, IPAddress? host)
    {
        if (peer is null)
        {
            return ("unknown", true);
        }

        var plain = peer.IsIPv4MappedToIPv6 ? peer.MapToIPv4() : peer;
        return (plain.ToString(), IPAddress.IsLoopback(plain) || plain.Equals(host));
    }

    /// <summary>What another proxy told; nothing when it could not stand in a field line.</summary>
    private static string Before(Microsoft.Extensions.Primitives.StringValues values) => RequestHead.IsSafe(For, values) ? values.ToString() : "";
}
