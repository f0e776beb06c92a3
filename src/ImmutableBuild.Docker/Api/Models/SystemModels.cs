using System.Text.Json.Serialization;

namespace ImmutableBuild.Docker.Api.Models;

/// <summary>The product and its versions of the API.</summary>
internal sealed record VersionResponse
{
    /// <summary>The product's version.</summary>
    public string? Version { get; init; }

    /// <summary>The newest version of the API it speaks.</summary>
    [JsonPropertyName("ApiVersion")]
    public string? APIVersion { get; init; }

    /// <summary>The oldest.</summary>
    public string? MinAPIVersion { get; init; }

    /// <summary>Its operating system.</summary>
    public string? Os { get; init; }

    /// <summary>Its CPU.</summary>
    public string? Arch { get; init; }
}

/// <summary>The engine's host and settings.</summary>
internal sealed record SystemInfoResponse
{
    /// <summary>The engine's own id.</summary>
    public string? ID { get; init; }

    /// <summary>The host's name.</summary>
    public string? Name { get; init; }

    /// <summary>The product's version.</summary>
    public string? ServerVersion { get; init; }

    /// <summary>The containers' operating system.</summary>
    public string? OSType { get; init; }

    /// <summary>The CPU, in the kernel's words.</summary>
    public string? Architecture { get; init; }

    /// <summary>How layers are stacked.</summary>
    public string? Driver { get; init; }

    /// <summary>Where output goes by default.</summary>
    public string? LoggingDriver { get; init; }

    /// <summary>The host's CPUs.</summary>
    public int NCPU { get; init; }

    /// <summary>The host's memory, in bytes.</summary>
    public long MemTotal { get; init; }

    /// <summary>Whether the kernel can limit swap.</summary>
    public bool? SwapLimit { get; init; }

    /// <summary>Whether containers outlive the engine.</summary>
    public bool LiveRestoreEnabled { get; init; }

    /// <summary>The host's clock.</summary>
    public DateTimeOffset? SystemTime { get; init; }

    /// <summary>What the engine warns of, such as limits the kernel can't keep.</summary>
    public IReadOnlyList<string>? Warnings { get; init; }
}

/// <summary>Which events to follow.</summary>
internal sealed record ContainerEventsParameters
{
    /// <summary>Those since then, of the engine's clock, first. Without it, what happens before the engine listens to the call is missed.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Until then; null to follow.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Narrowed to.</summary>
    public Filters Filters { get; init; } = Filters.None;
}

/// <summary>An event.</summary>
internal sealed record Message
{
    /// <summary><c>container</c>, <c>network</c>, <c>volume</c>, <c>image</c>, …</summary>
    public string? Type { get; init; }

    /// <summary><c>start</c>, <c>die</c>, <c>destroy</c>, …</summary>
    public string? Action { get; init; }

    /// <summary>What it happened to.</summary>
    public Actor? Actor { get; init; }

    /// <summary>When, in billionths of a second of Unix.</summary>
    [JsonPropertyName("timeNano")]
    public long TimeNano { get; init; }
}

/// <summary>What an event happened to.</summary>
internal sealed record Actor(string? ID, IReadOnlyDictionary<string, string>? Attributes);

/// <summary>The engine's words of a call that failed.</summary>
internal sealed record ErrorResponse([property: JsonPropertyName("message")] string? Message);
