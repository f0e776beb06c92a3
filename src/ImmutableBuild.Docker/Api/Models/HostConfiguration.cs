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

    /// <summary>Whose memory it shares: <c>private</c>, <c>shareable</c>, <c>host</c>, …</summary>
    public string? IpcMode { get; init; }

    /// <summary>Whose name of host it has; <c>host</c> for the host's.</summary>
    [JsonPropertyName("UTSMode")]
    public string? UtsMode { get; init; }

    /// <summary>Whose users it has; <c>host</c> for the host's.</summary>
    public string? UsernsMode { get; init; }

    /// <summary>Further groups of its user.</summary>
    public IReadOnlyList<string>? GroupAdd { get; init; }

    /// <summary>Devices of the host.</summary>
    public IReadOnlyList<DeviceMapping>? Devices { get; init; }

    /// <summary>Containers whose mounts it has too.</summary>
    public IReadOnlyList<string>? VolumesFrom { get; init; }

    /// <summary>Servers of names.</summary>
    public IReadOnlyList<string>? Dns { get; init; }

    /// <summary>Microseconds of CPU in a period.</summary>
    public long? CpuQuota { get; init; }

    /// <summary>Its weight among others.</summary>
    public long? CpuShares { get; init; }

    /// <summary>The CPUs it may use, <c>0-3</c>.</summary>
    public string? CpusetCpus { get; init; }

    /// <summary>Bytes of memory it is to be brought down to where memory is short.</summary>
    public long? MemoryReservation { get; init; }
}

/// <summary>A device of the host.</summary>
internal sealed record DeviceMapping(string? PathOnHost, string? PathInContainer, string? CgroupPermissions);

/// <summary>A port of the host.</summary>
internal sealed record PortBinding([property: JsonPropertyName("HostIp")] string? HostIP, string? HostPort);

/// <summary>When a container is started again: <c>no</c>, <c>on-failure</c>, <c>always</c>, <c>unless-stopped</c>.</summary>
internal sealed record RestartPolicy(string Name, int MaximumRetryCount = 0);

/// <summary>Where a container's output goes.</summary>
internal sealed record LogConfiguration(string Type, IReadOnlyDictionary<string, string>? Config = null);

/// <summary>A volume (<c>volume</c>), directory (<c>bind</c>) or memory (<c>tmpfs</c>) inside.</summary>
internal sealed record ContainerMount(string Type, string? Source, string Target, bool ReadOnly = false);
