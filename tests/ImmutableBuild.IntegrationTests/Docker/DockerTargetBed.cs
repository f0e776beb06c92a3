using ImmutableBuild.Docker;
using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Generations;
using ImmutableBuild.IntegrationTests.Targets;
using ImmutableBuild.Releases;

namespace ImmutableBuild.IntegrationTests.Docker;

/// <summary>An app of its own on the engine. Nothing of it is there afterwards.</summary>
internal sealed class DockerTargetBed : IServingFixture
{
    private readonly DockerBed _bed;
    private readonly DockerApps _apps;
    private readonly PublicEntry _entry;

    public DockerTargetBed(DockerEngine engine, DockerApps apps)
    {
        (_bed, _apps) = (engine.OpenOrSkip(), apps);
        apps.SkipUnlessThere();
        var name = $"t{Guid.NewGuid():N}"[..10];
        (App, OtherEnvironment) = (new AppKey(name, "production"), new AppKey(name, "staging"));
        (Target, Elsewhere) = (Open(), Open());
        _entry = new PublicEntry(Elsewhere);
    }

    public IDeploymentTarget Target { get; }

    public IDeploymentTarget Elsewhere { get; }

    public TimeProvider Time => TimeProvider.System;

    public AppKey App { get; }

    public AppKey OtherEnvironment { get; }

    public IDockerClient Client => _bed.Client;

    /// <summary>The target as another build has it.</summary>
    /// <param name="port">The port to publish.</param>
    /// <param name="afterImage">What happens once a generation's image is there, with its id.</param>
    public DockerTarget Open(int port = 0, Func<IDockerClient, string, Task>? afterImage = null) => DockerTarget.Open(new DockerTargetOptions
    {
        FindEndpoint = () => _bed.Engine.Endpoint,
        EnsureImage = async (client, spec, cancellationToken) =>
        {
            var id = await _apps.EnsureImageAsync(client, spec, cancellationToken);
            await (afterImage?.Invoke(client, id) ?? Task.CompletedTask);
            return id;
        },
        EnsureGatewayImage = _apps.EnsureGatewayAsync,
        ReadVariable = _ => null,
        PublicPort = port,
    });

    public GenerationSpec Spec(AppKey app, AppVariant variant, int version = 1, int instances = 1) =>
        _apps.Spec(app, version, instances, variant switch
        {
            AppVariant.NeverListens => [("TESTAPP_NEVER_LISTEN", "1")],
            AppVariant.Answers500 => [("TESTAPP_HEALTH", "unhealthy")],
            AppVariant.CrashesSoon => [("TESTAPP_CRASH_AFTER_MS", "4000"), ("TESTAPP_CRASH_CODE", "134")],
            _ => [],
        });

    public Task PauseAsync(TimeSpan time) => Task.Delay(time, TestContext.Current.CancellationToken);

    public Task<GenerationId?> AskAsync(AppKey app) => _entry.AskAsync(app);

    public Task<bool> RequestAsync(AppKey app, TimeSpan duration) => _entry.RequestAsync(app, duration);

    public async ValueTask DisposeAsync()
    {
        await Target.DisposeAsync();
        await Elsewhere.DisposeAsync();
        _entry.Dispose();
        foreach (var app in new[] { App, OtherEnvironment })
        {
            await RemoveAllAsync(new AppNames(app));
        }

        await _bed.DisposeAsync();
    }

    private async Task RemoveAllAsync(AppNames names)
    {
        foreach (var container in await Client.Containers.ListContainersAsync(new ContainersListParameters { All = true, Filters = names.Mine }, CancellationToken.None))
        {
            await Client.Containers.RemoveContainerAsync(container.ID, new ContainerRemoveParameters { Force = true, RemoveVolumes = true }, CancellationToken.None);
        }

        foreach (var network in await Client.Networks.ListNetworksAsync(names.Mine, CancellationToken.None))
        {
            await Client.Networks.DeleteNetworkAsync(network.ID, CancellationToken.None);
        }

        foreach (var volume in (await Client.Volumes.ListAsync(names.Mine, CancellationToken.None)).Volumes ?? [])
        {
            await Client.Volumes.RemoveAsync(volume.Name, CancellationToken.None);
        }
    }
}
