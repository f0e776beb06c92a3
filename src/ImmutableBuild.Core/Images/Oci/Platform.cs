using System.Text.Json.Serialization;

namespace ImmutableBuild.Images.Oci;

/// <summary>What a manifest of an index runs on (OCI image-spec, image-index, "platform").</summary>
public sealed record Platform
{
    /// <summary>The CPU in Go's words, <c>amd64</c>.</summary>
    [JsonPropertyOrder(0)]
    public required string Architecture { get; init; }

    /// <summary>The operating system in Go's words, <c>linux</c>.</summary>
    [JsonPropertyOrder(1)]
    public required string Os { get; init; }

    /// <summary>The operating system's version; Windows images have one.</summary>
    [JsonPropertyOrder(2)]
    [JsonPropertyName("os.version")]
    public string? OsVersion { get; init; }

    /// <summary>The CPU's variant, <c>v8</c>.</summary>
    [JsonPropertyOrder(3)]
    public string? Variant { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Variant is null ? $"{Os}/{Architecture}" : $"{Os}/{Architecture}/{Variant}";
}
