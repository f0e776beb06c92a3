using System.Text.Json.Serialization;

namespace ImmutableBuild.Docker.Api.Models;

/// <summary>A container to create.</summary>
internal sealed record CreateContainerParameters : ContainerConfiguration
{
    /// <summary>Its name; null for one of the engine's.</summary>
    [JsonIgnore]
    public string? Name { get; init; }

    /// <summary>The platform of the image; null for the engine's own.</summary>
    [JsonIgnore]
    public string? Platform { get; init; }

    /// <summary>What the host gives.</summary>
    public HostConfiguration? HostConfig { get; init; }

    /// <summary>Its networks.</summary>
    public NetworkingConfiguration? NetworkingConfig { get; init; }
}

/// <summary>The networks of a container, by name.</summary>
internal sealed record NetworkingConfiguration(IReadOnlyDictionary<string, EndpointSettings> EndpointsConfig);

/// <summary>A container that was created.</summary>
internal sealed record CreateContainerResponse([property: JsonPropertyName("Id")] string ID, IReadOnlyList<string>? Warnings);

/// <summary>What to change of a container.</summary>
/// <param name="RestartPolicy">When it is started again, from now on.</param>
internal sealed record ContainerUpdateParameters(RestartPolicy RestartPolicy);

/// <summary>Which containers to list.</summary>
internal sealed record ContainersListParameters
{
    /// <summary>Also those that don't run.</summary>
    public bool All { get; init; }

    /// <summary>Narrowed to.</summary>
    public Filters Filters { get; init; } = Filters.None;
}

/// <summary>How to end a container.</summary>
internal sealed record ContainerStopParameters
{
    /// <summary>How long it may take before it is killed; null for its own.</summary>
    public int? WaitBeforeKillSeconds { get; init; }
}

/// <summary>How to remove a container.</summary>
internal sealed record ContainerRemoveParameters
{
    /// <summary>Kill it first.</summary>
    public bool Force { get; init; }

    /// <summary>Also its volumes without a name.</summary>
    public bool RemoveVolumes { get; init; }
}

/// <summary>Which output to read.</summary>
internal sealed record ContainerLogsParameters
{
    /// <summary>Its output.</summary>
    public bool ShowStdout { get; init; } = true;

    /// <summary>Its errors.</summary>
    public bool ShowStderr { get; init; } = true;

    /// <summary>Go on as it writes.</summary>
    public bool Follow { get; init; }

    /// <summary>The time before each line.</summary>
    public bool Timestamps { get; init; }

    /// <summary>The last lines; null for all.</summary>
    public int? Tail { get; init; }

    /// <summary>What was written since then.</summary>
    public DateTimeOffset? Since { get; init; }
}
