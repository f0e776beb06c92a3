using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;

namespace ImmutableBuild.Trust.Attestations;

/// <summary>The manifest that carries one bundle and refers to the image it is about (OCI image-spec, "Guidelines for Artifact Usage"; as cosign 3 has it).</summary>
internal static class BundleManifest
{
    /// <summary>The largest bundle that is read, in bytes: a bill of materials of some ten thousand components.</summary>
    public const int MaximumLength = 32 * 1024 * 1024;

    /// <summary>The media type of a configuration that says nothing.</summary>
    public const string EmptyType = "application/vnd.oci.empty.v1+json";

    private const string Content = "dev.sigstore.bundle.content";
    private const string PredicateType = "dev.sigstore.bundle.predicateType";

    /// <summary>Writes bundle and manifest into a layout. Returns the manifest as an index lists it.</summary>
    public static Descriptor Write(OciLayout layout, Descriptor subject, SignedStatement signed)
    {
        var facts = OciAnnotations.None.Add(Content, "dsse-envelope").Add(PredicateType, signed.Statement.PredicateType);
        var manifest = new ImageManifest
        {
            MediaType = MediaTypes.Manifest,
            ArtifactType = SigstoreBundle.MediaType,
            Config = layout.WriteBlob(EmptyType, "{}"u8),
            Layers = [layout.WriteBlob(SigstoreBundle.MediaType, signed.Bundle?.ToArray() ?? SigstoreBundle.Write(signed.Envelope, signed.By.Key!))],
            Annotations = facts,
            Subject = subject,
        };
        return layout.WriteBlob(MediaTypes.Manifest, OciJson.Write(manifest)) with { ArtifactType = SigstoreBundle.MediaType, Annotations = facts };
    }

    /// <summary>The layer that is the bundle; null where the manifest is no bundle's. What it was listed as says nothing about that: cosign lists some under other types.</summary>
    public static Descriptor? LayerOf(ImageManifest manifest) => manifest.Layers is [{ } only] && only.MediaType == SigstoreBundle.MediaType ? only : null;
}
