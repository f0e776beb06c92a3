using System.Text.Json;
using ImmutableBuild.Docker.Api.Calls;
using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Docker.Api.Streams;

namespace ImmutableBuild.Docker.Api.Operations;

/// <inheritdoc/>
internal sealed class ContainerOperations(EngineChannel channel) : IContainerOperations
{
    // The engine's own default for a container that names none.
    private const int DefaultStopSeconds = 10;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ContainerListResponse>> ListContainersAsync(ContainersListParameters parameters, CancellationToken cancellationToken) =>
        await channel.AskAsync(
            EngineCall.Get($"/containers/json{new Query().Add("all", parameters.All).Add(parameters.Filters)}", "list containers"), DockerJson.Default.ContainerListResponseArray, cancellationToken);

    /// <inheritdoc/>
    public Task<CreateContainerResponse> CreateContainerAsync(CreateContainerParameters parameters, CancellationToken cancellationToken) =>
        channel.AskAsync(
            EngineCall.Post($"/containers/create{new Query().Add("name", parameters.Name).Add("platform", parameters.Platform)}", $"create container {parameters.Name}", parameters),
            DockerJson.Default.CreateContainerResponse, cancellationToken);

    /// <inheritdoc/>
    public Task<ContainerInspectResponse> InspectContainerAsync(string id, CancellationToken cancellationToken) =>
        channel.AskAsync(EngineCall.Get($"{Of(id)}/json", $"inspect container {id}"), DockerJson.Default.ContainerInspectResponse, cancellationToken);

    /// <inheritdoc/>
    public Task UpdateContainerAsync(string id, ContainerUpdateParameters parameters, CancellationToken cancellationToken) =>
        channel.OrderAsync(EngineCall.Post($"{Of(id)}/update", $"update container {id}", parameters), cancellationToken);

    /// <inheritdoc/>
    public Task<bool> StartContainerAsync(string id, CancellationToken cancellationToken) =>
        channel.OrderAsync(EngineCall.Post($"{Of(id)}/start", $"start container {id}"), cancellationToken);

    /// <inheritdoc/>
    public Task<bool> StopContainerAsync(string id, ContainerStopParameters parameters, CancellationToken cancellationToken) =>
        channel.OrderAsync(Ending(id, "stop", parameters), cancellationToken);

    /// <inheritdoc/>
    public Task RestartContainerAsync(string id, ContainerStopParameters parameters, CancellationToken cancellationToken) =>
        channel.OrderAsync(Ending(id, "restart", parameters), cancellationToken);

    /// <inheritdoc/>
    public Task KillContainerAsync(string id, string? signal, CancellationToken cancellationToken) =>
        channel.OrderAsync(EngineCall.Post($"{Of(id)}/kill{new Query().Add("signal", signal)}", $"kill container {id}"), cancellationToken);

    /// <inheritdoc/>
    public Task PauseContainerAsync(string id, CancellationToken cancellationToken) =>
        channel.OrderAsync(EngineCall.Post($"{Of(id)}/pause", $"pause container {id}"), cancellationToken);

    /// <inheritdoc/>
    public Task UnpauseContainerAsync(string id, CancellationToken cancellationToken) =>
        channel.OrderAsync(EngineCall.Post($"{Of(id)}/unpause", $"unpause container {id}"), cancellationToken);

    /// <inheritdoc/>
    public Task RemoveContainerAsync(string id, ContainerRemoveParameters parameters, CancellationToken cancellationToken) =>
        channel.OrderAsync(EngineCall.Delete($"{Of(id)}{new Query().Add("force", parameters.Force).Add("v", parameters.RemoveVolumes)}", $"remove container {id}"), cancellationToken);

    /// <inheritdoc/>
    public async Task<ContainerWaitResponse> WaitContainerAsync(string id, CancellationToken cancellationToken)
    {
        // The head comes at once and the body when the container has ended: a stream of one line.
        ContainerWaitResponse? ended = null;
        var call = EngineCall.Post($"{Of(id)}/wait", $"wait for container {id}");
        await channel.LinesAsync(call, DockerJson.Default.ContainerWaitResponse, silence: null, line => ended = line, cancellationToken);
        return ended ?? throw new DockerApiException(DockerErrorKind.NoReply, call.Operation, null, "the stream ended without an answer");
    }

    /// <inheritdoc/>
    public async Task<MultiplexedStream> GetContainerLogsAsync(string id, bool tty, ContainerLogsParameters parameters, CancellationToken cancellationToken)
    {
        var query = new Query().Add("stdout", parameters.ShowStdout).Add("stderr", parameters.ShowStderr).Add("follow", parameters.Follow)
            .Add("timestamps", parameters.Timestamps).Add("tail", parameters.Tail).Add("since", UnixTime.Of(parameters.Since));
        return new MultiplexedStream(await channel.OpenAsync(EngineCall.Get($"{Of(id)}/logs{query}", $"read the log of container {id}"), cancellationToken), multiplexed: !tty);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ContainerFileSystemChangeResponse>> InspectChangesAsync(string id, CancellationToken cancellationToken) =>
        await channel.FindAsync(EngineCall.Get($"{Of(id)}/changes", $"compare container {id} with its image"), DockerJson.Default.ContainerFileSystemChangeResponseArray, cancellationToken) ?? [];

    /// <inheritdoc/>
    public Task<ContainerProcessesResponse> ListProcessesAsync(string id, string? psArguments, CancellationToken cancellationToken) =>
        channel.AskAsync(EngineCall.Get($"{Of(id)}/top{new Query().Add("ps_args", psArguments)}", $"list the processes of container {id}"), DockerJson.Default.ContainerProcessesResponse, cancellationToken);

    /// <inheritdoc/>
    public Task<ContainerStatsResponse> GetContainerStatsAsync(string id, CancellationToken cancellationToken) =>
        channel.AskAsync(EngineCall.Get($"{Of(id)}/stats?stream=false&one-shot=true", $"count what container {id} uses"), DockerJson.Default.ContainerStatsResponse, cancellationToken);

    /// <inheritdoc/>
    public Task<ContainerPathStatResponse> StatArchiveInContainerAsync(string id, string path, CancellationToken cancellationToken)
    {
        var call = Archive(HttpMethod.Head, id, path, $"look at {path} in container {id}");
        return channel.HeadAsync(call, response => Stat(call, response), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<GetArchiveFromContainerResponse> GetArchiveFromContainerAsync(string id, string path, CancellationToken cancellationToken)
    {
        var call = Archive(HttpMethod.Get, id, path, $"read {path} of container {id}");
        var (stat, body) = await channel.OpenAsync(call, response => Stat(call, response), cancellationToken);
        return new GetArchiveFromContainerResponse(stat, body);
    }

    /// <inheritdoc/>
    public Task ExtractArchiveToContainerAsync(string id, string path, Stream tar, CancellationToken cancellationToken) =>
        channel.OrderAsync(EngineCall.Upload(HttpMethod.Put, ArchivePath(id, path), $"write {path} of container {id}", tar), cancellationToken);

    private static string Of(string id) => $"/containers/{ResourcePath.Of(id)}";

    private static string ArchivePath(string id, string path) => $"{Of(id)}/archive{new Query().Add("path", path)}";

    private static EngineCall Archive(HttpMethod method, string id, string path, string operation) => new(method, ArchivePath(id, path), operation);

    private static EngineCall Ending(string id, string word, ContainerStopParameters parameters) =>
        EngineCall.Post($"{Of(id)}/{word}{new Query().Add("t", parameters.WaitBeforeKillSeconds)}", $"{word} container {id}") with
        {
            Patience = TimeSpan.FromSeconds(parameters.WaitBeforeKillSeconds ?? DefaultStopSeconds),
        };

    private static ContainerPathStatResponse Stat(EngineCall call, HttpResponseMessage response)
    {
        try
        {
            var header = response.Headers.TryGetValues("X-Docker-Container-Path-Stat", out var values) ? values.First() : "";
            return JsonSerializer.Deserialize(Convert.FromBase64String(header), DockerJson.Default.ContainerPathStatResponse)!;
        }
        catch (Exception fault) when (fault is FormatException or JsonException)
        {
            throw CallFaults.NotUnderstood(call.Operation, "no X-Docker-Container-Path-Stat of the kind expected", fault);
        }
    }
}
