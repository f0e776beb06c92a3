using System.Text.Json;
using ImmutableBuild.Errors;
using ImmutableBuild.Images.Oci;

namespace ImmutableBuild.Images;

/// <summary>Tells what kind of document a manifest is from its bytes, where no header or descriptor says so.</summary>
internal static class ManifestMediaType
{
    /// <summary>Its <c>mediaType</c>, or what its members make it.</summary>
    public static string Of(ReadOnlyMemory<byte> json, string where)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 64 });
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                throw BakeErrors.ImageInvalid(where, "a JSON object was expected");
            }

            return root.TryGetProperty("mediaType", out var type) && type.ValueKind == JsonValueKind.String ? type.GetString()!
                : root.TryGetProperty("manifests", out _) ? MediaTypes.Index
                : MediaTypes.Manifest;
        }
        catch (JsonException fault)
        {
            throw BakeErrors.ImageInvalid(where, fault.Message, fault);
        }
    }
}
