using System.Net;
using ImmutableBuild.Docker;
using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Api.Endpoints;
using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Docker.Gateways;
using ImmutableBuild.Generations;
using ImmutableBuild.IntegrationTests.Targets;
using ImmutableBuild.ReleaseDriver;
using ImmutableBuild.Releases;

namespace ImmutableBuild.IntegrationTests.Docker;

/// <summary>An app of its own on the engine. Nothing of it is there afterwards.</summary>
internal sealed class DockerTargetBed : IServingFixture
{
    private readonly DockerApps _apps;
    private readonly PublicEntry _entry;

    public DockerTargetBed(DockerEngine engine, DockerApps apps)
        : this(() => engine.OpenOrSkip().Client, () => engine.Endpoint, apps)
    {
    }

    public DockerTargetBed(Own.OwnEngine engine, DockerApps apps)
        : this(() => engine.OpenOrSkip(), () => engine.Endpoint, apps)
    {
    }

    private DockerTargetBed(Func<IDockerClient> open, Func<DockerEndpoint> endpoint, DockerApps apps)
    {
        (Client, Endpoint, _apps) = (open(), endpoint(), apps);
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

    /// <summary>The variables of the release that hold secrets.</summary>
    public Dictionary<string, string> Variables { get; } = new(StringComparer.Ordinal);

    public IDockerClient Client { get; }

    public DockerEndpoint Endpoint { get; }

    /// <summary>The target as another build has it.</summary>
    /// <param name="port">The port to publish.</param>
    /// <param name="afterImage">What happens once a generation's image is there, with its id.</param>
    /// <param name="by">The way to the engine, where it isn't the direct one.</param>
    /// <param name="ensureImage">Where a generation's image comes from, where it isn't the registry.</param>
    /// <param name="gatewayDirectory">The gateway that the build brings, where it is another one.</param>
    /// <param name="ensureGatewayImage">Where the gateway's image comes from, where it can't be made.</param>
    /// <param name="bind">The address to publish on.</param>
    public DockerTarget Open(
        int port = 0,
        Func<IDockerClient, string, Task>? afterImage = null,
        DockerEndpoint? by = null,
        Func<IDockerClient, GenerationSpec, CancellationToken, Task<string>>? ensureImage = null,
        string? gatewayDirectory = null,
        Func<IDockerClient, CancellationToken, Task<string>>? ensureGatewayImage = null,
        IPAddress? bind = null) => DockerTarget.Open(new DockerTargetOptions
    {
        FindEndpoint = () => by ?? Endpoint,
        EnsureImage = async (client, spec, cancellationToken) =>
        {
            var id = await (ensureImage ?? _apps.EnsureImageAsync)(client, spec, cancellationToken);
            await (afterImage?.Invoke(client, id) ?? Task.CompletedTask);
            return id;
        },
        FindImage = _apps.FindImageAsync,
        EnsureGatewayImage = ensureGatewayImage ?? _apps.EnsureGatewayAsync,
        FindGatewayProgram = () => GatewayProgram.Find(gatewayDirectory ?? AppContext.BaseDirectory),
        EnsureToolsImage = (client, reference, cancellationToken) => _apps.EnsureToolsAsync(client, reference, cancellationToken),
        ReadVariable = name => Variables.GetValueOrDefault(name),
        PublicPort = port,
        Bind = bind,
    });

    public GenerationSpec Spec(AppKey app, AppVariant variant, int version = 1, int instances = 1) =>
        _apps.Spec(app, version, instances, variant switch
        {
            AppVariant.NeverListens => [("TESTAPP_NEVER_LISTEN", "1")],
            AppVariant.Answers500 => [("TESTAPP_HEALTH", "unhealthy")],
            AppVariant.CrashesSoon => [("TESTAPP_CRASH_AFTER_MS", "4000"), ("TESTAPP_CRASH_CODE", "134")],
            _ => [],
        });

    /// <summary>A generation of the test app that behaves as <paramref name="behaviour"/> says.</summary>
    public GenerationSpec Spec(int version, params (string Name, string Value)[] behaviour) => _apps.Spec(App, version, 1, behaviour);

    /// <summary>A release of <paramref name="spec"/> for a process of its own; its images are brought first.</summary>
    public async Task<DriverPlan> DriverPlanAsync(GenerationSpec spec, string holder, double leaseSeconds)
    {
        var image = await _apps.EnsureImageAsync(Client, spec, TestContext.Current.CancellationToken);
        var gateway = await _apps.EnsureGatewayAsync(Client, TestContext.Current.CancellationToken);
        return new DriverPlan("", "", "", spec, holder, leaseSeconds) { Docker = new DriverEngine(Endpoint.Address, image, gateway) };
    }

    /// <summary>The names of all containers of the app.</summary>
    public async Task<IReadOnlyList<string>> ContainersAsync() =>
        [.. (await Client.Containers.ListContainersAsync(new ContainersListParameters { All = true, Filters = new AppNames(App).Mine }, TestContext.Current.CancellationToken)).SelectMany(container => container.Names!)];

    /// <summary>Only <paramref name="spec"/> is there, one instance of it, and it serves.</summary>
    public async Task ShouldBeOnlyAsync(GenerationSpec spec, string after = "")
    {
        var names = new AppNames(App);
        (await AskAsync(App)).ShouldBe(spec.Id, after);
        var seen = await Elsewhere.ObserveAsync(App, TestContext.Current.CancellationToken);
        seen.Generations.ShouldHaveSingleItem(after).Id.ShouldBe(spec.Id, after);
        (await ContainersAsync()).ShouldBe([$"/{names.Gateway}", $"/{names.Instance(spec.Id, "0")}"], ignoreOrder: true, after);
    }

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
