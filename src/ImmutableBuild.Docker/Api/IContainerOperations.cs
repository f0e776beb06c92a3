using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Docker.Api.Streams;

namespace ImmutableBuild.Docker.Api;

/// <summary>Containers.</summary>
internal interface IContainerOperations
{
    /// <summary>Those that run, or all.</summary>
    Task<IReadOnlyList<ContainerListResponse>> ListContainersAsync(ContainersListParameters parameters, CancellationToken cancellationToken);

    /// <summary>Creates one; a name that is taken is a Conflict.</summary>
    Task<CreateContainerResponse> CreateContainerAsync(CreateContainerParameters parameters, CancellationToken cancellationToken);

    /// <summary>Everything of one.</summary>
    Task<ContainerInspectResponse> InspectContainerAsync(string id, CancellationToken cancellationToken);

    /// <summary>Changes what can be changed of one that exists, whether it runs or not.</summary>
    Task UpdateContainerAsync(string id, ContainerUpdateParameters parameters, CancellationToken cancellationToken);

    /// <summary>Starts it; false when it runs already.</summary>
    Task<bool> StartContainerAsync(string id, CancellationToken cancellationToken);

    /// <summary>Asks it to end and kills it after its time; returns when it has ended. False when it didn't run.</summary>
    Task<bool> StopContainerAsync(string id, ContainerStopParameters parameters, CancellationToken cancellationToken);

    /// <summary>Ends it and starts it again.</summary>
    Task RestartContainerAsync(string id, ContainerStopParameters parameters, CancellationToken cancellationToken);

    /// <summary>Sends it a signal, <c>SIGKILL</c> by default; a Conflict when it doesn't run.</summary>
    Task KillContainerAsync(string id, string? signal, CancellationToken cancellationToken);

    /// <summary>Holds it.</summary>
    Task PauseContainerAsync(string id, CancellationToken cancellationToken);

    /// <summary>Lets it go on.</summary>
    Task UnpauseContainerAsync(string id, CancellationToken cancellationToken);

    /// <summary>Removes it.</summary>
    Task RemoveContainerAsync(string id, ContainerRemoveParameters parameters, CancellationToken cancellationToken);

    /// <summary>Waits until it doesn't run, however long that takes.</summary>
    Task<ContainerWaitResponse> WaitContainerAsync(string id, CancellationToken cancellationToken);

    /// <summary>Its output. <paramref name="tty"/>: whether it has a terminal, which only its configuration tells.</summary>
    Task<MultiplexedStream> GetContainerLogsAsync(string id, bool tty, ContainerLogsParameters parameters, CancellationToken cancellationToken);

    /// <summary>The files that differ from its image.</summary>
    Task<IReadOnlyList<ContainerFileSystemChangeResponse>> InspectChangesAsync(string id, CancellationToken cancellationToken);

    /// <summary>Its processes.</summary>
    Task<ContainerProcessesResponse> ListProcessesAsync(string id, string? psArguments, CancellationToken cancellationToken);

    /// <summary>What it uses, counted once.</summary>
    Task<ContainerStatsResponse> GetContainerStatsAsync(string id, CancellationToken cancellationToken);

    /// <summary>What is known of a path inside it.</summary>
    Task<ContainerPathStatResponse> StatArchiveInContainerAsync(string id, string path, CancellationToken cancellationToken);

    /// <summary>A path inside it as a tar stream.</summary>
    Task<GetArchiveFromContainerResponse> GetArchiveFromContainerAsync(string id, string path, CancellationToken cancellationToken);

    /// <summary>Unpacks a tar stream into a directory inside it.</summary>
    Task ExtractArchiveToContainerAsync(string id, string path, Stream tar, CancellationToken cancellationToken);
}
