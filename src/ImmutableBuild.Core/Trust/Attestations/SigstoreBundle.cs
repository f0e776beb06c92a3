using ImmutableBuild.Errors;
using ImmutableBuild.Trust.Signatures;

namespace ImmutableBuild.Trust.Attestations;

/// <summary>
/// A signed statement with what it takes to verify it (Sigstore bundle format 0.3). Only what is signed with a key is written; of what is read, the
/// envelope alone counts, since a key that is trusted here is known here.
/// </summary>
internal static class SigstoreBundle
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

    /// <summary>The envelope of a bundle. Throws <see cref="FormatException"/> for another version, and for a bundle without an envelope.</summary>
    public static DsseEnvelope Parse(ReadOnlyMemory<byte> bytes) => SignedJson.Read(bytes, "the bundle", root =>
    {
        root.RequireOnly("the bundle", "mediaType", "verificationMaterial", "dsseEnvelope", "messageSignature");
        var type = root.GetProperty("mediaType").GetString() ?? "";
        return type != MediaType ? throw new FormatException($"the bundle is of the type '{PrintableText.Of(type)}', not '{MediaType}'")
            : root.TryGetProperty("messageSignature", out _) ? throw new FormatException("the bundle signs a file, not a statement")
            : DsseEnvelope.Parse(root.GetProperty("dsseEnvelope"));
    });
}
