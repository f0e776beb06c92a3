using ImmutableBuild.Images.Oci;

namespace ImmutableBuild.Images;

/// <summary>Makes a layout hold one image and what belongs to it, and nothing of earlier ones.</summary>
internal static class LayoutPruning
{
    /// <summary>Forgets names and deletes blobs that <paramref name="image"/> and its signatures don't need.</summary>
    public static void KeepOnly(OciLayout layout, Descriptor image, ImageManifest manifest, CancellationToken cancellationToken)
    {
        layout.KeepReferences(entry => entry.Digest == image.Digest || Registries.SignatureTag.IsOf(image.Digest, OciLayout.NameOf(entry)), cancellationToken);
        var names = layout.ReadIndex().Manifests;
        if (names.All(entry => entry.Digest == image.Digest))
        {
            var needed = manifest.Layers.Append(manifest.Config).Append(image).Select(blob => blob.Digest.Hex).ToHashSet(StringComparer.Ordinal);
            foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(layout.BlobPath(image.Digest))!).Where(file => !needed.Contains(Path.GetFileName(file))).ToList())
            {
                File.Delete(file);
            }
        }
    }
}
