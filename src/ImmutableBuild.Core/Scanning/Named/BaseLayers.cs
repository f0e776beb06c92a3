using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Bases;
using ImmutableBuild.Images.Oci;

namespace ImmutableBuild.Scanning.Named;

/// <summary>Which layers of an image came with its base, where the image says on which one it is made and that is at hand.</summary>
internal static class BaseLayers
{
    /// <summary>The layers; null where nothing tells, since nobody is asked for it.</summary>
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
            // Not there any more, or an index: whose layer it is only decides how the advice is worded.
            return null;
        }
    }
}
