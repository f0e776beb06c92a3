using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Api.Models;

namespace ImmutableBuild.IntegrationTests.Docker;

[Collection(DockerCollection.Name)]
public sealed class NetworkAndVolumeTests(DockerEngine engine)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Containers_go_into_a_network_and_out_of_it()
    {
        await using var bed = engine.OpenOrSkip();
        var networks = bed.Client.Networks;
        var parameters = new NetworksCreateParameters { Name = bed.Name, Labels = bed.Labels };
        var network = (await networks.CreateNetworkAsync(parameters, Token)).ID;
        (await Should.ThrowAsync<DockerApiException>(() => networks.CreateNetworkAsync(parameters, Token))).Kind.ShouldBe(DockerErrorKind.Conflict);
        (await networks.ListNetworksAsync(bed.Mine, Token)).ShouldHaveSingleItem().ID.ShouldBe(network);

        var id = await bed.RunAsync("exec sleep 1000", create => create with
        {
            HostConfig = new HostConfiguration { NetworkMode = bed.Name },
            NetworkingConfig = new NetworkingConfiguration(new Dictionary<string, EndpointSettings> { [bed.Name] = new() { Aliases = ["web"] } }),
        });
        var inspected = (await bed.Client.Containers.InspectContainerAsync(id, Token)).NetworkSettings!.Networks![bed.Name];
        inspected.Aliases!.ShouldContain("web");
        (await networks.InspectNetworkAsync(network, Token)).Containers![id].IPv4Address!.ShouldStartWith(inspected.IPAddress!);
        await Should.ThrowAsync<DockerApiException>(() => networks.DeleteNetworkAsync(network, Token));

        await networks.DisconnectNetworkAsync(network, new NetworkDisconnectParameters(id), Token);
        (await networks.InspectNetworkAsync(network, Token)).Containers!.ShouldBeEmpty();
        await networks.ConnectNetworkAsync(network, new NetworkConnectParameters(id, new EndpointSettings { Aliases = ["again"] }), Token);
        (await bed.Client.Containers.InspectContainerAsync(id, Token)).NetworkSettings!.Networks![bed.Name].Aliases!.ShouldContain("again");

        await bed.Client.Containers.RemoveContainerAsync(id, new ContainerRemoveParameters { Force = true }, Token);
        await networks.DeleteNetworkAsync(network, Token);
        (await Should.ThrowAsync<DockerApiException>(() => networks.InspectNetworkAsync(network, Token))).Kind.ShouldBe(DockerErrorKind.NotFound);
    }

    [Fact]
    public async Task A_volume_outlives_the_containers_that_have_it()
    {
        await using var bed = engine.OpenOrSkip();
        var volumes = bed.Client.Volumes;
        await volumes.CreateAsync(new VolumesCreateParameters { Name = bed.Name, Labels = bed.Labels }, Token);
        (await volumes.ListAsync(bed.Mine, Token)).Volumes!.ShouldHaveSingleItem().Name.ShouldBe(bed.Name);
        var mount = new HostConfiguration { Mounts = [new ContainerMount("volume", bed.Name, "/data")] };

        var writer = await bed.RunAsync("echo kept > /data/file", create => create with { HostConfig = mount });
        await bed.Client.Containers.WaitContainerAsync(writer, Token);
        (await bed.Client.Containers.InspectContainerAsync(writer, Token)).Mounts!.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            found => found.Name.ShouldBe(bed.Name), found => found.Destination.ShouldBe("/data"), found => found.RW.ShouldBeTrue());
        (await Should.ThrowAsync<DockerApiException>(() => volumes.RemoveAsync(bed.Name, Token))).Kind.ShouldBe(DockerErrorKind.Conflict);
        await bed.Client.Containers.RemoveContainerAsync(writer, new ContainerRemoveParameters { RemoveVolumes = true }, Token);

        var reader = await bed.RunAsync("cat /data/file", create => create with { HostConfig = mount });
        await bed.Client.Containers.WaitContainerAsync(reader, Token);
        await using (var log = await bed.Client.Containers.GetContainerLogsAsync(reader, tty: false, new ContainerLogsParameters(), Token))
        {
            (await log.ReadOutputToEndAsync(1000, Token)).StandardOut.ShouldBe("kept\n");
        }

        await bed.Client.Containers.RemoveContainerAsync(reader, new ContainerRemoveParameters(), Token);
        await volumes.RemoveAsync(bed.Name, Token);
        (await Should.ThrowAsync<DockerApiException>(() => volumes.InspectAsync(bed.Name, Token))).Kind.ShouldBe(DockerErrorKind.NotFound);
    }
}
