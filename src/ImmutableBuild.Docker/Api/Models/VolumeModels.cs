namespace ImmutableBuild.Docker.Api.Models;

/// <summary>A volume to create.</summary>
internal sealed record VolumesCreateParameters
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its kind.</summary>
    public string Driver { get; init; } = "local";

    /// <summary>Options of its kind.</summary>
    public IReadOnlyDictionary<string, string>? DriverOpts { get; init; }

    /// <summary>The labels.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
}

/// <summary>A volume.</summary>
internal sealed record VolumeResponse
{
    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>Its kind.</summary>
    public string? Driver { get; init; }

    /// <summary>Where it is on the host.</summary>
    public string? Mountpoint { get; init; }

    /// <summary>When it was created.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>The labels.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
}

/// <summary>The volumes of an engine.</summary>
internal sealed record VolumesListResponse(IReadOnlyList<VolumeResponse>? Volumes, IReadOnlyList<string>? Warnings);
