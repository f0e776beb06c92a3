using ImmutableBuild.Errors;
using ImmutableBuild.Generations.Rollouts;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Generations;

/// <summary>Stop: takes an app down for good. Only the ledger stays. The lease is held from the first change to the last, so that a release happens wholly before or wholly after.</summary>
public sealed class StopApp(IDeploymentTarget target, TimeProvider time, IReporter reporter)
{
    /// <summary>How long the lease lasts without renewal. It is renewed after a third of it, however long the app takes to drain.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Stops <paramref name="app"/>; the generations that are gone, none when it did not run. IMB6001 while a release holds the lease, IMB6002 when it is lost on the way.</summary>
    public async Task<IReadOnlyList<GenerationId>> RunAsync(AppKey app, CancellationToken cancellationToken)
    {
        var before = await target.ObserveAsync(app, cancellationToken);
        if (before.Generations.IsEmpty && before.Route.Route == Route.None)
        {
            return [];
        }

        var lease = new HeldLease(target, app, Request(before), time, reporter);
        try
        {
            await lease.AcquireAsync(cancellationToken);
            await lease.WhileAsync(held => target.StopAsync(app, held, cancellationToken), cancellationToken);
        }
        catch
        {
            await GiveBackAsync(lease);
            throw;
        }

        // What only held the lease goes with it, when no renewal can start it again any more.
        await lease.ReleaseAsync(null, cancellationToken);
        return [.. before.Generations.Select(generation => generation.Id)];
    }

    /// <summary>The request for the lease. It says whether the app listens, since a target that has to start a gateway for it would give a worker a port.</summary>
    private LeaseRequest Request(Observation before) => new(LeaseHolder.ForOnce("stop"), LeaseDuration)
    {
        Listens = before.Generations.IsEmpty ? null : before.Generations.Any(generation => generation.Spec.Configuration.Port is not null),
    };

    private async Task GiveBackAsync(HeldLease lease)
    {
        using var grace = new CancellationTokenSource(target.Pace.Grace, time);
        try
        {
            await lease.ReleaseAsync(null, grace.Token);
        }
        catch (Exception fault) when (fault is ImmutableBuildException or OperationCanceledException)
        {
            reporter.Detail($"The lease could not be given back and expires by itself: {fault.Message}");
        }
    }
}
