using ImmutableBuild.Errors;
using ImmutableBuild.Images;

namespace ImmutableBuild.Registries;

/// <summary>Where a begun upload goes on, as the registry says: always on the registry's own host, over its own scheme (R8).</summary>
internal static class UploadLocation
{
    /// <summary>The address that more of the content is sent to; throws IMB5007 when it lies elsewhere.</summary>
    public static Uri Of(RegistryHost registry, HttpResponseMessage begun)
    {
        var location = begun.Headers.Location ?? throw RegistryErrors.UnexpectedStatus(begun, "an upload without a Location");
        var address = location.IsAbsoluteUri && location.Scheme != Uri.UriSchemeFile ? location : new Uri(begun.RequestMessage!.RequestUri!, location.OriginalString);
        if (address.Scheme is not ("http" or "https") || !registry.IsSameHost(address))
        {
            throw RegistryErrors.UnsafeAddress(registry.Name, "the address it asks to upload to", RedactedUrl.Of(address), "it is on another host");
        }

        // Registries behind a TLS proxy often write http:// of themselves. The credential still goes over TLS.
        return new UriBuilder(address) { Scheme = registry.Api.Scheme, Port = registry.Api.Port }.Uri;
    }

    /// <summary>The address that ends an upload, with the digest of all its content.</summary>
    public static Uri With(Uri place, Digest digest)
    {
        var query = place.Query.TrimStart('?');
        return new UriBuilder(place) { Query = $"{query}{(query.Length > 0 ? "&" : "")}digest={Uri.EscapeDataString(digest.ToString())}" }.Uri;
    }
}
