using ImmutableBuild.Docker.Api.Calls;
using ImmutableBuild.Docker.Api.Models;

namespace ImmutableBuild.Docker.Api.Operations;

/// <inheritdoc/>
internal sealed class NetworkOperations(EngineChannel channel) : INetworkOperations
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<NetworkResponse>> ListNetworksAsync(Filters filters, CancellationToken cancellationToken) =>
        await channel.AskAsync(EngineCall.Get($"/networks{new Query().Add(filters)}", "list networks"), DockerJson.Default.NetworkResponseArray, cancellationToken);

    /// <inheritdoc/>
    public Task<NetworkResponse> InspectNetworkAsync(string id, CancellationToken cancellationToken) =>
        channel.AskAsync(EngineCall.Get(Of(id), $"inspect network {id}"), DockerJson.Default.NetworkResponse, cancellationToken);

    /// <inheritdoc/>
    public Task<NetworksCreateResponse> CreateNetworkAsync(NetworksCreateParameters parameters, CancellationToken cancellationToken) =>
        channel.AskAsync(EngineCall.Post("/networks/create", $"create network {parameters.Name}", parameters), DockerJson.Default.NetworksCreateResponse, cancellationToken);

    /// <inheritdoc/>
    public Task ConnectNetworkAsync(string id, NetworkConnectParameters parameters, CancellationToken cancellationToken) =>
        channel.OrderAsync(EngineCall.Post($"{Of(id)}/connect", $"put container {parameters.Container} into network {id}", parameters), cancellationToken);

    /// <inheritdoc/>
    public Task DisconnectNetworkAsync(string id, NetworkDisconnectParameters parameters, CancellationToken cancellationToken) =>
        channel.OrderAsync(EngineCall.Post($"{Of(id)}/disconnect", $"take container {parameters.Container} out of network {id}", parameters), cancellationToken);

    /// <inheritdoc/>
    public Task DeleteNetworkAsync(string id, CancellationToken cancellationToken) => channel.OrderAsync(EngineCall.Delete(Of(id), $"remove network {id}"), cancellationToken);

    private static string Of(string id) => $"/networks/{ResourcePath.Of(id)}";
}
