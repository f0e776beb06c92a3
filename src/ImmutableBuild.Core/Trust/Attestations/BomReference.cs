using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Trust.Signatures;

namespace ImmutableBuild.Trust.Attestations;

/// <summary>
/// Which bill of materials an image has, by its hash: what is attested in place of the bill itself, and a CycloneDX document too. An attestation is stored
/// twice, as base64, and is another one for each commit; the bill beside it once, compressed.
/// </summary>
/// <param name="Document">The SHA-256 of the complete bill, the file that Scan wrote.</param>
/// <param name="Pieces">Where it is in the image's repository: a <see cref="CompressedBom"/>.</param>
internal sealed record BomReference(Digest Document, ImmutableArray<Descriptor> Pieces)
{
    private const string BlobProperty = "immutablebuild:bom:blob";
    private const string SizeProperty = "immutablebuild:bom:size";
    private const string Urn = "urn:uuid:";
    private const int MostPieces = 16;

    /// <summary>Writes the document that stands for <paramref name="complete"/>.</summary>
    public void Write(Utf8JsonWriter json, JsonElement complete)
    {
        var metadata = complete.GetProperty("metadata");
        json.WriteStartObject();
        json.WriteString("bomFormat", "CycloneDX");
        json.WriteString("specVersion", complete.GetProperty("specVersion").GetString());
        json.WriteNumber("version", 1);
        json.WritePropertyName("metadata");
        metadata.WriteTo(json);
        json.WriteStartArray("components");
        json.WriteEndArray();
        WriteLink(json, complete);
        WriteIncomplete(json, metadata);
        json.WriteStartArray("properties");
        foreach (var piece in Pieces)
        {
            WriteProperty(json, BlobProperty, piece.Digest.ToString());
            WriteProperty(json, SizeProperty, piece.Size.ToString(CultureInfo.InvariantCulture));
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>What a document refers to; null for one that is complete itself. Throws <see cref="FormatException"/> where it doesn't say by hash what it means.</summary>
    public static BomReference? Find(JsonElement bom)
    {
        var (blobs, sizes) = (PropertiesOf(bom, BlobProperty), PropertiesOf(bom, SizeProperty));
        return blobs.Length == 0 ? null
            : blobs.Length == sizes.Length && blobs.Length <= MostPieces && DocumentOf(bom) is { } document ? new BomReference(document, [.. blobs.Zip(sizes, Piece)])
            : throw Unclear();
    }

    private static Descriptor Piece(string? blob, string? size) => Digest.TryParse(blob, out var digest) && long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var length)
        ? new Descriptor { MediaType = CompressedBom.MediaType, Digest = digest, Size = length }
        : throw Unclear();

    private static FormatException Unclear() => new("what is attested doesn't say by digest and size which bill of materials it means");

    // CycloneDX, "BOM-Link": another document by its serial number, and here by its hash, which is what counts.
    private void WriteLink(Utf8JsonWriter json, JsonElement complete)
    {
        var serial = complete.GetProperty("serialNumber").GetString()!;
        if (!serial.StartsWith(Urn, StringComparison.Ordinal))
        {
            throw new FormatException("it has no serial number");
        }

        json.WriteStartArray("externalReferences");
        json.WriteStartObject();
        json.WriteString("url", $"urn:cdx:{serial[Urn.Length..]}/{complete.GetProperty("version").GetInt32()}");
        json.WriteString("type", "bom");
        json.WriteString("comment", "The complete bill of materials: in this repository, gzip-compressed, the blobs that the properties name, one after the other. The hash is the document's.");
        json.WriteStartArray("hashes");
        json.WriteStartObject();
        json.WriteString("alg", "SHA-256");
        json.WriteString("content", Document.Hex);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    // So that nobody takes an empty list for an image without components.
    private static void WriteIncomplete(Utf8JsonWriter json, JsonElement metadata)
    {
        json.WriteStartArray("compositions");
        json.WriteStartObject();
        json.WriteString("aggregate", "incomplete");
        json.WriteStartArray("assemblies");
        json.WriteStringValue(metadata.GetProperty("component").GetProperty("bom-ref").GetString());
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void WriteProperty(Utf8JsonWriter json, string name, string value)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("value", value);
        json.WriteEndObject();
    }

    private static string?[] PropertiesOf(JsonElement bom, string name) => [.. ItemsOf(bom, "properties").Where(property => property.TextOf("name") == name).Select(property => property.TextOf("value"))];

    private static Digest? DocumentOf(JsonElement bom) =>
        ItemsOf(ItemsOf(bom, "externalReferences").FirstOrDefault(reference => reference.TextOf("type") == "bom"), "hashes")
            .FirstOrDefault(hash => hash.TextOf("alg") == "SHA-256") is var hash && Digest.TryParse($"sha256:{hash.TextOf("content")}", out var document) ? document : null;

    private static JsonElement[] ItemsOf(JsonElement parent, string name) => parent.At(name) is { ValueKind: JsonValueKind.Array } items ? [.. items.EnumerateArray()] : [];
}
