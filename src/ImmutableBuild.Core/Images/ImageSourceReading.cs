using ImmutableBuild.Errors;
using ImmutableBuild.Images.Bases;
using ImmutableBuild.Images.Oci;

namespace ImmutableBuild.Images;

/// <summary>The usual ways to read an <see cref="IImageSource"/>.</summary>
public static class ImageSourceReading
{
    /// <summary>Reads a manifest or index that has to be there; throws IMB2005 when it isn't.</summary>
    public static async Task<ManifestContent> ReadManifestContentAsync(this IImageSource source, Digest digest, CancellationToken cancellationToken) =>
        await source.FindManifestAsync(digest, cancellationToken) ?? throw BakeErrors.NotFound($"manifest {digest}", source.Name);

    /// <summary>
    /// Chooses among what an index lists the image of one platform, and reads its manifest; what is no index is that image already. Throws IMB2009 when the
    /// index has none for that platform.
    /// </summary>
    /// <param name="source">Where it is.</param>
    /// <param name="content">The manifest or index.</param>
    /// <param name="platform">What is to run it.</param>
    /// <param name="where">What messages call it.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<ManifestContent> SelectAsync(this IImageSource source, ManifestContent content, Platform platform, string where, CancellationToken cancellationToken) =>
        MediaTypes.IsIndex(content.MediaType)
            ? await source.ReadManifestContentAsync(ImagePlatform.Select(OciJson.ParseIndex(content.Bytes, where), platform, where).Digest, cancellationToken)
            : content;

    /// <summary>Reads the manifest of one image; throws IMB2001 when the digest names an index or an invalid document.</summary>
    public static async Task<ImageManifest> ReadManifestAsync(this IImageSource source, Digest digest, CancellationToken cancellationToken)
    {
        var content = await source.ReadManifestContentAsync(digest, cancellationToken);
        return OciJson.ParseManifest(content.Bytes, $"{source.Name}@{digest}");
    }

    /// <summary>Reads an image's configuration.</summary>
    public static async Task<ImageConfig> ReadConfigAsync(this IImageSource source, ImageManifest manifest, CancellationToken cancellationToken)
    {
        var bytes = await source.ReadBlobAsync(manifest.Config, OciJson.MaxConfigBytes, cancellationToken);
        return OciJson.ParseConfig(bytes, $"{source.Name}, configuration {manifest.Config.Digest}");
    }

    /// <summary>Reads a whole blob of at most <paramref name="maxBytes"/>; throws IMB2004 before reading when the descriptor says it is larger.</summary>
    public static async Task<byte[]> ReadBlobAsync(this IImageSource source, Descriptor blob, int maxBytes, CancellationToken cancellationToken)
    {
        if (blob.Size > maxBytes)
        {
            throw BakeErrors.LimitExceeded($"blob {blob.Digest} of {source.Name}", $"{blob.Size} bytes", $"{maxBytes} bytes");
        }

        await using var stream = await source.OpenBlobAsync(blob, cancellationToken);
        var bytes = new byte[blob.Size];
        await stream.ReadExactlyAsync(bytes, cancellationToken);
        await stream.CopyToAsync(Stream.Null, cancellationToken);
        return bytes;
    }
}
