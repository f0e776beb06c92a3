using ImmutableBuild.Registries;

namespace ImmutableBuild.Images;

/// <summary>Makes a layout hold one image and what belongs to it, and nothing of earlier ones.</summary>
internal static class LayoutPruning
{
    /// <summary>Forgets names and deletes blobs that <paramref name="image"/> and its signatures don't need.</summary>
    public static async Task KeepOnlyAsync(OciLayout layout, Digest image, CancellationToken cancellationToken)
    {
        layout.KeepReferences(entry => entry.Digest == image || SignatureTag.IsOf(image, OciLayout.NameOf(entry)), cancellationToken);
        var needed = await ReachableBlobs.FindAsync(layout, layout.ReadIndex().Manifests.Select(entry => entry.Digest), cancellationToken);
        foreach (var file in layout.BlobFiles().Where(file => !needed.Contains(Path.GetFileName(file))))
        {
            File.Delete(file);
        }
    }
}
