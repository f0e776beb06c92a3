using ImmutableBuild.Releases;

namespace ImmutableBuild.Generations;

/// <summary>Stop: takes an app down for good. Only the ledger stays.</summary>
public sealed class StopApp(IDeploymentTarget target)
{
    /// <summary>Stops <paramref name="app"/>; the generations that are gone, none when it did not run. IMB6001 while a release holds the lease.</summary>
    public async Task<IReadOnlyList<GenerationId>> RunAsync(AppKey app, CancellationToken cancellationToken)
    {
        var before = await target.ObserveAsync(app, cancellationToken);
        if (before.Generations.IsEmpty && before.Route.Route == Route.None)
        {
            return [];
        }

        var lease = await target.AcquireLeaseAsync(app, new LeaseRequest(LeaseHolder.For("stop"), TimeSpan.FromMinutes(2)), cancellationToken);
        await target.StopAsync(app, lease, cancellationToken);
        await target.ReleaseLeaseAsync(app, lease, cancellationToken);
        return [.. before.Generations.Select(generation => generation.Id)];
    }
}
