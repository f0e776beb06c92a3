using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using ImmutableBuild.Images;
using ImmutableBuild.Trust.Signatures;

namespace ImmutableBuild.Trust.Keyless;

/// <summary>Where cosign 2 looks for what vouches for a keyless signature: the annotations of the layer that is signed (cosign, SIGNATURE_SPEC, "Properties").</summary>
internal static class CosignAnnotations
{
    private const string Certificate = "dev.sigstore.cosign/certificate";
    private const string Bundle = "dev.sigstore.cosign/bundle";
    private const string Timestamp = "dev.sigstore.cosign/rfc3161timestamp";

    /// <summary>The annotations; none for what a key signed.</summary>
    public static ImmutableSortedDictionary<string, string> Of(BundleMaterial? material)
    {
        if (material is null)
        {
            return OciAnnotations.None;
        }

        var annotations = OciAnnotations.None.Add(Certificate, PemEncoding.WriteString("CERTIFICATE", material.Certificate) + "\n");
        if (material.Entries.FirstOrDefault(entry => entry.Promise is not null) is { } entry)
        {
            annotations = annotations.Add(Bundle, Text(entry));
        }

        return material.Timestamps is [{ } timestamp, ..] ? annotations.Add(Timestamp, $$"""{"SignedRFC3161Timestamp":"{{Convert.ToBase64String(timestamp)}}"}""") : annotations;
    }

    private static string Text(LogEntry entry) => Encoding.UTF8.GetString(SignedJson.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("SignedEntryTimestamp", Convert.ToBase64String(entry.Promise!));
        json.WriteStartObject("Payload");
        json.WriteString("body", Convert.ToBase64String(entry.Body));
        json.WriteNumber("integratedTime", entry.Time?.ToUnixTimeSeconds() ?? 0);
        json.WriteNumber("logIndex", entry.Index);
        json.WriteString("logID", Convert.ToHexStringLower(SignedJson.Base64(entry.Log, "a log's id")));
        json.WriteEndObject();
        json.WriteEndObject();
    }));
}
