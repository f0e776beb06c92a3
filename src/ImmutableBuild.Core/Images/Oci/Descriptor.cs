using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace ImmutableBuild.Images.Oci;

/// <summary>Names content by its type, size and digest (OCI image-spec, descriptor).</summary>
public sealed record Descriptor
{
    /// <summary>The content's media type.</summary>
    [JsonPropertyOrder(0)]
    public required string MediaType { get; init; }

    /// <summary>The content's size in bytes.</summary>
    [JsonPropertyOrder(1)]
    public required long Size { get; init; }

    /// <summary>The content's digest.</summary>
    [JsonPropertyOrder(2)]
    public required Digest Digest { get; init; }

    /// <summary>Free-form facts about the content; null where there are none.</summary>
    [JsonPropertyOrder(3)]
    public ImmutableSortedDictionary<string, string>? Annotations { get; init; }

    /// <summary>The platform the content runs on; only within an index.</summary>
    [JsonPropertyOrder(4)]
    public Platform? Platform { get; init; }

    /// <summary>The type of an artifact that is no image, such as a signature bundle.</summary>
    [JsonPropertyOrder(5)]
    public string? ArtifactType { get; init; }
}
