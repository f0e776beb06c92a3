using ImmutableBuild.Docker.Api.Calls;
using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Docker.Api.Streams;

namespace ImmutableBuild.Docker.Api.Operations;

/// <inheritdoc/>
internal sealed class ExecOperations(EngineChannel channel) : IExecOperations
{
    /// <inheritdoc/>
    public Task<ContainerExecCreateResponse> ExecCreateContainerAsync(string id, ContainerExecCreateParameters parameters, CancellationToken cancellationToken) =>
        channel.AskAsync(
            EngineCall.Post($"/containers/{ResourcePath.Of(id)}/exec", $"prepare {parameters.Cmd[0]} in container {id}", parameters), DockerJson.Default.ContainerExecCreateResponse, cancellationToken);

    /// <inheritdoc/>
    public async Task<MultiplexedStream> StartAndAttachContainerExecAsync(string id, bool tty, CancellationToken cancellationToken) =>
        new(await channel.HijackAsync(Start(id, new ContainerExecStartParameters(Detach: false, tty)), cancellationToken), multiplexed: !tty);

    /// <inheritdoc/>
    public Task StartContainerExecAsync(string id, CancellationToken cancellationToken) =>
        channel.OrderAsync(Start(id, new ContainerExecStartParameters(Detach: true, Tty: false)), cancellationToken);

    /// <inheritdoc/>
    public Task<ContainerExecInspectResponse> InspectContainerExecAsync(string id, CancellationToken cancellationToken) =>
        channel.AskAsync(EngineCall.Get($"/exec/{ResourcePath.Of(id)}/json", $"inspect process {id}"), DockerJson.Default.ContainerExecInspectResponse, cancellationToken);

    private static EngineCall Start(string id, ContainerExecStartParameters parameters) => EngineCall.Post($"/exec/{ResourcePath.Of(id)}/start", $"start process {id}", parameters);
}
