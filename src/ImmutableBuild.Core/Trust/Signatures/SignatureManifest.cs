using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;

namespace ImmutableBuild.Trust.Signatures;

/// <summary>
/// The manifest that carries an image's signatures under the tag <c>sha256-….sig</c> (cosign, SIGNATURE_SPEC, "Storage"): one
/// layer a payload, its signature in an annotation. Byte for byte what cosign 2 writes.
/// </summary>
internal static class SignatureManifest
{
    /// <summary>The annotation of a layer that holds the signature over its content: base64 of ASN.1 DER.</summary>
    public const string SignatureAnnotation = "dev.cosignproject.cosign/signature";

    // cosign leaves the times at Go's zero, so that the same signature is the same manifest.
    private const string GoZeroTime = "0001-01-01T00:00:00Z";

    /// <summary>The tag of an image's signatures.</summary>
    public static string TagOf(Digest image) => $"sha256-{image.Hex}.sig";

    /// <summary>Writes payloads, configuration and manifest into a layout, and names the manifest by the tag.</summary>
    public static Descriptor Write(OciLayout layout, Digest image, IReadOnlyList<(byte[] Payload, byte[] Signature)> signatures, CancellationToken cancellationToken)
    {
        var layers = signatures.Select(signed =>
            layout.WriteBlob(SimpleSigning.MediaType, signed.Payload) with { Annotations = OciAnnotations.None.Add(SignatureAnnotation, Convert.ToBase64String(signed.Signature)) }).ToImmutableArray();
        return Write(layout, TagOf(image), layers, cancellationToken);
    }

    /// <summary>Writes configuration and manifest of these layers into a layout, and names the manifest by a tag.</summary>
    public static Descriptor Write(OciLayout layout, string tag, ImmutableArray<Descriptor> layers, CancellationToken cancellationToken)
    {
        var config = new ImageConfig
        {
            Architecture = "",
            Created = GoZeroTime,
            History = [.. layers.Select(_ => new HistoryEntry { Created = GoZeroTime })],
            Os = "",
            RootFs = new RootFileSystem { DiffIds = [.. layers.Select(layer => layer.Digest)] },
            Config = new RunConfig(),
        };
        var manifest = new ImageManifest
        {
            MediaType = MediaTypes.Manifest,
            Config = layout.WriteBlob(MediaTypes.Config, OciJson.Write(config)),
            Layers = layers,
        };
        var written = layout.WriteBlob(MediaTypes.Manifest, OciJson.Write(manifest));
        return layout.SetReference(tag, written, cancellationToken);
    }

    /// <summary>The signature of a layer. Throws <see cref="FormatException"/> unless it is there, in the one canonical base64 of its bytes.</summary>
    public static byte[] SignatureOf(Descriptor layer)
    {
        if (layer.MediaType != SimpleSigning.MediaType)
        {
            throw new FormatException($"the layer is no signature but '{PrintableText.Of(layer.MediaType)}'");
        }

        var text = layer.Annotations?.GetValueOrDefault(SignatureAnnotation) ?? throw new FormatException("the layer has no signature");
        return SignedJson.Base64(text, "the signature");
    }
}
