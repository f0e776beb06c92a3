using ImmutableBuild.Docker.Api.Models;

namespace ImmutableBuild.Docker.Api;

/// <summary>Networks.</summary>
internal interface INetworkOperations
{
    /// <summary>Those there are.</summary>
    Task<IReadOnlyList<NetworkResponse>> ListNetworksAsync(Filters filters, CancellationToken cancellationToken);

    /// <summary>Everything of one.</summary>
    Task<NetworkResponse> InspectNetworkAsync(string id, CancellationToken cancellationToken);

    /// <summary>Creates one; a name that is taken is a Conflict.</summary>
    Task<NetworksCreateResponse> CreateNetworkAsync(NetworksCreateParameters parameters, CancellationToken cancellationToken);

    /// <summary>Puts a container into it.</summary>
    Task ConnectNetworkAsync(string id, NetworkConnectParameters parameters, CancellationToken cancellationToken);

    /// <summary>Takes a container out of it.</summary>
    Task DisconnectNetworkAsync(string id, NetworkDisconnectParameters parameters, CancellationToken cancellationToken);

    /// <summary>Removes it; refused while a container is in it.</summary>
    Task DeleteNetworkAsync(string id, CancellationToken cancellationToken);
}
