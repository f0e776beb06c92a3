using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ImmutableBuild.Errors;
using ImmutableBuild.Trust.Attestations;
using ImmutableBuild.Trust.Signatures;

namespace ImmutableBuild.Trust.Keyless;

/// <summary>What a log keeps of a signed statement has to be of this one: its hash, its signature, its certificate (Rekor's types <c>dsse</c> 0.0.1 and 0.0.2).</summary>
internal static class LoggedEnvelope
{
    /// <summary>Throws <see cref="FormatException"/> when the entry is of something else.</summary>
    public static void Require(LogEntry entry, DsseEnvelope envelope, byte[] certificate) => SignedJson.Read(entry.Body, "the log's entry", body =>
    {
        var spec = body.At("spec");
        var isThis = $"{body.TextOf("kind")} {body.TextOf("apiVersion")}" is var kind && kind != entry.Kind ? throw new FormatException("the log's entry is of another kind than its bundle says")
            : kind == "dsse 0.0.1" ? IsFirst(spec, envelope, certificate)
            : kind == "dsse 0.0.2" ? IsSecond(spec.At("dsseV002"), envelope, certificate)
            : throw new FormatException($"the log's entry is of the kind '{PrintableText.Of(kind)}', which is not of statements");
        return isThis ? true : throw new FormatException("the log's entry is of something else");
    });

    private static bool IsFirst(JsonElement spec, DsseEnvelope envelope, byte[] certificate) =>
        spec.At("payloadHash").TextOf("algorithm") == "sha256"
        && spec.At("payloadHash").TextOf("value") == Convert.ToHexStringLower(SHA256.HashData(envelope.Payload.Span))
        && spec.At("signatures") is { ValueKind: JsonValueKind.Array } signatures && signatures.GetArrayLength() == 1
        && Is(signatures[0].TextOf("signature"), envelope.Signature.Span)
        && DerOf(signatures[0].TextOf("verifier")).AsSpan().SequenceEqual(certificate);

    private static bool IsSecond(JsonElement spec, DsseEnvelope envelope, byte[] certificate) =>
        spec.At("payloadHash").TextOf("algorithm") == "SHA2_256"
        && Is(spec.At("payloadHash").TextOf("digest"), SHA256.HashData(envelope.Payload.Span))
        && spec.At("signatures") is { ValueKind: JsonValueKind.Array } signatures && signatures.GetArrayLength() == 1
        && Is(signatures[0].TextOf("content"), envelope.Signature.Span)
        && Is(signatures[0].At("verifier", "x509Certificate").TextOf("rawBytes"), certificate);

    private static bool Is(string? base64, ReadOnlySpan<byte> bytes) => SignedJson.Base64(base64, "the log's entry").AsSpan().SequenceEqual(bytes);

    private static byte[] DerOf(string? verifier)
    {
        var pem = Encoding.ASCII.GetString(SignedJson.Base64(verifier, "the log's entry"));
        return PemEncoding.TryFind(pem, out var fields) && pem[fields.Label] == "CERTIFICATE" ? Convert.FromBase64String(pem[fields.Base64Data]) : throw new FormatException("the log's entry is not by a certificate");
    }
}
