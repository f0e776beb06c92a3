using System.Text.Json.Serialization;

namespace ImmutableBuild.Docker.Api.Models;

/// <summary>A process to run in a container that runs.</summary>
internal sealed record ContainerExecCreateParameters
{
    /// <summary>Program and arguments.</summary>
    public required IReadOnlyList<string> Cmd { get; init; }

    /// <summary>Whether its input is ours.</summary>
    public bool AttachStdin { get; init; }

    /// <summary>Whether its output is ours.</summary>
    public bool AttachStdout { get; init; } = true;

    /// <summary>Whether its errors are ours.</summary>
    public bool AttachStderr { get; init; } = true;

    /// <summary>Whether it has a terminal.</summary>
    public bool Tty { get; init; }

    /// <summary><c>NAME=value</c>.</summary>
    public IReadOnlyList<string>? Env { get; init; }

    /// <summary>User and group; null for the container's.</summary>
    public string? User { get; init; }

    /// <summary>Where it starts; null for the container's.</summary>
    public string? WorkingDir { get; init; }
}

/// <summary>A process that can be started.</summary>
internal sealed record ContainerExecCreateResponse([property: JsonPropertyName("Id")] string ID);

/// <summary>How a process is started.</summary>
internal sealed record ContainerExecStartParameters(bool Detach, bool Tty);

/// <summary>How a process is, or ended. The exit code is null while it runs.</summary>
internal sealed record ContainerExecInspectResponse(string ID, bool Running, long? ExitCode, int Pid, string? ContainerID);
