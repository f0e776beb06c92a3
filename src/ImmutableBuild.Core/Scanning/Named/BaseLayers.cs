using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Bases;
using ImmutableBuild.Images.Oci;

namespace ImmutableBuild.Scanning.Named;

/// <summary>Which layers of an image came with its base image, where the image names its base and that is in the cache.</summary>
internal static class BaseLayers
{
    /// <summary>The layers; null where the image or the cache doesn't tell: no registry is asked.</summary>
    public static async Task<ImmutableHashSet<Digest>?> OfAsync(ImageManifest manifest, ImageConfig config, string dataDirectory, CancellationToken cancellationToken)
    {
        var facts = manifest.Annotations ?? config.Config?.Labels;
        if (facts?.GetValueOrDefault(OciAnnotations.BaseDigest) is not { } text || !Digest.TryParse(text, out var digest))
        {
            return null;
        }

        try
        {
            var layers = (await BaseCache.Open(dataDirectory).ReadManifestAsync(digest, cancellationToken)).Layers;
            return layers.Length <= manifest.Layers.Length && layers.Zip(manifest.Layers).All(pair => pair.First.Digest == pair.Second.Digest) ? [.. layers.Select(layer => layer.Digest)] : null;
        }
        catch (ImmutableBuildException)
        {
            // The base is not in the cache any more, or is an index. Its layers only decide how advice is worded, so this is no error.
            return null;
        }
    }
}
