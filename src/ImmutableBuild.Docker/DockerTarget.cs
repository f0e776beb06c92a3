using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Docker.Debugging;
using ImmutableBuild.Docker.Drift;
using ImmutableBuild.Docker.Gateways;
using ImmutableBuild.Docker.Images;
using ImmutableBuild.Docker.Instances;
using ImmutableBuild.Errors;
using ImmutableBuild.Gateway;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Debugging;
using ImmutableBuild.Generations.Drift;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Docker;

/// <summary>
/// The docker target: generations are containers of an engine, behind a gateway of their app's own in a container beside them. Lease,
/// route and ledger are the gateway's; the engine starts the instances again when they end, and this makes and removes them.
/// </summary>
internal sealed class DockerTarget : IDeploymentTarget, IDebugTarget
{
    private static readonly TimeSpan s_gatewayPatience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(100);

    private readonly DockerTargetOptions _options;
    private readonly EngineConnection _engine;
    private readonly Controls _controls = new();
    private readonly ConcurrentDictionary<AppKey, Lease> _leases = new();
    private readonly ConcurrentDictionary<AppKey, bool> _upgraded = new();
    private readonly Removals _removals = new();
    private readonly SeenImages _seen = new();

    private DockerTarget(DockerTargetOptions options) => (_options, _engine) = (options, new EngineConnection(options.FindEndpoint, options.Time));

    /// <summary>Opens the target. Nothing is asked or created until the first call.</summary>
    public static DockerTarget Open(DockerTargetOptions options) => new(options);

    /// <inheritdoc/>
    public Task<Lease> AcquireLeaseAsync(AppKey app, LeaseRequest request, CancellationToken cancellationToken) => CallAsync(app, async bed =>
    {
        var container = await StartAnsweringAsync(app, bed, listens: request.Listens is not false, cancellationToken);
        var client = bed.Control;
        var lease = _leases[app] = await client.AcquireLeaseAsync(request, cancellationToken);
        await bed.End.TakeBackAsync(container, cancellationToken);
        if (_upgraded.TryAdd(app, true))
        {
            await bed.Container.UpgradeAsync(container, client, lease, cancellationToken);
        }

        await bed.Volumes.SweepAsync(async () => (await client.ObserveAsync(cancellationToken)).Generations.Select(generation => generation.Id), cancellationToken);
        return lease;
    }, cancellationToken);

    /// <inheritdoc/>
    /// <remarks>
    /// An app that has nothing left, as after a stop, or a first release that failed, needs no gateway: it goes too. Images of generations that are
    /// gone are removed here, at a release's end, and found by the ledger: what a killed release leaves is the next one's to remove.
    /// </remarks>
    public Task ReleaseLeaseAsync(AppKey app, Lease lease, CancellationToken cancellationToken) => DoAsync(app, async bed =>
    {
        _leases.TryRemove(app, out _);
        if (await bed.Container.FindAsync(cancellationToken) is not { } container)
        {
            return;
        }

        if (!container.State.Running)
        {
            await (GatewayEnd.IsOf(container) ? bed.End.RemoveAsync(container.ID, cancellationToken) : Task.CompletedTask);
            return;
        }

        var client = bed.Control;
        var observed = await client.ObserveAsync(cancellationToken);
        if (observed.Lease is not { } held || held.FencingToken != lease.FencingToken || held.Holder != lease.Holder)
        {
            return;
        }

        await bed.Container.RemoveForgottenAsync(cancellationToken);
        await RemoveImagesAsync(bed, observed, observed.Generations.Select(generation => generation.Spec), cancellationToken);
        if (observed.Generations.IsEmpty && observed.Route.Route == Route.None && (await bed.Instances.ListAsync(cancellationToken)).Count == 0)
        {
            await bed.End.RunAsync(container.ID, () => client.StopAsync(lease, cancellationToken), cancellationToken);
        }
        else
        {
            await client.ReleaseLeaseAsync(lease, cancellationToken);
        }
    }, cancellationToken);

    /// <inheritdoc/>
    /// <remarks>Who holds the lease also carries out what was ordered: containers of generations that are given up go (F22).</remarks>
    public Task<Observation> ObserveAsync(AppKey app, CancellationToken cancellationToken) => CallAsync(app, async bed =>
    {
        if (await bed.Container.FindAsync(cancellationToken) is not { } container || GatewayEnd.IsOf(container))
        {
            var (now, ledger) = (_options.Time.GetUtcNow(), await StoppedLedger.ReadAsync(bed.Client, bed.Names, _options.EnsureGatewayImage, cancellationToken));
            return new Observation(app, now, [], new RouteState(Route.None, now, null), null, ledger);
        }

        // In this order: the gateway knows of every generation before a container of it exists, so that one it does not know now is given up.
        var containers = await bed.Instances.ListAsync(cancellationToken);
        var observed = await bed.Control.ObserveAsync(cancellationToken);
        var joined = new ObservedContainers(bed.Names, containers, await ExitCodesAsync(bed.Client, containers, cancellationToken));
        if (_leases.TryGetValue(app, out var lease) && observed.Lease?.FencingToken == lease.FencingToken)
        {
            _removals.Begin(joined.Strangers(observed), bed.Instances);
        }

        var seen = joined.Complete(observed);
        _seen.Note(app, seen.Generations.Select(generation => generation.Spec));
        var published = PublishedPort.Of(container);
        return seen with { Url = published?.UrlBehind(_engine.Endpoint!), ListensOn = published is null ? null : new ListeningAddress(published.Address.ToString(), published.Port) };
    }, cancellationToken);

    /// <inheritdoc/>
    /// <remarks>The gateway is told of the instances before they exist, so that there is none nobody knows of, and again when all are started.</remarks>
    public Task CreateAsync(GenerationSpec spec, Lease lease, CancellationToken cancellationToken) => DoAsync(spec.App, async bed =>
    {
        var control = bed.Control;
        var secrets = SecretValues.Read(spec, _options.ReadVariable);
        var places = bed.Instances.Places(spec);
        _seen.Note(spec.App, [spec]);
        await MissingImage.BringAndAsync(() => _options.EnsureImage(bed.Client, spec, cancellationToken), async image =>
        {
            await control.CreateAsync(spec, places, allStarted: false, lease, cancellationToken);
            await bed.Volumes.EnsureAsync(spec, image, secrets, cancellationToken);

            // Where it was there already, instances may have been replaced since, and have other names.
            var there = (await control.ObserveAsync(cancellationToken)).Find(spec.Id)?.Instances.Select(instance => bed.Instances.Place(spec, instance.Name));
            await bed.Instances.StartAsync(spec, new InstancePlan(bed.Names, spec, image, secrets.Variables, _options.LogDriver), there ?? places, cancellationToken);
            return image;
        });
        await control.CreateAsync(spec, places, allStarted: true, lease, cancellationToken);
    }, cancellationToken);

    /// <inheritdoc/>
    public Task RouteAsync(AppKey app, Route route, Lease lease, CancellationToken cancellationToken) =>
        OrderAsync(app, control => control.RouteAsync(route, lease, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task DestroyAsync(AppKey app, GenerationId id, Lease lease, CancellationToken cancellationToken) =>
        OrderAsync(app, control => control.DestroyAsync(id, lease, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task RecordAsync(AppKey app, LedgerEntry entry, Lease lease, CancellationToken cancellationToken) =>
        OrderAsync(app, control => control.RecordAsync(entry, lease, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ReadLogAsync(AppKey app, GenerationId id, string instance, int lines, CancellationToken cancellationToken) =>
        CallAsync(app, bed => InstanceLog.ReadAsync(bed.Client, bed.Names.Instance(id, instance), lines, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<ImmutableArray<DriftFinding>> FindDriftAsync(AppKey app, CancellationToken cancellationToken) =>
        CallAsync(app, bed => new DriftLook(bed.Client, bed.Names, _options, bed.Control).FindAsync(cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task ReplaceAsync(AppKey app, GenerationId id, string instance, ReplacementStep change, Lease lease, CancellationToken cancellationToken) => DoAsync(app, async bed =>
    {
        var replacement = new Replacement(bed.Client, bed.Names, _options, bed.Control);
        await (change switch
        {
            ReplacementStep.Begin => replacement.BeginAsync(id, instance, lease, cancellationToken),
            ReplacementStep.Finish => replacement.FinishAsync(id, instance, lease, cancellationToken),
            _ => bed.Control.ReplaceAsync(id, instance, change, null, lease, cancellationToken),
        });
    }, cancellationToken);

    /// <inheritdoc/>
    /// <remarks>The gateway holds the lease until the last container is gone, and ends when it is given back.</remarks>
    public Task StopAsync(AppKey app, Lease lease, CancellationToken cancellationToken) => DoAsync(app, async bed =>
    {
        if (await bed.Container.FindAsync(cancellationToken) is not { } container || GatewayEnd.IsOf(container))
        {
            return;
        }

        var before = await bed.Control.ObserveAsync(cancellationToken);
        await bed.Control.EmptyAsync(lease, _options.Time, cancellationToken);

        // In this order, as in every look: what the gateway knows of by then is of whoever has got the lease meanwhile.
        var containers = await bed.Instances.ListAsync(cancellationToken);
        var left = await bed.Control.ObserveAsync(cancellationToken);
        await bed.Instances.RemoveAsync(new ObservedContainers(bed.Names, containers, ImmutableDictionary<string, int>.Empty).Strangers(left), cancellationToken);
        await bed.RemoveAsync(AppNames.DebugRole, cancellationToken);
        await bed.RemoveAsync(AppNames.FillingRole, cancellationToken);
        await bed.Volumes.SweepAsync(async () => (await bed.Control.ObserveAsync(cancellationToken)).Generations.Select(generation => generation.Id), cancellationToken);
        await RemoveImagesAsync(bed, before, left.Generations.Select(generation => generation.Spec), cancellationToken);
    }, cancellationToken);

    /// <inheritdoc/>
    public Task<IDebugCopy> StartCopyAsync(GenerationSpec spec, DebugRequest request, CancellationToken cancellationToken) => CallAsync<IDebugCopy>(spec.App, async bed =>
    {
        var secrets = SecretValues.Read(spec, _options.ReadVariable);
        var image = await _options.EnsureImage(bed.Client, spec, cancellationToken);
        var gatewayImage = await KnownGatewayImage.FindOrBringAsync(bed.Client, bed.Names, _options.EnsureGatewayImage, cancellationToken);
        var toolsImage = request.ToolsImage is { } tools ? await _options.EnsureToolsImage(bed.Client, tools, cancellationToken) : null;
        var plan = new InstancePlan(bed.Names, spec, image, secrets.Variables, _options.LogDriver);
        var copy = $"{_options.Random.Next(0x1000000):x6}";
        return await new DebugContainers(bed.Client, bed.Names, copy).StartAsync(spec, request, plan, gatewayImage, toolsImage, cancellationToken);
    }, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _removals.DisposeAsync();
        await _controls.DisposeAsync();
        await _engine.DisposeAsync();
    }

    private static async Task<IReadOnlyDictionary<string, int>> ExitCodesAsync(IDockerClient client, IReadOnlyList<ContainerInspectResponse> containers, CancellationToken cancellationToken)
    {
        var codes = new ExitCodes(client);
        var now = (await client.System.GetSystemInfoAsync(cancellationToken)).SystemTime ?? DateTimeOffset.UtcNow;
        var found = await Task.WhenAll(containers.Select(async container => (container.ID, Code: await codes.FindAsync(container, now, cancellationToken))));
        return found.Where(exit => exit.Code is not null).ToDictionary(exit => exit.ID, exit => exit.Code!.Value, StringComparer.Ordinal);
    }

    private Task RemoveImagesAsync(AppOnEngine bed, Observation observed, IEnumerable<GenerationSpec> there, CancellationToken cancellationToken)
    {
        var known = observed.Ledger.Select(entry => entry.Spec).Concat(observed.Generations.Select(generation => generation.Spec));
        return new UnneededImages(bed.Client).RemoveAsync(known.Concat(_seen.Take(observed.App)), there, cancellationToken);
    }

    /// <summary>The gateway's container, once it answers. A release that ends beside this one may take it away after it was found: then it is made anew.</summary>
    private async Task<ContainerInspectResponse> StartAnsweringAsync(AppKey app, AppOnEngine bed, bool listens, CancellationToken cancellationToken)
    {
        var first = listens ? new PublishedPort(_options.Bind ?? IPAddress.Loopback, _options.PublicPort) : null;
        for (var began = _options.Time.GetTimestamp(); ; await Task.Delay(s_poll, _options.Time, cancellationToken))
        {
            var container = await bed.Container.StartAsync(first, cancellationToken);
            if (listens)
            {
                RequireAsAsked(app, PublishedPort.Of(container));
            }

            try
            {
                await bed.Control.InfoAsync(cancellationToken);
                return container;
            }
            catch (ImmutableBuildException fault) when (fault.IsTransient)
            {
                if (_options.Time.GetElapsedTime(began) >= s_gatewayPatience)
                {
                    throw DockerErrors.GatewayNotStarted(app, fault.Message, fault);
                }
            }
        }
    }

    private void RequireAsAsked(AppKey app, PublishedPort? found)
    {
        if (found is null || (_options.PublicPort > 0 && _options.PublicPort != found.Port))
        {
            throw DockerErrors.PublicPortDiffers(app, found?.Port, _options.PublicPort);
        }

        if (_options.Bind is { } bind && !bind.Equals(found.Address))
        {
            throw DockerErrors.PublicAddressDiffers(app, found.Address, bind);
        }
    }

    private Task OrderAsync(AppKey app, Func<GatewayClient, Task> order, CancellationToken cancellationToken) => DoAsync(app, bed => order(bed.Control), cancellationToken);

    private async Task DoAsync(AppKey app, Func<AppOnEngine, Task> call, CancellationToken cancellationToken) => await CallAsync(app, async bed =>
    {
        await call(bed);
        return true;
    }, cancellationToken);

    private async Task<T> CallAsync<T>(AppKey app, Func<AppOnEngine, Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call(new AppOnEngine(await _engine.ConnectAsync(cancellationToken), new AppNames(app), _options, _controls));
        }
        catch (DockerApiException fault)
        {
            throw fault.ToUserError();
        }
    }
}
