using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;

namespace ImmutableBuild.Registries;

/// <summary>
/// Removes from a store under the data directory what nobody needs: names first, then content that no name leads to. Ended in the middle, it
/// leaves a store that is whole, and the next time finds the rest.
/// </summary>
public static class StorePruning
{
    /// <summary>
    /// Keeps the images of <paramref name="needed"/>, the <paramref name="newest"/> that were pushed last (a release may be on its
    /// way with one of them), and the signatures of all these. Returns how many images went; null when something was being pushed
    /// or read and nothing was touched.
    /// </summary>
    public static async Task<int?> KeepOnlyAsync(string store, IReadOnlySet<Digest> needed, int newest, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(store))
        {
            return 0;
        }

        using var alone = StoreUse.TryTakeAlone(store);
        if (alone is null)
        {
            return null;
        }

        var layout = OciLayout.OpenOrCreate(store);
        var images = layout.ReadIndex().Manifests.Where(entry => !SignatureTag.Is(OciLayout.NameOf(entry))).Select(entry => entry.Digest).Reverse().Distinct().ToList();
        var kept = images.Take(newest).Concat(needed).ToHashSet();
        layout.KeepReferences(entry => IsKept(entry, kept), cancellationToken);
        var reachable = await ReachableBlobs.FindAsync(layout, layout.ReadIndex().Manifests.Select(entry => entry.Digest).Concat(needed), cancellationToken);
        foreach (var file in layout.BlobFiles().Where(file => !reachable.Contains(Path.GetFileName(file))))
        {
            File.Delete(file);
        }

        return images.Count(image => !kept.Contains(image));
    }

    private static bool IsKept(Descriptor entry, HashSet<Digest> kept) => SignatureTag.Is(OciLayout.NameOf(entry))
        ? kept.Any(image => SignatureTag.IsOf(image, OciLayout.NameOf(entry)))
        : kept.Contains(entry.Digest);
}
