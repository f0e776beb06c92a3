using System.Collections.Immutable;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;

namespace ImmutableBuild.Trust.Attestations;

/// <summary>
/// The manifest that holds an image's complete bills of materials, one for each platform, and refers to the image: what nothing refers to, a registry removes.
/// What vouches for them is not this list but <see cref="BomReference"/>.
/// </summary>
internal static class BomManifest
{
    /// <summary>The artifact type. Not CycloneDX's own: who looks for that expects one document that is not compressed.</summary>
    public const string ArtifactType = CompressedBom.MediaType;

    /// <summary>Writes the manifest of bills that are in the layout. Returns it as an index lists it.</summary>
    public static Descriptor Write(OciLayout layout, Descriptor subject, ImmutableArray<Descriptor> bills)
    {
        var manifest = new ImageManifest
        {
            MediaType = MediaTypes.Manifest,
            ArtifactType = ArtifactType,
            Config = layout.WriteBlob(BundleManifest.EmptyType, "{}"u8),
            Layers = [.. bills.Select((bill, i) => bill with { Annotations = OciAnnotations.None.Add(OciAnnotations.Title, bills.Length == 1 ? "sbom.cdx.json.gz" : $"sbom-{i + 1}.cdx.json.gz") })],
            Subject = subject,
        };
        return layout.WriteBlob(MediaTypes.Manifest, OciJson.Write(manifest)) with { ArtifactType = ArtifactType };
    }
}
