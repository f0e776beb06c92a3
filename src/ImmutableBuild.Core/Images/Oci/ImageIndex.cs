using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace ImmutableBuild.Images.Oci;

/// <summary>Several manifests under one name: the platforms of an image, or the entries of a layout (OCI image-spec, image-index).</summary>
public sealed record ImageIndex
{
    /// <summary>Always 2.</summary>
    [JsonPropertyOrder(0)]
    public int SchemaVersion { get; init; } = 2;

    /// <summary>The index's own media type.</summary>
    [JsonPropertyOrder(1)]
    public string? MediaType { get; init; }

    /// <summary>What it lists.</summary>
    [JsonPropertyOrder(2)]
    public required ImmutableArray<Descriptor> Manifests { get; init; }

    /// <summary>Facts about the whole; null where there are none.</summary>
    [JsonPropertyOrder(3)]
    public ImmutableSortedDictionary<string, string>? Annotations { get; init; }
}
