using ImmutableBuild.Errors;
using ImmutableBuild.Images.Oci;

namespace ImmutableBuild.Images;

/// <summary>What of a layout's content is needed for certain images: all that their manifests and indexes lead to.</summary>
internal static class ReachableBlobs
{
    /// <summary>The names of the files of what <paramref name="roots"/> refer to, and of themselves.</summary>
    public static async Task<HashSet<string>> FindAsync(OciLayout layout, IEnumerable<Digest> roots, CancellationToken cancellationToken)
    {
        var reachable = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<Digest>(roots);
        while (open.TryPop(out var digest))
        {
            if (reachable.Add(digest.Hex))
            {
                await FollowAsync(layout, digest, open, reachable, cancellationToken);
            }
        }

        return reachable;
    }

    private static async Task FollowAsync(OciLayout layout, Digest digest, Stack<Digest> open, HashSet<string> reachable, CancellationToken cancellationToken)
    {
        try
        {
            if (await layout.FindManifestAsync(digest, cancellationToken) is not { } content)
            {
                return;
            }

            if (MediaTypes.IsIndex(content.MediaType))
            {
                foreach (var child in OciJson.ParseIndex(content.Bytes, layout.Name).Manifests)
                {
                    open.Push(child.Digest);
                }

                return;
            }

            var manifest = OciJson.ParseManifest(content.Bytes, layout.Name);
            reachable.UnionWith(manifest.Layers.Append(manifest.Config).Select(blob => blob.Digest.Hex));
        }
        catch (ImmutableBuildException)
        {
            // A damaged manifest can't be deployed, so nothing it refers to is needed; the other images are still looked after.
        }
    }
}
