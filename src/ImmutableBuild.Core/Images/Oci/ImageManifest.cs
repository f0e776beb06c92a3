using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace ImmutableBuild.Images.Oci;

/// <summary>One image: its configuration and its layers, lowest first (OCI image-spec, manifest).</summary>
public sealed record ImageManifest
{
    /// <summary>Always 2.</summary>
    [JsonPropertyOrder(0)]
    public int SchemaVersion { get; init; } = 2;

    /// <summary>The manifest's own media type. OCI lets writers leave it out; this code always writes it.</summary>
    [JsonPropertyOrder(1)]
    public string? MediaType { get; init; }

    /// <summary>The configuration.</summary>
    [JsonPropertyOrder(2)]
    public required Descriptor Config { get; init; }

    /// <summary>The layers, lowest first.</summary>
    [JsonPropertyOrder(3)]
    public required ImmutableArray<Descriptor> Layers { get; init; }

    /// <summary>Facts about the image; null where there are none.</summary>
    [JsonPropertyOrder(4)]
    public ImmutableSortedDictionary<string, string>? Annotations { get; init; }

    /// <summary>The manifest this one is about, for signatures and attestations.</summary>
    [JsonPropertyOrder(5)]
    public Descriptor? Subject { get; init; }

    /// <summary>The type of an artifact that is no image.</summary>
    [JsonPropertyOrder(6)]
    public string? ArtifactType { get; init; }
}
