using System.Text.Json.Serialization;

namespace ImmutableBuild.Docker.Api.Models;

/// <summary>A container of a list.</summary>
internal sealed record ContainerListResponse
{
    /// <summary>The id.</summary>
    [JsonPropertyName("Id")]
    public required string ID { get; init; }

    /// <summary>The names, each with a slash before it.</summary>
    public IReadOnlyList<string>? Names { get; init; }

    /// <summary>The image as it was asked for.</summary>
    public string? Image { get; init; }

    /// <summary>The image's id.</summary>
    public string? ImageID { get; init; }

    /// <summary>When it was created, in seconds of Unix.</summary>
    public long Created { get; init; }

    /// <summary><c>running</c>, <c>exited</c>, …</summary>
    public string? State { get; init; }

    /// <summary>The same in words.</summary>
    public string? Status { get; init; }

    /// <summary>The labels.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Its networks.</summary>
    public SummaryNetworkSettings? NetworkSettings { get; init; }
}

/// <summary>The networks of a container in a list.</summary>
internal sealed record SummaryNetworkSettings(IReadOnlyDictionary<string, EndpointSettings>? Networks);

/// <summary>Everything of a container.</summary>
internal sealed record ContainerInspectResponse
{
    /// <summary>The id.</summary>
    [JsonPropertyName("Id")]
    public required string ID { get; init; }

    /// <summary>The name, with a slash before it.</summary>
    public string? Name { get; init; }

    /// <summary>When it was created.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>The image's id.</summary>
    public string? Image { get; init; }

    /// <summary>How it is.</summary>
    public required ContainerState State { get; init; }

    /// <summary>How often the engine has started it again.</summary>
    public int RestartCount { get; init; }

    /// <summary>What runs in it.</summary>
    public required ContainerConfiguration Config { get; init; }

    /// <summary>What the host gives it.</summary>
    public required HostConfiguration HostConfig { get; init; }

    /// <summary>What is mounted.</summary>
    public IReadOnlyList<MountPoint>? Mounts { get; init; }

    /// <summary>Its networks and ports.</summary>
    public NetworkSettings? NetworkSettings { get; init; }
}

/// <summary>How a container is.</summary>
internal sealed record ContainerState
{
    /// <summary><c>created</c>, <c>running</c>, <c>paused</c>, <c>restarting</c>, <c>removing</c>, <c>exited</c>, <c>dead</c>.</summary>
    public required string Status { get; init; }

    /// <summary>Whether it has a process; a paused one has.</summary>
    public bool Running { get; init; }

    /// <summary>Whether it is held.</summary>
    public bool Paused { get; init; }

    /// <summary>Whether the engine is about to start it again.</summary>
    public bool Restarting { get; init; }

    /// <summary>Whether it was killed for want of memory.</summary>
    public bool OOMKilled { get; init; }

    /// <summary>The process, as the host counts.</summary>
    public int Pid { get; init; }

    /// <summary>How it ended.</summary>
    public long ExitCode { get; init; }

    /// <summary>Why it could not be started.</summary>
    public string? Error { get; init; }

    /// <summary>When it was last started.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it last ended.</summary>
    public DateTimeOffset? FinishedAt { get; init; }
}

/// <summary>What is mounted in a container.</summary>
internal sealed record MountPoint(string? Type, string? Name, string? Source, string? Destination, string? Driver, bool RW);

/// <summary>Networks and ports of a container.</summary>
internal sealed record NetworkSettings(IReadOnlyDictionary<string, IReadOnlyList<PortBinding>?>? Ports, IReadOnlyDictionary<string, EndpointSettings>? Networks);

/// <summary>The end of a container.</summary>
internal sealed record ContainerWaitResponse(long StatusCode, WaitExitError? Error);

/// <summary>Why a container could not be waited for.</summary>
internal sealed record WaitExitError(string? Message);

/// <summary>A file that differs from the image.</summary>
internal sealed record ContainerFileSystemChangeResponse(string Path, FileSystemChangeKind Kind);

/// <summary>How a file differs; the numbers are the API's.</summary>
internal enum FileSystemChangeKind
{
    /// <summary>Changed.</summary>
    Modify = 0,

    /// <summary>New.</summary>
    Add = 1,

    /// <summary>Gone.</summary>
    Delete = 2,
}

/// <summary>The processes of a container: names of columns, and rows.</summary>
internal sealed record ContainerProcessesResponse(IReadOnlyList<string> Titles, IReadOnlyList<IReadOnlyList<string>> Processes);

/// <summary>What is known of a path inside a container.</summary>
internal sealed record ContainerPathStatResponse(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("size")] long Size,
    [property: JsonPropertyName("mode")] uint Mode,
    [property: JsonPropertyName("linkTarget")] string? LinkTarget);

/// <summary>A path of a container as a tar stream, which the caller disposes.</summary>
internal sealed record GetArchiveFromContainerResponse(ContainerPathStatResponse Stat, Stream Stream);
