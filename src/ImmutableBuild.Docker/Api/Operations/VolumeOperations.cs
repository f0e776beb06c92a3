using ImmutableBuild.Docker.Api.Calls;
using ImmutableBuild.Docker.Api.Models;

namespace ImmutableBuild.Docker.Api.Operations;

/// <inheritdoc/>
internal sealed class VolumeOperations(EngineChannel channel) : IVolumeOperations
{
    /// <inheritdoc/>
    public Task<VolumesListResponse> ListAsync(Filters filters, CancellationToken cancellationToken) =>
        channel.AskAsync(EngineCall.Get($"/volumes{new Query().Add(filters)}", "list volumes"), DockerJson.Default.VolumesListResponse, cancellationToken);

    /// <inheritdoc/>
    public Task<VolumeResponse> CreateAsync(VolumesCreateParameters parameters, CancellationToken cancellationToken) =>
        channel.AskAsync(EngineCall.Post("/volumes/create", $"create volume {parameters.Name}", parameters), DockerJson.Default.VolumeResponse, cancellationToken);

    /// <inheritdoc/>
    public Task<VolumeResponse> InspectAsync(string name, CancellationToken cancellationToken) =>
        channel.AskAsync(EngineCall.Get(Of(name), $"inspect volume {name}"), DockerJson.Default.VolumeResponse, cancellationToken);

    /// <inheritdoc/>
    public Task RemoveAsync(string name, CancellationToken cancellationToken) => channel.OrderAsync(EngineCall.Delete(Of(name), $"remove volume {name}"), cancellationToken);

    private static string Of(string name) => $"/volumes/{ResourcePath.Of(name)}";
}
