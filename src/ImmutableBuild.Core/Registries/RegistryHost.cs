using System.Net;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Registries;

/// <summary>A registry's <c>host[:port]</c> and how it is talked to: HTTPS, or plain HTTP on loopback and where the user allows it, unless it has certificates of its own.</summary>
public sealed record RegistryHost
{
    private RegistryHost(string name, Uri api) => (Name, Api) = (name, api);

    /// <summary>The host as written in references.</summary>
    public string Name { get; }

    /// <summary>Where the API is, with a trailing '/': <c>https://ghcr.io/v2/</c>.</summary>
    public Uri Api { get; }

    /// <summary>Whether requests go over plain HTTP.</summary>
    public bool IsPlain => Api.Scheme == Uri.UriSchemeHttp;

    /// <summary>Parses <c>host[:port]</c>; throws IMB5001 for anything else.</summary>
    /// <param name="name">The host.</param>
    /// <param name="allowHttp">Plain HTTP may be spoken.</param>
    /// <param name="hasCertificates">It has certificates of its own, so it speaks TLS whatever is allowed.</param>
    public static RegistryHost Parse(string name, bool allowHttp, bool hasCertificates = false)
    {
        if (!ImageReference.IsHost(name))
        {
            throw RegistryErrors.ReferenceInvalid(name);
        }

        // Docker Hub's API lives on another host than its name says.
        var address = name == "docker.io" ? "registry-1.docker.io" : name;
        var plain = new Uri($"http://{address}/v2/");
        return new RegistryHost(name, (plain.IsLoopback || allowHttp) && !hasCertificates ? plain : new Uri($"https://{address}/v2/"));
    }

    /// <summary>Whether an address belongs to this host, whatever its scheme; the default ports of both schemes are one.</summary>
    public bool IsSameHost(Uri address) =>
        string.Equals(address.IdnHost, Api.IdnHost, StringComparison.OrdinalIgnoreCase)
        && (address.Port == Api.Port || (address.IsDefaultPort && Api.IsDefaultPort));

    /// <summary>Whether a literal address is one only this machine or its network can reach.</summary>
    internal static bool IsInternalAddress(Uri address)
    {
        if (address.IsLoopback || address.Host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        if (!IPAddress.TryParse(address.IdnHost.Trim('[', ']'), out var ip))
        {
            return false;
        }

        var bytes = (ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip).GetAddressBytes();
        return bytes.Length == 4
            ? bytes is [10 or 127 or 0, ..] or [169, 254, ..] or [192, 168, ..] or [172, >= 16 and <= 31, ..] or [100, >= 64 and <= 127, ..]
            : ip.IsIPv6LinkLocal || ip.IsIPv6UniqueLocal || ip.IsIPv6SiteLocal || ip.Equals(IPAddress.IPv6Loopback) || ip.Equals(IPAddress.IPv6Any);
    }
}
