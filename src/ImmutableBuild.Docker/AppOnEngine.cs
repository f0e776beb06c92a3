using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Docker.Gateways;
using ImmutableBuild.Docker.Instances;
using ImmutableBuild.Gateway;

namespace ImmutableBuild.Docker;

/// <summary>One app on an engine, with all that it has there.</summary>
/// <param name="Client">The engine.</param>
/// <param name="Names">What everything of the app is called.</param>
/// <param name="Options">The target's surroundings.</param>
/// <param name="Controls">The clients of gateways.</param>
internal sealed record AppOnEngine(IDockerClient Client, AppNames Names, DockerTargetOptions Options, Controls Controls)
{
    /// <summary>The gateway's container.</summary>
    public GatewayContainer Container => new(Client, Names, Options);

    /// <summary>The end of that container.</summary>
    public GatewayEnd End => new(Client, Names, Options.Time);

    /// <summary>The instances' volumes.</summary>
    public InstanceVolumes Volumes => new(Client, Names);

    /// <summary>The instances' containers.</summary>
    public InstanceContainers Instances => new(Client, Names);

    /// <summary>The gateway itself.</summary>
    public GatewayClient Control => Controls.Of(Client, Names);

    /// <summary>Removes the containers of a role at once.</summary>
    public async Task RemoveAsync(string role, CancellationToken cancellationToken)
    {
        foreach (var container in await Client.Containers.ListContainersAsync(new ContainersListParameters { All = true, Filters = Names.Of(role) }, cancellationToken))
        {
            await Found.IfThereAsync(Client.Containers.RemoveContainerAsync(container.ID, new ContainerRemoveParameters { Force = true, RemoveVolumes = true }, cancellationToken));
        }
    }
}
