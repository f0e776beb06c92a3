using System.Text.Json.Serialization;

namespace ImmutableBuild.Docker.Api.Models;

/// <summary>What the host gives to a container, and keeps from it.</summary>
internal sealed record HostConfiguration
{
    /// <summary>The network it starts in.</summary>
    public string? NetworkMode { get; init; }

    /// <summary>Ports of the host, by the container's: <c>8080/tcp</c>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<PortBinding>?>? PortBindings { get; init; }

    /// <summary>When it is started again.</summary>
    public RestartPolicy? RestartPolicy { get; init; }

    /// <summary>Volumes and directories inside.</summary>
    public IReadOnlyList<ContainerMount>? Mounts { get; init; }

    /// <summary><c>source:target:options</c>, the older form.</summary>
    public IReadOnlyList<string>? Binds { get; init; }

    /// <summary>Directories in memory, with their options.</summary>
    public IReadOnlyDictionary<string, string>? Tmpfs { get; init; }

    /// <summary>Whether nothing but mounts can be written.</summary>
    public bool? ReadonlyRootfs { get; init; }

    /// <summary>Whether it may do anything.</summary>
    public bool? Privileged { get; init; }

    /// <summary>Capabilities taken away.</summary>
    public IReadOnlyList<string>? CapDrop { get; init; }

    /// <summary>Capabilities given.</summary>
    public IReadOnlyList<string>? CapAdd { get; init; }

    /// <summary><c>no-new-privileges</c> and the like.</summary>
    public IReadOnlyList<string>? SecurityOpt { get; init; }

    /// <summary>Bytes of memory; 0 for no limit.</summary>
    public long? Memory { get; init; }

    /// <summary>Bytes of memory and swap.</summary>
    public long? MemorySwap { get; init; }

    /// <summary>Billionths of a CPU.</summary>
    public long? NanoCpus { get; init; }

    /// <summary>The most processes.</summary>
    public long? PidsLimit { get; init; }

    /// <summary>Where its output goes.</summary>
    public LogConfiguration? LogConfig { get; init; }

    /// <summary>Whether a small init reaps processes.</summary>
    public bool? Init { get; init; }

    /// <summary>Whether it goes when it ends.</summary>
    public bool? AutoRemove { get; init; }

    /// <summary>Names of hosts, <c>name:address</c>.</summary>
    public IReadOnlyList<string>? ExtraHosts { get; init; }

    /// <summary>Whose processes it sees; <c>container:ID</c> for another container's.</summary>
    public string? PidMode { get; init; }
}

/// <summary>A port of the host.</summary>
internal sealed record PortBinding([property: JsonPropertyName("HostIp")] string? HostIP, string? HostPort);

/// <summary>When a container is started again: <c>no</c>, <c>on-failure</c>, <c>always</c>, <c>unless-stopped</c>.</summary>
internal sealed record RestartPolicy(string Name, int MaximumRetryCount = 0);

/// <summary>Where a container's output goes.</summary>
internal sealed record LogConfiguration(string Type, IReadOnlyDictionary<string, string>? Config = null);

/// <summary>A volume (<c>volume</c>), directory (<c>bind</c>) or memory (<c>tmpfs</c>) inside.</summary>
internal sealed record ContainerMount(string Type, string? Source, string Target, bool ReadOnly = false);
