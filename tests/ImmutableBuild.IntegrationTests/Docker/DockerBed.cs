using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Api.Models;

namespace ImmutableBuild.IntegrationTests.Docker;

/// <summary>What one test makes on the engine; all of it is gone afterwards, and nothing else is touched.</summary>
internal sealed class DockerBed(DockerEngine engine) : IAsyncDisposable
{
    private const string Label = "immutable-build-test";

    public DockerClient Client => engine.Client;

    public DockerEngine Engine => engine;

    /// <summary>A name no one else has.</summary>
    public string Name { get; } = $"ib-test-{Guid.NewGuid():N}";

    public Filters Mine => Filters.None.Label(Label, Name);

    public Dictionary<string, string> Labels => new(StringComparer.Ordinal) { [Label] = Name };

    /// <summary>A container that runs <paramref name="script"/>, created only.</summary>
    public async Task<string> CreateAsync(string script, Func<CreateContainerParameters, CreateContainerParameters>? change = null)
    {
        var parameters = new CreateContainerParameters { Image = engine.Image, Cmd = ["sh", "-c", script], Labels = Labels, StopTimeout = 1 };
        return (await Client.Containers.CreateContainerAsync(change?.Invoke(parameters) ?? parameters, TestContext.Current.CancellationToken)).ID;
    }

    /// <summary>The same, started.</summary>
    public async Task<string> RunAsync(string script, Func<CreateContainerParameters, CreateContainerParameters>? change = null)
    {
        var id = await CreateAsync(script, change);
        (await Client.Containers.StartContainerAsync(id, TestContext.Current.CancellationToken)).ShouldBeTrue();
        return id;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var container in await Client.Containers.ListContainersAsync(new ContainersListParameters { All = true, Filters = Mine }, CancellationToken.None))
        {
            await Client.Containers.RemoveContainerAsync(container.ID, new ContainerRemoveParameters { Force = true, RemoveVolumes = true }, CancellationToken.None);
        }

        foreach (var network in await Client.Networks.ListNetworksAsync(Mine, CancellationToken.None))
        {
            await Client.Networks.DeleteNetworkAsync(network.ID, CancellationToken.None);
        }

        foreach (var volume in (await Client.Volumes.ListAsync(Mine, CancellationToken.None)).Volumes ?? [])
        {
            await Client.Volumes.RemoveAsync(volume.Name, CancellationToken.None);
        }
    }
}
