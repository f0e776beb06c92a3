using System.Collections.Immutable;
using System.Text.Json;
using ImmutableBuild.Trust.Signatures;

namespace ImmutableBuild.Trust.Keyless;

/// <summary>What a bundle brings along to verify a keyless signature (Sigstore bundle 0.3, <c>verificationMaterial</c>).</summary>
/// <param name="Certificate">The signer's certificate, DER.</param>
/// <param name="Entries">The entries of transparency logs.</param>
/// <param name="Timestamps">RFC 3161 responses, DER.</param>
internal sealed record BundleMaterial(byte[] Certificate, ImmutableArray<LogEntry> Entries, ImmutableArray<byte[]> Timestamps)
{
    private const int Most = 8;
    private const int LongestCertificate = 64 * 1024;

    /// <summary>Reads it; null where a key signed. Throws <see cref="FormatException"/>.</summary>
    public static BundleMaterial? Find(JsonElement material)
    {
        if (material.At("certificate") is not { ValueKind: JsonValueKind.Object } certificate)
        {
            return null;
        }

        var der = SignedJson.Base64(certificate.TextOf("rawBytes"), "the certificate");
        return der.Length > LongestCertificate ? throw new FormatException($"the certificate has more than {LongestCertificate} bytes")
            : material.At("publicKey").ValueKind != JsonValueKind.Undefined ? throw new FormatException("the bundle names both a key and a certificate")
            : new BundleMaterial(
                der,
                List(material.At("tlogEntries"), LogEntry.Read),
                List(material.At("timestampVerificationData", "rfc3161Timestamps"), timestamp => SignedJson.Base64(timestamp.TextOf("signedTimestamp"), "a timestamp")));
    }

    private static ImmutableArray<T> List<T>(JsonElement list, Func<JsonElement, T> read) => list.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => [],
        _ when list.GetArrayLength() <= Most => [.. list.EnumerateArray().Select(read)],
        _ => throw new FormatException($"the bundle has more than {Most} entries or timestamps"),
    };
}
