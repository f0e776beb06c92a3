using ImmutableBuild.Releases;

namespace ImmutableBuild.Generations;

/// <summary>Stop: takes an app down for good. Only the ledger stays.</summary>
public sealed class StopApp(IDeploymentTarget target)
{
    private static readonly TimeSpan s_ending = TimeSpan.FromMinutes(1);

    /// <summary>Stops <paramref name="app"/>; the generations that are gone, none when it did not run. IMB6001 while a release holds the lease.</summary>
    public async Task<IReadOnlyList<GenerationId>> RunAsync(AppKey app, CancellationToken cancellationToken)
    {
        var before = await target.ObserveAsync(app, cancellationToken);
        if (before.Generations.IsEmpty && before.Route.Route == Route.None)
        {
            return [];
        }

        var lease = await target.AcquireLeaseAsync(app, Request(before), cancellationToken);
        await target.StopAsync(app, lease, cancellationToken);
        await target.ReleaseLeaseAsync(app, lease, cancellationToken);
        return [.. before.Generations.Select(generation => generation.Id)];
    }

    /// <summary>The request for the lease. It says whether the app listens, since a target that has to start a gateway for it would give a worker a port. Nobody renews the lease, so it lasts as long as a stop may take.</summary>
    private LeaseRequest Request(Observation before) => new(LeaseHolder.ForOnce("stop"), s_ending + target.Pace.Removal)
    {
        Listens = before.Generations.IsEmpty ? null : before.Generations.Any(generation => generation.Spec.Configuration.Port is not null),
    };
}
