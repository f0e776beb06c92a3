using System.Text.Json.Serialization;

namespace ImmutableBuild.Docker.Api.Models;

/// <summary>A container in a network.</summary>
internal sealed record EndpointSettings
{
    /// <summary>Its further names there.</summary>
    public IReadOnlyList<string>? Aliases { get; init; }

    /// <summary>The network's id.</summary>
    public string? NetworkID { get; init; }

    /// <summary>Its address there; empty while it doesn't run.</summary>
    public string? IPAddress { get; init; }

    /// <summary>The way out.</summary>
    public string? Gateway { get; init; }
}

/// <summary>A network to create.</summary>
internal sealed record NetworksCreateParameters
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Refuse a name that is taken; engines up to API 1.43 make a second one otherwise.</summary>
    public bool CheckDuplicate { get; init; } = true;

    /// <summary>Its kind.</summary>
    public string Driver { get; init; } = "bridge";

    /// <summary>Whether there is no way out.</summary>
    public bool Internal { get; init; }

    /// <summary>The labels.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Options of its kind.</summary>
    public IReadOnlyDictionary<string, string>? Options { get; init; }
}

/// <summary>A network that was created.</summary>
internal sealed record NetworksCreateResponse([property: JsonPropertyName("Id")] string ID, string? Warning);

/// <summary>A network. Its containers are there when it was inspected, not in a list.</summary>
internal sealed record NetworkResponse
{
    /// <summary>The id.</summary>
    [JsonPropertyName("Id")]
    public required string ID { get; init; }

    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>When it was created.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>Its kind.</summary>
    public string? Driver { get; init; }

    /// <summary>Whether there is no way out.</summary>
    public bool Internal { get; init; }

    /// <summary>The labels.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Its containers, by id.</summary>
    public IReadOnlyDictionary<string, NetworkContainer>? Containers { get; init; }
}

/// <summary>A container of a network.</summary>
internal sealed record NetworkContainer(string? Name, string? IPv4Address);

/// <summary>A container to put into a network.</summary>
internal sealed record NetworkConnectParameters(string Container, EndpointSettings? EndpointConfig = null);

/// <summary>A container to take out of a network.</summary>
internal sealed record NetworkDisconnectParameters(string Container, bool Force = false);
