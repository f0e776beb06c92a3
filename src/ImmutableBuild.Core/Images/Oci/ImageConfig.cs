using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ImmutableBuild.Images.Oci;

/// <summary>What an image runs, as whom, and what its layers hold (OCI image-spec, config).</summary>
public sealed record ImageConfig
{
    /// <summary>The CPU in Go's words, <c>amd64</c>.</summary>
    [JsonPropertyOrder(0)]
    public required string Architecture { get; init; }

    /// <summary>When the image was made; in an image of ours the commit's time.</summary>
    [JsonPropertyOrder(1)]
    public string? Created { get; init; }

    /// <summary>What made each layer, lowest first; null in images that don't say.</summary>
    [JsonPropertyOrder(2)]
    public ImmutableArray<HistoryEntry>? History { get; init; }

    /// <summary>The operating system in Go's words, <c>linux</c>.</summary>
    [JsonPropertyOrder(3)]
    public required string Os { get; init; }

    /// <summary>The layers' contents.</summary>
    [JsonPropertyOrder(4)]
    [JsonPropertyName("rootfs")]
    public required RootFileSystem RootFs { get; init; }

    /// <summary>How the image runs; null in an image that says nothing.</summary>
    [JsonPropertyOrder(5)]
    public RunConfig? Config { get; init; }

    /// <summary>The CPU's variant, <c>v8</c>.</summary>
    [JsonPropertyOrder(6)]
    public string? Variant { get; init; }
}

/// <summary>The uncompressed contents of the layers.</summary>
public sealed record RootFileSystem
{
    /// <summary>Always <c>layers</c>.</summary>
    [JsonPropertyOrder(0)]
    public string Type { get; init; } = "layers";

    /// <summary>The digest of each uncompressed layer, lowest first.</summary>
    [JsonPropertyOrder(1)]
    [JsonPropertyName("diff_ids")]
    public required ImmutableArray<Digest> DiffIds { get; init; }
}

/// <summary>What made a layer.</summary>
public sealed record HistoryEntry
{
    /// <summary>When.</summary>
    [JsonPropertyOrder(0)]
    public string? Created { get; init; }

    /// <summary>Who.</summary>
    [JsonPropertyOrder(1)]
    public string? Author { get; init; }

    /// <summary>The command that made it.</summary>
    [JsonPropertyOrder(2)]
    [JsonPropertyName("created_by")]
    public string? CreatedBy { get; init; }

    /// <summary>A remark.</summary>
    [JsonPropertyOrder(3)]
    public string? Comment { get; init; }

    /// <summary>The step made no layer.</summary>
    [JsonPropertyOrder(4)]
    [JsonPropertyName("empty_layer")]
    public bool? EmptyLayer { get; init; }
}

/// <summary>How the image runs. Its members have Docker's names, upper-case letters and all.</summary>
public sealed record RunConfig
{
    /// <summary>The user, <c>1654</c> or <c>name[:group]</c>.</summary>
    [JsonPropertyOrder(0), JsonPropertyName("User")]
    public string? User { get; init; }

    /// <summary>Ports that are listened on, <c>8080/tcp</c>; the values are empty objects.</summary>
    [JsonPropertyOrder(1), JsonPropertyName("ExposedPorts")]
    public ImmutableSortedDictionary<string, EmptyObject>? ExposedPorts { get; init; }

    /// <summary>Environment variables, <c>NAME=value</c>.</summary>
    [JsonPropertyOrder(2), JsonPropertyName("Env")]
    public ImmutableArray<string>? Env { get; init; }

    /// <summary>The command that is always run.</summary>
    [JsonPropertyOrder(3), JsonPropertyName("Entrypoint")]
    public ImmutableArray<string>? Entrypoint { get; init; }

    /// <summary>Arguments that whoever runs the image can replace.</summary>
    [JsonPropertyOrder(4), JsonPropertyName("Cmd")]
    public ImmutableArray<string>? Cmd { get; init; }

    /// <summary>The directory the command starts in.</summary>
    [JsonPropertyOrder(5), JsonPropertyName("WorkingDir")]
    public string? WorkingDir { get; init; }

    /// <summary>Facts about the image.</summary>
    [JsonPropertyOrder(6), JsonPropertyName("Labels")]
    public ImmutableSortedDictionary<string, string>? Labels { get; init; }

    /// <summary>The signal that asks the command to end.</summary>
    [JsonPropertyOrder(7), JsonPropertyName("StopSignal")]
    public string? StopSignal { get; init; }

    /// <summary>Directories whose content is not of the image; the values are empty objects.</summary>
    [JsonPropertyOrder(8), JsonPropertyName("Volumes")]
    public ImmutableSortedDictionary<string, EmptyObject>? Volumes { get; init; }

    /// <summary>Docker's health check, carried over from a base image as it is.</summary>
    [JsonPropertyOrder(9), JsonPropertyName("Healthcheck")]
    public JsonElement? Healthcheck { get; init; }
}

/// <summary>JSON's <c>{}</c>.</summary>
public sealed record EmptyObject;
