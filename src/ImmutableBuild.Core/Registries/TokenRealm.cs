using ImmutableBuild.Errors;

namespace ImmutableBuild.Registries;

/// <summary>
/// Where a registry sends its clients for a token. The address comes from the registry, so it could name a service of the
/// client's own network, or someone who collects passwords (R7).
/// </summary>
/// <param name="Address">Where to ask.</param>
/// <param name="MaySeeCredential">Whether the address may get the registry's credential.</param>
internal sealed record TokenRealm(Uri Address, bool MaySeeCredential)
{
    /// <summary>Judges a realm; throws IMB5007 for one that must not be asked at all.</summary>
    public static TokenRealm Judge(RegistryHost registry, string? realm)
    {
        if (!Uri.TryCreate(realm, UriKind.Absolute, out var address) || address.UserInfo.Length > 0)
        {
            throw RegistryErrors.UnsafeAddress(registry.Name, "the realm it asks tokens of", realm ?? "(none)", "no absolute address without a user in it");
        }

        var isSameHost = registry.IsSameHost(address);
        var isLocalPair = registry.IsPlain && address.IsLoopback && registry.Api.IsLoopback;
        var schemeIsFine = address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && registry.IsPlain && (isSameHost || isLocalPair));
        if (!schemeIsFine)
        {
            throw RegistryErrors.UnsafeAddress(registry.Name, "the realm it asks tokens of", RedactedUrl.Of(address), "it is not HTTPS");
        }

        if (RegistryHost.IsInternalAddress(address) && !isSameHost && !isLocalPair)
        {
            throw RegistryErrors.UnsafeAddress(registry.Name, "the realm it asks tokens of", RedactedUrl.Of(address), "it lies in this machine's own network");
        }

        return new TokenRealm(address, isSameHost || isLocalPair || AreOfOneDomain(registry.Api.IdnHost, address.IdnHost));
    }

    // docker.io and gitlab.com keep their token services on a sibling of the registry's host.
    private static bool AreOfOneDomain(string one, string other) => DomainOf(one) is { } domain && domain == DomainOf(other);

    private static string? DomainOf(string host)
    {
        var labels = host.ToLowerInvariant().Split('.');
        var isName = labels.Length >= 2 && !labels[^1].All(char.IsAsciiDigit);
        return isName ? $"{labels[^2]}.{labels[^1]}" : null;
    }
}
