using ImmutableBuild.Errors;
using ImmutableBuild.Trust.Keyless;
using ImmutableBuild.Trust.Signatures;

namespace ImmutableBuild.Trust.Attestations;

/// <summary>
/// A signed statement with what it takes to verify it (Sigstore bundle format 0.3). Only what is signed with a key is written here; where an identity signed,
/// cosign has written it. A key that is trusted is known, so that of its bundle the envelope alone counts.
/// </summary>
/// <param name="Envelope">The statement and its signature.</param>
/// <param name="Material">What vouches for the signer; null where a key signed.</param>
internal sealed record SigstoreBundle(DsseEnvelope Envelope, BundleMaterial? Material)
{
    /// <summary>The media type, and the artifact type of the manifest that carries it.</summary>
    public const string MediaType = "application/vnd.dev.sigstore.bundle.v0.3+json";

    /// <summary>The bytes of a bundle; <paramref name="key"/> is named by its hash.</summary>
    public static byte[] Write(DsseEnvelope envelope, PublicKey key) => SignedJson.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("mediaType", MediaType);
        json.WriteStartObject("verificationMaterial");
        json.WriteStartObject("publicKey");
        json.WriteString("hint", key.KeyId);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartObject("dsseEnvelope");
        envelope.WriteMembers(json);
        json.WriteEndObject();
        json.WriteEndObject();
    });

    /// <summary>Reads a bundle. Throws <see cref="FormatException"/> for another version, and for a bundle without an envelope.</summary>
    public static SigstoreBundle Parse(ReadOnlyMemory<byte> bytes) => SignedJson.Read(bytes, "the bundle", root =>
    {
        root.RequireOnly("the bundle", "mediaType", "verificationMaterial", "dsseEnvelope", "messageSignature");
        var type = root.GetProperty("mediaType").GetString() ?? "";
        return type != MediaType ? throw new FormatException($"the bundle is of the type '{PrintableText.Of(type)}', not '{MediaType}'")
            : root.TryGetProperty("messageSignature", out _) ? throw new FormatException("the bundle signs a file, not a statement")
            : new SigstoreBundle(DsseEnvelope.Parse(root.GetProperty("dsseEnvelope")), BundleMaterial.Find(root.At("verificationMaterial")));
    });
}
