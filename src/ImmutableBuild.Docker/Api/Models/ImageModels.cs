using System.Text.Json.Serialization;

namespace ImmutableBuild.Docker.Api.Models;

/// <summary>An image to pull.</summary>
internal sealed record ImagesCreateParameters
{
    /// <summary>The reference: <c>host/repository@sha256:…</c>.</summary>
    public required string FromImage { get; init; }

    /// <summary>The tag or digest, where the reference has none.</summary>
    public string? Tag { get; init; }

    /// <summary>The platform; null for the engine's own.</summary>
    public string? Platform { get; init; }
}

/// <summary>How to build an image of a Dockerfile.</summary>
internal sealed record ImageBuildParameters
{
    /// <summary>The Dockerfile's name in the context.</summary>
    public required string Dockerfile { get; init; }

    /// <summary>The stage that becomes the image; null for the last one.</summary>
    public string? Target { get; init; }

    /// <summary>The values of its <c>ARG</c>s.</summary>
    public IReadOnlyDictionary<string, string> BuildArgs { get; init; } = new Dictionary<string, string>();

    /// <summary>Labels beside those the Dockerfile gives.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
}

/// <summary>Which images to list.</summary>
internal sealed record ImagesListParameters
{
    /// <summary>Also those that are only parts of others.</summary>
    public bool All { get; init; }

    /// <summary>Narrowed to.</summary>
    public Filters Filters { get; init; } = Filters.None;
}

/// <summary>How to remove an image.</summary>
internal sealed record ImageDeleteParameters
{
    /// <summary>Also when it has several names, or stopped containers use it.</summary>
    public bool Force { get; init; }

    /// <summary>Keep the images it was made from.</summary>
    public bool NoPrune { get; init; }
}

/// <summary>A name for an image.</summary>
internal sealed record ImageTagParameters(string RepositoryName, string Tag);

/// <summary>A line of a pull, load or build.</summary>
internal sealed record JSONMessage
{
    /// <summary>What is done.</summary>
    [JsonPropertyName("status")]
    public string? Status { get; init; }

    /// <summary>The layer.</summary>
    [JsonPropertyName("id")]
    public string? ID { get; init; }

    /// <summary>How much of it.</summary>
    [JsonPropertyName("progressDetail")]
    public JSONProgress? Progress { get; init; }

    /// <summary>What a load or build says.</summary>
    [JsonPropertyName("stream")]
    public string? Stream { get; init; }

    /// <summary>What a build made.</summary>
    [JsonPropertyName("aux")]
    public BuiltImage? Aux { get; init; }

    /// <summary>What went wrong.</summary>
    [JsonPropertyName("error")]
    public string? ErrorMessage { get; init; }

    /// <summary>The same, and a status.</summary>
    [JsonPropertyName("errorDetail")]
    public JSONError? Error { get; init; }
}

/// <summary>The id of an image that a stage of a build made; the last stage's comes last.</summary>
internal sealed record BuiltImage([property: JsonPropertyName("ID")] string? ID);

/// <summary>How much of a layer is done, in bytes.</summary>
internal sealed record JSONProgress([property: JsonPropertyName("current")] long? Current, [property: JsonPropertyName("total")] long? Total);

/// <summary>What went wrong.</summary>
internal sealed record JSONError([property: JsonPropertyName("code")] int? Code, [property: JsonPropertyName("message")] string? Message);

/// <summary>Everything of an image.</summary>
internal sealed record ImageInspectResponse
{
    /// <summary>The id: the digest of its configuration, or of its manifest where the engine keeps images in containerd.</summary>
    [JsonPropertyName("Id")]
    public required string ID { get; init; }

    /// <summary>Its names.</summary>
    public IReadOnlyList<string>? RepoTags { get; init; }

    /// <summary>Its names by digest.</summary>
    public IReadOnlyList<string>? RepoDigests { get; init; }

    /// <summary>Its CPU.</summary>
    public string? Architecture { get; init; }

    /// <summary>Its operating system.</summary>
    public string? Os { get; init; }

    /// <summary>Its bytes.</summary>
    public long Size { get; init; }

    /// <summary>What runs in it.</summary>
    public ContainerConfiguration? Config { get; init; }

    /// <summary>Its layers.</summary>
    public RootFS? RootFS { get; init; }
}

/// <summary>The layers of an image, by the digest of what is in them.</summary>
internal sealed record RootFS(string? Type, IReadOnlyList<string>? Layers);

/// <summary>An image of a list.</summary>
internal sealed record ImagesListResponse
{
    /// <summary>The id.</summary>
    [JsonPropertyName("Id")]
    public required string ID { get; init; }

    /// <summary>Its names.</summary>
    public IReadOnlyList<string>? RepoTags { get; init; }

    /// <summary>Its names by digest.</summary>
    public IReadOnlyList<string>? RepoDigests { get; init; }

    /// <summary>The labels.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>When it was created, in seconds of Unix.</summary>
    public long Created { get; init; }

    /// <summary>Its bytes.</summary>
    public long Size { get; init; }
}

/// <summary>What became of an image: a name less, or gone.</summary>
internal sealed record ImageDeleteResponse(string? Untagged, string? Deleted);
