namespace ImmutableBuild.Docker.Api.Models;

/// <summary>What runs in a container, as an image declares it and a creation overrides it.</summary>
internal record ContainerConfiguration
{
    /// <summary>The image: by digest or id.</summary>
    public string? Image { get; init; }

    /// <summary>The arguments.</summary>
    public IReadOnlyList<string>? Cmd { get; init; }

    /// <summary>The program.</summary>
    public IReadOnlyList<string>? Entrypoint { get; init; }

    /// <summary><c>NAME=value</c>.</summary>
    public IReadOnlyList<string>? Env { get; init; }

    /// <summary>The labels.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>The host's name inside.</summary>
    public string? Hostname { get; init; }

    /// <summary>User and group.</summary>
    public string? User { get; init; }

    /// <summary>Where the program starts.</summary>
    public string? WorkingDir { get; init; }

    /// <summary>Whether it has a terminal.</summary>
    public bool? Tty { get; init; }

    /// <summary>Whether its input is open.</summary>
    public bool? OpenStdin { get; init; }

    /// <summary>Ports it listens on, <c>8080/tcp</c>.</summary>
    public IReadOnlyDictionary<string, EmptyObject>? ExposedPorts { get; init; }

    /// <summary>What asks it to end.</summary>
    public string? StopSignal { get; init; }

    /// <summary>Seconds from that to its kill.</summary>
    public int? StopTimeout { get; init; }

    /// <summary>The engine's own probe.</summary>
    public HealthcheckConfiguration? Healthcheck { get; init; }
}

/// <summary>The engine's own probe; <c>["NONE"]</c> switches the image's off.</summary>
internal sealed record HealthcheckConfiguration(IReadOnlyList<string>? Test);

/// <summary>An object without members, where the API wants one.</summary>
internal sealed record EmptyObject;
