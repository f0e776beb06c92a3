using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Images.Oci;

/// <summary>
/// Reads and writes the JSON documents of an image. What is read comes from outside: size and depth are bounded, a name may
/// occur once in an object, and a document that two readers could take for different things is refused.
/// </summary>
public static class OciJson
{
    /// <summary>The largest manifest or index, in bytes: what every registry takes (distribution-spec, "Pushing Manifests").</summary>
    public const int MaxManifestBytes = 4 * 1024 * 1024;

    /// <summary>The largest image configuration, in bytes.</summary>
    public const int MaxConfigBytes = 8 * 1024 * 1024;

    /// <summary>The most layers, and the most entries of an index.</summary>
    public const int MaxDescriptors = 1000;

    // Relaxed escaping writes '+' as itself, as every other tool does, so that digests of equal documents are equal.
    private static readonly OciJsonContext Context = new(new JsonSerializerOptions(OciJsonContext.Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>Parses a manifest; throws IMB2001 when it is anything else. <paramref name="where"/> names it in the message.</summary>
    public static ImageManifest ParseManifest(ReadOnlyMemory<byte> json, string where)
    {
        CheckShape(json, MaxManifestBytes, where);
        var manifest = Parse(json, Context.ImageManifest, where);
        Check(manifest.SchemaVersion == 2, where, $"schemaVersion 2 was expected, found {manifest.SchemaVersion}");
        Check(manifest.MediaType is null || MediaTypes.IsManifest(manifest.MediaType), where, $"mediaType '{manifest.MediaType}' is no manifest's");
        CheckDescriptors([manifest.Config, .. manifest.Layers], where);
        return manifest;
    }

    /// <summary>Parses an index; throws IMB2001 when it is anything else.</summary>
    public static ImageIndex ParseIndex(ReadOnlyMemory<byte> json, string where)
    {
        CheckShape(json, MaxManifestBytes, where);
        var index = Parse(json, Context.ImageIndex, where);
        Check(index.SchemaVersion == 2, where, $"schemaVersion 2 was expected, found {index.SchemaVersion}");
        Check(index.MediaType is null || MediaTypes.IsIndex(index.MediaType), where, $"mediaType '{index.MediaType}' is no index's");
        CheckDescriptors(index.Manifests, where);
        return index;
    }

    /// <summary>Parses an image configuration; throws IMB2001 when it is anything else.</summary>
    public static ImageConfig ParseConfig(ReadOnlyMemory<byte> json, string where)
    {
        Check(json.Length <= MaxConfigBytes, where, $"it has {json.Length} bytes; at most {MaxConfigBytes} are read");
        var config = Parse(json, Context.ImageConfig, where);
        Check(!config.RootFs.DiffIds.IsDefault && config.RootFs.DiffIds.Length <= MaxDescriptors, where, $"rootfs.diff_ids is missing or has more than {MaxDescriptors} entries");
        return config;
    }

    /// <summary>The bytes of a manifest: compact, members in a fixed order.</summary>
    public static byte[] Write(ImageManifest manifest) => JsonSerializer.SerializeToUtf8Bytes(manifest, Context.ImageManifest);

    /// <summary>The bytes of an index.</summary>
    public static byte[] Write(ImageIndex index) => JsonSerializer.SerializeToUtf8Bytes(index, Context.ImageIndex);

    /// <summary>The bytes of an image configuration.</summary>
    public static byte[] Write(ImageConfig config) => JsonSerializer.SerializeToUtf8Bytes(config, Context.ImageConfig);

    private static T Parse<T>(ReadOnlyMemory<byte> json, JsonTypeInfo<T> type, string where)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(json.Span, type) ?? throw BakeErrors.ImageInvalid(where, "it is JSON's null");
        }
        catch (JsonException fault)
        {
            throw BakeErrors.ImageInvalid(where, fault.Message, fault);
        }
    }

    // A manifest that also is an index, or that spells a member in another case, reads differently elsewhere (Go ignores case).
    private static void CheckShape(ReadOnlyMemory<byte> json, int maxBytes, string where)
    {
        Check(json.Length <= maxBytes, where, $"it has {json.Length} bytes; at most {maxBytes} are read");
        string[] known = ["schemaVersion", "mediaType", "config", "layers", "manifests", "annotations", "subject", "artifactType"];
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 64 });
            Check(document.RootElement.ValueKind == JsonValueKind.Object, where, "a JSON object was expected");
            var names = document.RootElement.EnumerateObject().Select(member => member.Name).ToHashSet(StringComparer.Ordinal);
            Check(!(names.Contains("layers") && names.Contains("manifests")), where, "it has both 'layers' and 'manifests', so it could be read as a manifest and as an index");
            var variant = names.FirstOrDefault(name => known.Contains(name, StringComparer.OrdinalIgnoreCase) && !known.Contains(name, StringComparer.Ordinal));
            Check(variant is null, where, $"it spells a member '{variant}', in another case than the specification");
        }
        catch (JsonException fault)
        {
            throw BakeErrors.ImageInvalid(where, fault.Message, fault);
        }
    }

    private static void CheckDescriptors(IReadOnlyCollection<Descriptor?> descriptors, string where)
    {
        Check(descriptors.Count <= MaxDescriptors + 1, where, $"it lists {descriptors.Count} items; at most {MaxDescriptors} are read");
        Check(descriptors.All(descriptor => descriptor is { Size: >= 0 }), where, "an item has a negative size, or is null");
    }

    private static void Check(bool holds, string where, string found)
    {
        if (!holds)
        {
            throw BakeErrors.ImageInvalid(where, found);
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    MaxDepth = 64)]
[JsonSerializable(typeof(ImageManifest))]
[JsonSerializable(typeof(ImageIndex))]
[JsonSerializable(typeof(ImageConfig))]
[JsonSerializable(typeof(LayoutMarker))]
internal sealed partial class OciJsonContext : JsonSerializerContext;

/// <summary>The file <c>oci-layout</c>.</summary>
internal sealed record LayoutMarker([property: JsonPropertyName("imageLayoutVersion")] string ImageLayoutVersion);
