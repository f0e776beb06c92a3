using ImmutableBuild.Errors;
using ImmutableBuild.Images.Oci;

namespace ImmutableBuild.Images.Archives;

/// <summary>An image whose documents were read from its source, and found fit to be sent to an engine.</summary>
/// <param name="Content">The manifest's bytes.</param>
/// <param name="Manifest">The manifest.</param>
/// <param name="Config">The configuration's bytes, as the manifest's digest has them.</param>
/// <param name="Source">Where the layers are read.</param>
internal sealed record LoadableImage(ManifestContent Content, ImageManifest Manifest, ReadOnlyMemory<byte> Config, IImageSource Source)
{
    /// <summary>What an engine may call it.</summary>
    public ImageIdentity Identity => new(Manifest.Config.Digest, Content.Digest);

    /// <summary>Reads the documents. Throws IMB2001 to IMB2005 where they are not there, damaged, too large, or of a kind that engines don't load.</summary>
    public static async Task<LoadableImage> ReadAsync(IImageSource source, Digest digest, ImageLimits limits, CancellationToken cancellationToken)
    {
        var content = await source.ReadManifestContentAsync(digest, cancellationToken);
        var where = $"{source.Name}@{digest}";
        var manifest = OciJson.ParseManifest(content.Bytes, where);
        limits.RequireSize(manifest, where);
        foreach (var layer in manifest.Layers)
        {
            RequireKnown(layer);
        }

        var bytes = await source.ReadBlobAsync(manifest.Config, OciJson.MaxConfigBytes, cancellationToken);
        var config = OciJson.ParseConfig(bytes, $"{source.Name}, configuration {manifest.Config.Digest}");
        return config.RootFs.DiffIds.Length == manifest.Layers.Length
            ? new LoadableImage(content, manifest, bytes, source)
            : throw BakeErrors.ImageInvalid(where, $"the manifest has {manifest.Layers.Length} layers, the configuration {config.RootFs.DiffIds.Length} diff_ids");
    }

    private static void RequireKnown(Descriptor layer)
    {
        if (layer.MediaType != MediaTypes.TarLayer && !MediaTypes.IsGzipLayer(layer.MediaType))
        {
            throw BakeErrors.LayerInvalid(layer.Digest.ToString(), $"it is of the type '{PrintableText.Of(layer.MediaType)}', and engines are given only tar archives, plain or compressed with gzip");
        }
    }
}
