using ImmutableBuild.Registries;

namespace ImmutableBuild.Images;

/// <summary>Makes a layout hold certain images and what belongs to them, and nothing of earlier ones.</summary>
internal static class LayoutPruning
{
    /// <summary>Forgets names and deletes blobs that <paramref name="images"/> and their signatures don't need.</summary>
    public static async Task KeepOnlyAsync(OciLayout layout, IReadOnlySet<Digest> images, CancellationToken cancellationToken)
    {
        layout.KeepReferences(entry => images.Contains(entry.Digest) || images.Any(image => SignatureTag.IsOf(image, OciLayout.NameOf(entry))), cancellationToken);
        var needed = await ReachableBlobs.FindAsync(layout, layout.ReadIndex().Manifests.Select(entry => entry.Digest).Concat(images), cancellationToken);
        foreach (var file in layout.BlobFiles().Where(file => !needed.Contains(Path.GetFileName(file))))
        {
            File.Delete(file);
        }
    }
}
