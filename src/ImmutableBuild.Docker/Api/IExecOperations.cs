using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Docker.Api.Streams;

namespace ImmutableBuild.Docker.Api;

/// <summary>Processes started in containers.</summary>
internal interface IExecOperations
{
    /// <summary>Prepares one; a Conflict when the container doesn't run.</summary>
    Task<ContainerExecCreateResponse> ExecCreateContainerAsync(string id, ContainerExecCreateParameters parameters, CancellationToken cancellationToken);

    /// <summary>Starts it with its input and output on a connection, which the caller disposes. <paramref name="tty"/> as it was prepared.</summary>
    Task<MultiplexedStream> StartAndAttachContainerExecAsync(string id, bool tty, CancellationToken cancellationToken);

    /// <summary>Starts it and leaves it.</summary>
    Task StartContainerExecAsync(string id, CancellationToken cancellationToken);

    /// <summary>How it is, or ended.</summary>
    Task<ContainerExecInspectResponse> InspectContainerExecAsync(string id, CancellationToken cancellationToken);
}
