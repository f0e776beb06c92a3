using ImmutableBuild.Trust.Attestations;
using ImmutableBuild.Trust.Signatures;

namespace ImmutableBuild.Trust.Keyless;

/// <summary>A keyless signature over other bytes than a statement, as cosign writes it (Sigstore bundle 0.3 with a <c>messageSignature</c>).</summary>
/// <param name="Signature">ASN.1 DER.</param>
/// <param name="Material">What vouches for the signer.</param>
internal sealed record BlobBundle(byte[] Signature, BundleMaterial Material)
{
    /// <summary>Reads one. Throws <see cref="FormatException"/>.</summary>
    public static BlobBundle Parse(ReadOnlyMemory<byte> bytes) => SignedJson.Read(bytes, "the bundle", root => root.TextOf("mediaType") == SigstoreBundle.MediaType
        ? new BlobBundle(
            SignedJson.Base64(root.At("messageSignature").TextOf("signature"), "the signature"),
            BundleMaterial.Find(root.At("verificationMaterial")) ?? throw new FormatException("the bundle has no certificate"))
        : throw new FormatException($"the bundle is not of the type '{SigstoreBundle.MediaType}'"));
}
