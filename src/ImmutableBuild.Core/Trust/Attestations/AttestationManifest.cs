using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Trust.Keyless;
using ImmutableBuild.Trust.Signatures;

namespace ImmutableBuild.Trust.Attestations;

/// <summary>The manifest that carries an image's attestations under the tag <c>sha256-….att</c>, one layer each, as cosign 2 has it.</summary>
internal static class AttestationManifest
{
    private const string PredicateType = "predicateType";

    /// <summary>The tag of an image's attestations.</summary>
    public static string TagOf(Digest image) => $"sha256-{image.Hex}.att";

    /// <summary>Writes envelopes, configuration and manifest into a layout, and names the manifest by the tag.</summary>
    public static void Write(OciLayout layout, Digest image, IEnumerable<SignedStatement> statements, CancellationToken cancellationToken)
    {
        // cosign refuses a layer without a signature annotation; it is empty, since the signature is within the envelope.
        var layers = statements.Select(signed => layout.WriteBlob(DsseEnvelope.MediaType, signed.Material is null ? signed.Envelope.ToBytes() : signed.Envelope.ToLoggedBytes()) with
        {
            Annotations = CosignAnnotations.Of(signed.Material).Add(SignatureManifest.SignatureAnnotation, "").Add(PredicateType, signed.Statement.PredicateType),
        }).ToImmutableArray();
        SignatureManifest.Write(layout, TagOf(image), layers, cancellationToken);
    }

    /// <summary>Throws <see cref="FormatException"/> unless a layer is an attestation.</summary>
    public static void RequireAttestation(Descriptor layer)
    {
        if (layer.MediaType != DsseEnvelope.MediaType)
        {
            throw new FormatException($"the layer is no attestation but '{PrintableText.Of(layer.MediaType)}'");
        }
    }
}
