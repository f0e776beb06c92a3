using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using ImmutableBuild.Errors;
using ImmutableBuild.Gateway;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Drift;
using ImmutableBuild.Images;
using ImmutableBuild.Local.Gateways;
using ImmutableBuild.Local.Images;
using ImmutableBuild.Local.Launch;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Local;

/// <summary>
/// The embedded target: generations are processes on this machine behind a gateway of their app's own. All state is the
/// gateway's; this finds or starts it, unpacks images, and hands on the calls.
/// </summary>
public sealed class LocalTarget : IDeploymentTarget
{
    // Live entries of the ledger beyond the kept generations whose images stay unpacked, so that going back needs no registry.
    private const int EntriesForRollback = 2;

    private readonly ConcurrentDictionary<AppKey, bool> _upgraded = new();
    private readonly LocalTargetOptions _options;
    private readonly LocalLayout _layout;
    private readonly GatewayConnector _gateways;
    private readonly ImageStore _images;
    private readonly Leftovers _leftovers;

    private LocalTarget(LocalTargetOptions options)
    {
        _options = options;
        _layout = new LocalLayout(Path.GetFullPath(options.DataDirectory));
        _gateways = new GatewayConnector(_layout, options);
        _images = new ImageStore(_layout, options.Time);
        _leftovers = new Leftovers(_layout, _images, options.Time);
    }

    /// <summary>Opens the target. Nothing is read or created until the first call.</summary>
    public static LocalTarget Open(LocalTargetOptions options) => new(options);

    /// <inheritdoc/>
    public async Task<Lease> AcquireLeaseAsync(AppKey app, LeaseRequest request, CancellationToken cancellationToken)
    {
        int? asked = request.Listens is false ? null : _options.PublicPort;
        var gateway = await _gateways.StartAsync(app, asked, cancellationToken);
        if (asked is { } port and > 0 && gateway.PublicPort != port)
        {
            throw LocalErrors.PublicPortDiffers(app, PortOf(gateway), port);
        }

        if (_options.Bind is { } bind && gateway.PublicPort > 0 && AddressOf(gateway) is var address && !address.Equals(bind))
        {
            throw LocalErrors.PublicAddressDiffers(app, address, bind);
        }

        await using var client = ClientOf(app);
        var lease = await client.AcquireLeaseAsync(request, cancellationToken);
        if (_upgraded.TryAdd(app, true))
        {
            await _gateways.UpgradeAsync(app, gateway, client, lease, cancellationToken);
        }

        return lease;
    }

    /// <inheritdoc/>
    /// <remarks>Stops the gateway of an app that has nothing left, as after a stop, or a first release that failed.</remarks>
    public async Task ReleaseLeaseAsync(AppKey app, Lease lease, CancellationToken cancellationToken)
    {
        if (!await HasGatewayAsync(app, cancellationToken))
        {
            return;
        }

        await using var client = ClientOf(app);
        var observed = await client.ObserveAsync(cancellationToken);
        if (observed.Lease is not { } held || held.FencingToken != lease.FencingToken || held.Holder != lease.Holder)
        {
            return;
        }

        await _images.KeepOnlyAsync(app, ImageRetention.Needed(observed, _options.Keep + EntriesForRollback), cancellationToken);
        if (observed.Generations.IsEmpty && observed.Route.Route == Route.None)
        {
            await StopGatewayAsync(app, client, lease, cancellationToken);
        }
        else
        {
            await client.ReleaseLeaseAsync(lease, cancellationToken);
        }

        await _leftovers.RemoveAsync(app, cancellationToken);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// A gateway that died, or ended with the host, is started again and brings back what it had committed (F08, F44). For an app
    /// that was never released or was stopped, nothing is started.
    /// </remarks>
    public async Task<Observation> ObserveAsync(AppKey app, CancellationToken cancellationToken)
    {
        if (!await HasGatewayAsync(app, cancellationToken))
        {
            return StoppedApp.Observe(app, _layout.App(app), _options.Time.GetUtcNow());
        }

        await using var client = ClientOf(app);
        return await client.ObserveAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async Task CreateAsync(GenerationSpec spec, Lease lease, CancellationToken cancellationToken)
    {
        var gateway = await RequireAsync(spec.App, cancellationToken);
        if (PortOf(gateway) is null != spec.Configuration.Port is null)
        {
            throw LocalErrors.PublicPortDiffers(spec.App, PortOf(gateway), spec.Configuration.Port is null ? null : 0);
        }

        var image = await _images.UseAsync(spec.App, spec.Image, () => _options.OpenRepository(spec.Repository), cancellationToken);
        var launch = LaunchPlanner.Plan(spec, image, _options.ReadVariable);
        await using var client = ClientOf(spec.App);
        await client.CreateAsync(spec, launch, lease, cancellationToken);
    }

    /// <inheritdoc/>
    public Task RouteAsync(AppKey app, Route route, Lease lease, CancellationToken cancellationToken) =>
        OrderAsync(app, client => client.RouteAsync(route, lease, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task DestroyAsync(AppKey app, GenerationId id, Lease lease, CancellationToken cancellationToken) =>
        OrderAsync(app, client => client.DestroyAsync(id, lease, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task RecordAsync(AppKey app, LedgerEntry entry, Lease lease, CancellationToken cancellationToken) =>
        OrderAsync(app, client => client.RecordAsync(entry, lease, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> ReadLogAsync(AppKey app, GenerationId id, string instance, int lines, CancellationToken cancellationToken)
    {
        if (!await HasGatewayAsync(app, cancellationToken))
        {
            return [];
        }

        await using var client = ClientOf(app);
        return await client.ReadLogAsync(id, instance, lines, cancellationToken);
    }

    /// <inheritdoc/>
    /// <remarks>All instances of a generation run from one unpacked image, so that a file that was changed is a difference of each.</remarks>
    public async Task<ImmutableArray<DriftFinding>> FindDriftAsync(AppKey app, CancellationToken cancellationToken)
    {
        if (await _gateways.FindAsync(app, cancellationToken) is null)
        {
            return _gateways.WasInterrupted(app) ? [new DriftFinding(null, null, DriftKind.Gateway, "process", "running", "gone; any look at the app, such as -t:Status, brings it back")] : [];
        }

        await using var client = ClientOf(app);
        try
        {
            return await new LocalDrift(_images).FindAsync(client.ObserveAsync, cancellationToken);
        }
        catch (ImmutableBuildException away) when (away.IsTransient && !_gateways.WasInterrupted(app))
        {
            // The app was stopped beside this look: nothing is released any more.
            return [];
        }
    }

    /// <inheritdoc/>
    /// <remarks>A fresh process runs from whole files: an image that was changed on disk is unpacked anew first.</remarks>
    public async Task ReplaceAsync(AppKey app, GenerationId id, string instance, ReplacementStep change, Lease lease, CancellationToken cancellationToken)
    {
        await RequireAsync(app, cancellationToken);
        await using var client = ClientOf(app);
        if (change == ReplacementStep.Begin)
        {
            var observed = await client.ObserveAsync(cancellationToken);
            var spec = observed.Find(id)?.Spec ?? throw GatewayErrors.NotReplaceable(app, id, instance);
            await _images.MendAsync(app, spec.Image, () => _options.OpenRepository(spec.Repository), cancellationToken);
        }

        await client.ReplaceAsync(id, instance, change, null, lease, cancellationToken);
    }

    /// <inheritdoc/>
    /// <remarks>The gateway ends when the lease is given back. Without it there is no lease, and the unpacked images may be those of a release that has begun since.</remarks>
    public async Task StopAsync(AppKey app, Lease lease, CancellationToken cancellationToken)
    {
        if (!await HasGatewayAsync(app, cancellationToken))
        {
            return;
        }

        await using var client = ClientOf(app);
        await client.EmptyAsync(lease, _options.Time, cancellationToken);
        await _images.KeepOnlyAsync(app, new HashSet<Digest>(), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task StopGatewayAsync(AppKey app, GatewayClient client, Lease lease, CancellationToken cancellationToken)
    {
        var ending = await client.InfoAsync(cancellationToken);
        await client.StopAsync(lease, cancellationToken);
        await _gateways.WaitForEndAsync(app, ending, cancellationToken);
    }

    private async Task OrderAsync(AppKey app, Func<GatewayClient, Task> order, CancellationToken cancellationToken)
    {
        await RequireAsync(app, cancellationToken);
        await using var client = ClientOf(app);
        await order(client);
    }

    /// <summary>
    /// Whether there is a gateway to ask. One that died is started again: its instances run, and its lease is held. An app that was never released or was
    /// stopped has none.
    /// </summary>
    private async Task<bool> HasGatewayAsync(AppKey app, CancellationToken cancellationToken)
    {
        if (await _gateways.FindAsync(app, cancellationToken) is not null)
        {
            return true;
        }

        if (!_gateways.WasInterrupted(app))
        {
            return false;
        }

        await _gateways.ResumeAsync(app, cancellationToken);
        return true;
    }

    // A gateway gave the lease, so there is one, or one has died since: then it is started again, and knows the lease from its state.
    private Task<GatewayInfo> RequireAsync(AppKey app, CancellationToken cancellationToken) =>
        _gateways.ResumeAsync(app, cancellationToken);

    private GatewayClient ClientOf(AppKey app) => GatewayClient.ForState(app, _layout.App(app));

    private static IPAddress AddressOf(GatewayInfo gateway) => IPAddress.TryParse(gateway.PublicAddress, out var address) ? address : IPAddress.Loopback;

    private static int? PortOf(GatewayInfo gateway) => gateway.PublicPort == 0 ? null : gateway.PublicPort;
}
