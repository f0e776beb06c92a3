using ImmutableBuild.Errors;
using ImmutableBuild.Images.Oci;

namespace ImmutableBuild.Images;

/// <summary>The usual ways to read an <see cref="IImageSource"/>.</summary>
public static class ImageSourceReading
{
    /// <summary>Reads a manifest or index that has to be there; throws IMB2005 when it isn't.</summary>
    public static async Task<ManifestContent> ReadManifestContentAsync(this IImageSource source, Digest digest, CancellationToken cancellationToken) =>
        await source.FindManifestAsync(digest, cancellationToken) ?? throw BakeErrors.NotFound($"manifest {digest}", source.Name);

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
