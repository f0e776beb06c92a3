using System.Collections.Immutable;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;

namespace ImmutableBuild.Trust.Attestations;

/// <summary>
/// The manifest that holds the pieces of an image's complete bills of materials, one bill for each platform, and refers to the image: what nothing refers to, a registry removes.
/// What vouches for them is not this list but <see cref="BomReference"/>.
/// </summary>
internal static class BomManifest
{
    /// <summary>The artifact type. Not CycloneDX's own: who looks for that expects one document that is not compressed.</summary>
    public const string ArtifactType = CompressedBom.MediaType;

    /// <summary>Writes the manifest of bills that are in the layout. Returns it as an index lists it.</summary>
    public static Descriptor Write(OciLayout layout, Descriptor subject, ImmutableArray<BomReference> bills)
    {
        var manifest = new ImageManifest
        {
            MediaType = MediaTypes.Manifest,
            ArtifactType = ArtifactType,
            Config = layout.WriteBlob(BundleManifest.EmptyType, "{}"u8),
            Layers = [.. bills.SelectMany((bill, number) => bill.Pieces.Select((piece, i) => piece with
            {
                Annotations = OciAnnotations.None.Add(OciAnnotations.Title, $"sbom{(bills.Length == 1 ? "" : $"-{number + 1}")}.cdx.json.{i + 1}.gz"),
            }))],
            Subject = subject,
        };
        return layout.WriteBlob(MediaTypes.Manifest, OciJson.Write(manifest)) with { ArtifactType = ArtifactType };
    }
}
