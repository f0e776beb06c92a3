using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Api.Models;

namespace ImmutableBuild.Docker.Gateways;

/// <summary>
/// The network of an app's gateway and instances. An engine lets two networks have one name when they are made at the same time, as by two
/// first releases at once; all but the one that was made first are taken back then.
/// </summary>
internal sealed class AppNetwork(IDockerClient client, AppNames names)
{
    /// <summary>Its id.</summary>
    public async Task<string> EnsureAsync(CancellationToken cancellationToken)
    {
        if ((await ListAsync(cancellationToken)).Count == 0)
        {
            await CreateAsync(cancellationToken);
        }

        return await SettleAsync(cancellationToken);
    }

    /// <summary>Removes all networks of the app's name but the one that was made first; its id. No container can be in the others: the engine refuses to start one while the name is ambiguous.</summary>
    public async Task<string> SettleAsync(CancellationToken cancellationToken)
    {
        var networks = await ListAsync(cancellationToken);
        foreach (var later in networks.Skip(1))
        {
            await Found.IfThereAsync(client.Networks.DeleteNetworkAsync(later.ID, cancellationToken));
        }

        return networks.Count == 0 ? names.Network : networks[0].ID;
    }

    /// <summary>Removes it, unless a release that began meanwhile has a container in it.</summary>
    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        foreach (var network in await client.Networks.ListNetworksAsync(names.Mine, cancellationToken))
        {
            try
            {
                await Found.IfThereAsync(client.Networks.DeleteNetworkAsync(network.ID, cancellationToken));
            }
            catch (DockerApiException fault) when (fault.Kind == DockerErrorKind.Forbidden)
            {
                // It goes with that release's gateway.
            }
        }
    }

    /// <summary>Whether a container could not be made or started because its network is gone: a release that ended may have removed it after it was found.</summary>
    public static bool IsMissing(DockerApiException fault) =>
        fault.Detail.Contains("network", StringComparison.OrdinalIgnoreCase) && fault.Detail.Contains("not found", StringComparison.OrdinalIgnoreCase);

    private async Task<IReadOnlyList<NetworkResponse>> ListAsync(CancellationToken cancellationToken) =>
        [.. (await client.Networks.ListNetworksAsync(names.Mine, cancellationToken)).OrderBy(network => network.Created).ThenBy(network => network.ID, StringComparer.Ordinal)];

    private async Task CreateAsync(CancellationToken cancellationToken)
    {
        try
        {
            await client.Networks.CreateNetworkAsync(new NetworksCreateParameters { Name = names.Network, Labels = names.Labels }, cancellationToken);
        }
        catch (DockerApiException fault) when (fault.Kind == DockerErrorKind.Conflict)
        {
            // Another release made it meanwhile. Which of the two goes on is decided by the lease.
        }
    }
}
