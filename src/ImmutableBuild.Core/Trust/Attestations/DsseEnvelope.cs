using System.Globalization;
using System.Text;
using System.Text.Json;
using ImmutableBuild.Errors;
using ImmutableBuild.Trust.Signatures;

namespace ImmutableBuild.Trust.Attestations;

/// <summary>A statement with its signature (DSSE 1.0, envelope.md). Exactly one signature: of several, it would be unclear which one has to hold.</summary>
/// <param name="Payload">The statement, byte for byte as it was signed.</param>
/// <param name="Signature">ASN.1 DER.</param>
internal sealed record DsseEnvelope(ReadOnlyMemory<byte> Payload, ReadOnlyMemory<byte> Signature)
{
    /// <summary>The media type of an envelope.</summary>
    public const string MediaType = "application/vnd.dsse.envelope.v1+json";

    private const string PayloadType = "application/vnd.in-toto+json";

    /// <summary>What is signed of a statement: its bytes with their type and length before them (DSSE, "PAE").</summary>
    public static byte[] SignedBytesOf(ReadOnlySpan<byte> payload) =>
        [.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"DSSEv1 {PayloadType.Length} {PayloadType} {payload.Length} ")), .. payload];

    /// <summary>Reads an envelope by itself, as the tag <c>sha256-….att</c> leads to. Throws <see cref="FormatException"/>.</summary>
    public static DsseEnvelope Parse(ReadOnlyMemory<byte> bytes) => SignedJson.Read(bytes, "the envelope", Parse);

    /// <summary>Reads an envelope within a bundle. Throws <see cref="FormatException"/>.</summary>
    public static DsseEnvelope Parse(JsonElement envelope)
    {
        envelope.RequireOnly("the envelope", "payload", "payloadType", "signatures");
        var type = envelope.GetProperty("payloadType").GetString() ?? "";
        if (type != PayloadType)
        {
            throw new FormatException($"the envelope holds '{PrintableText.Of(type)}', not '{PayloadType}'");
        }

        var signatures = envelope.GetProperty("signatures");
        if (signatures.GetArrayLength() != 1)
        {
            throw new FormatException($"the envelope has {signatures.GetArrayLength()} signatures, not one");
        }

        signatures[0].RequireOnly("the envelope's signature", "sig", "keyid");
        return new DsseEnvelope(
            SignedJson.Base64(envelope.GetProperty("payload").GetString(), "the envelope's payload"),
            SignedJson.Base64(signatures[0].GetProperty("sig").GetString(), "the envelope's signature"));
    }

    /// <summary>The bytes of the envelope by itself, as cosign 2 writes it.</summary>
    public byte[] ToBytes() => SignedJson.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("payloadType", PayloadType);
        json.WriteString("payload", Convert.ToBase64String(Payload.Span));
        WriteSignatures(json, withKeyId: true);
        json.WriteEndObject();
    });

    /// <summary>The bytes of the envelope as cosign 3 has them logged; cosign 2 compares their hash with the log's.</summary>
    public byte[] ToLoggedBytes() => SignedJson.Write(json =>
    {
        json.WriteStartObject();
        WriteMembers(json);
        json.WriteEndObject();
    });

    /// <summary>Writes the members of the envelope within a bundle.</summary>
    public void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("payload", Convert.ToBase64String(Payload.Span));
        json.WriteString("payloadType", PayloadType);
        WriteSignatures(json, withKeyId: false);
    }

    private void WriteSignatures(Utf8JsonWriter json, bool withKeyId)
    {
        json.WriteStartArray("signatures");
        json.WriteStartObject();
        if (withKeyId)
        {
            json.WriteString("keyid", "");
        }

        json.WriteString("sig", Convert.ToBase64String(Signature.Span));
        json.WriteEndObject();
        json.WriteEndArray();
    }
}
