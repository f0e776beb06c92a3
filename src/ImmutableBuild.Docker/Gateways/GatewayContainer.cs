using System.Globalization;
using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Docker.Gateways;

/// <summary>The container of an app's gateway, with the network and the volume that it needs.</summary>
internal sealed class GatewayContainer(IDockerClient client, AppNames names, DockerTargetOptions options)
{
    private static readonly string s_port = string.Create(CultureInfo.InvariantCulture, $"{GatewayCommand.Port}/tcp");

    /// <summary>It as it is; null when there is none.</summary>
    public Task<ContainerInspectResponse?> FindAsync(CancellationToken cancellationToken) => Found.OrNullAsync(client.Containers.InspectContainerAsync(names.Gateway, cancellationToken));

    /// <summary>Finds it, or creates it with all that it needs, and starts it.</summary>
    /// <param name="port">The port of the host; 0 for one that the engine chooses, null for none.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    public async Task<ContainerInspectResponse> StartAsync(int? port, CancellationToken cancellationToken)
    {
        if (await FindAsync(cancellationToken) is not { } found)
        {
            var image = await options.EnsureGatewayImage(client, cancellationToken);
            await EnsureNetworkAsync(cancellationToken);
            await client.Volumes.CreateAsync(
                new VolumesCreateParameters { Name = names.StateVolume, Labels = new Dictionary<string, string>(names.Labels, StringComparer.Ordinal) { [AppNames.GatewayImageLabel] = image } },
                cancellationToken);
            return port == 0 ? await CreateWithChosenPortAsync(image, cancellationToken) : await CreateAsync(image, port, cancellationToken);
        }

        if (!found.State.Running)
        {
            await client.Containers.StartContainerAsync(found.ID, cancellationToken);
        }

        return found;
    }

    /// <summary>Removes it and its network. The volume stays: it holds the ledger.</summary>
    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        await Found.IfThereAsync(client.Containers.RemoveContainerAsync(names.Gateway, new ContainerRemoveParameters { Force = true }, cancellationToken));
        foreach (var network in await client.Networks.ListNetworksAsync(names.Mine, cancellationToken))
        {
            await Found.IfThereAsync(client.Networks.DeleteNetworkAsync(network.ID, cancellationToken));
        }
    }

    /// <summary>The port of the host that it serves on; null when it has none.</summary>
    public static int? PortOf(ContainerInspectResponse gateway) =>
        gateway.HostConfig.PortBindings?.GetValueOrDefault(s_port) is [{ HostPort: { } port }, ..] && int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private async Task EnsureNetworkAsync(CancellationToken cancellationToken)
    {
        if ((await client.Networks.ListNetworksAsync(names.Mine, cancellationToken)).Count > 0)
        {
            return;
        }

        try
        {
            await client.Networks.CreateNetworkAsync(new NetworksCreateParameters { Name = names.Network, Labels = names.Labels }, cancellationToken);
        }
        catch (DockerApiException fault) when (fault.Kind == DockerErrorKind.Conflict)
        {
            // Another release made it meanwhile; who may go on, the lease decides.
        }
    }

    /// <summary>An engine chooses anew at each start, so its first choice is asked for by number from then on.</summary>
    private async Task<ContainerInspectResponse> CreateWithChosenPortAsync(string image, CancellationToken cancellationToken)
    {
        var first = await CreateAsync(image, 0, cancellationToken);
        var chosen = first.NetworkSettings?.Ports?.GetValueOrDefault(s_port) is [{ HostPort: { } port }, ..] ? int.Parse(port, CultureInfo.InvariantCulture) : throw DockerErrors.GatewayWithoutPort(names.App);
        await client.Containers.RemoveContainerAsync(first.ID, new ContainerRemoveParameters { Force = true }, cancellationToken);
        return await CreateAsync(image, chosen, cancellationToken);
    }

    private async Task<ContainerInspectResponse> CreateAsync(string image, int? port, CancellationToken cancellationToken)
    {
        try
        {
            await client.Containers.CreateContainerAsync(Plan(image, port), cancellationToken);
            await StateVolume.OwnAsync(client, names.Gateway, cancellationToken);
        }
        catch (DockerApiException fault) when (fault.Kind == DockerErrorKind.Conflict)
        {
            // Another release made it meanwhile.
        }

        try
        {
            await client.Containers.StartContainerAsync(names.Gateway, cancellationToken);
        }
        catch (DockerApiException fault) when (!fault.IsTransient)
        {
            await Found.IfThereAsync(client.Containers.RemoveContainerAsync(names.Gateway, new ContainerRemoveParameters { Force = true }, CancellationToken.None));
            throw DockerErrors.GatewayNotStarted(names.App, fault.Detail, fault);
        }

        return await client.Containers.InspectContainerAsync(names.Gateway, cancellationToken);
    }

    private CreateContainerParameters Plan(string image, int? port) => new()
    {
        Name = names.Gateway,
        Image = image,
        Cmd = GatewayCommand.Serve(names.App, port is not null),
        User = StateVolume.Owner,
        Labels = new Dictionary<string, string>(names.LabelsOf(AppNames.GatewayRole), StringComparer.Ordinal) { [AppNames.GatewayImageLabel] = image },
        ExposedPorts = port is null ? null : new Dictionary<string, EmptyObject>(StringComparer.Ordinal) { [s_port] = new() },
        HostConfig = Hardening.Apply(new HostConfiguration
        {
            NetworkMode = names.Network,
            PortBindings = port is not { } number ? null : new Dictionary<string, IReadOnlyList<PortBinding>?>(StringComparer.Ordinal)
            {
                [s_port] = [new PortBinding(options.Bind.ToString(), number == 0 ? "" : number.ToString(CultureInfo.InvariantCulture))],
            },
            RestartPolicy = new RestartPolicy("always"),
            Mounts = [new ContainerMount("volume", names.StateVolume, GatewayCommand.Volume)],
        }),
    };
}
