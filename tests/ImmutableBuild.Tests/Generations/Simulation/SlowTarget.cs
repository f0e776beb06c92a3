using System.Collections.Immutable;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Drift;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Tests.Generations.Simulation;

/// <summary>A target of which a call ends only once the lease was renewed several times: the creation, the stop, or the first look under the lease.</summary>
internal sealed class SlowTarget(SimulatedTarget inner, VirtualTime time) : IDeploymentTarget
{
    private readonly TaskCompletionSource _ended = new();
    private int _renewals;

    /// <summary>Whether it is the look that takes so long.</summary>
    public bool LooksSlowly { get; init; }

    /// <summary>How long that call took.</summary>
    public TimeSpan Took { get; private set; }

    public TargetPace Pace => inner.Pace;

    public async Task<Lease> AcquireLeaseAsync(AppKey app, LeaseRequest request, CancellationToken cancellationToken)
    {
        var lease = await inner.AcquireLeaseAsync(app, request, cancellationToken);
        if (++_renewals == 7)
        {
            _ended.SetResult();
        }

        return lease;
    }

    public async Task CreateAsync(GenerationSpec spec, Lease lease, CancellationToken cancellationToken)
    {
        await TakeLongAsync(applies: !LooksSlowly);
        await inner.CreateAsync(spec, lease, cancellationToken);
    }

    public Task ReleaseLeaseAsync(AppKey app, Lease lease, CancellationToken cancellationToken) => inner.ReleaseLeaseAsync(app, lease, cancellationToken);

    public async Task<Observation> ObserveAsync(AppKey app, CancellationToken cancellationToken)
    {
        await TakeLongAsync(applies: LooksSlowly && _renewals > 0);
        return await inner.ObserveAsync(app, cancellationToken);
    }

    public Task RouteAsync(AppKey app, Route route, Lease lease, CancellationToken cancellationToken) => inner.RouteAsync(app, route, lease, cancellationToken);

    public Task DestroyAsync(AppKey app, GenerationId id, Lease lease, CancellationToken cancellationToken) => inner.DestroyAsync(app, id, lease, cancellationToken);

    public Task RecordAsync(AppKey app, LedgerEntry entry, Lease lease, CancellationToken cancellationToken) => inner.RecordAsync(app, entry, lease, cancellationToken);

    public Task<IReadOnlyList<string>> ReadLogAsync(AppKey app, GenerationId id, string instance, int lines, CancellationToken cancellationToken) =>
        inner.ReadLogAsync(app, id, instance, lines, cancellationToken);

    public Task<ImmutableArray<DriftFinding>> FindDriftAsync(AppKey app, CancellationToken cancellationToken) => inner.FindDriftAsync(app, cancellationToken);

    public Task ReplaceAsync(AppKey app, GenerationId id, string instance, ReplacementStep change, Lease lease, CancellationToken cancellationToken) =>
        inner.ReplaceAsync(app, id, instance, change, lease, cancellationToken);

    public async Task StopAsync(AppKey app, Lease lease, CancellationToken cancellationToken)
    {
        await TakeLongAsync(applies: true);
        await inner.StopAsync(app, lease, cancellationToken);
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private async Task TakeLongAsync(bool applies)
    {
        if (applies && !_ended.Task.IsCompleted)
        {
            var began = time.GetTimestamp();
            await _ended.Task;
            Took = time.GetElapsedTime(began);
        }
    }
}
