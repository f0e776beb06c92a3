using System.Collections.Immutable;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Drift;
using ImmutableBuild.Releases;

namespace ImmutableBuild.ReleaseDriver;

/// <summary>A target that prints each changing call and stops at one of them, the first that is asked for, so that a test can kill or outrun the process right there.</summary>
internal sealed class PausingTarget(IDeploymentTarget target, DriverPlan plan) : IDeploymentTarget
{
    private int _calls;
    private int _acquired;
    private int _pauses;

    public TargetPace Pace => target.Pace;

    // How often it is renewed depends on how slow the machine is: that is no call to count or to stop at.
    public Task<Lease> AcquireLeaseAsync(AppKey app, LeaseRequest request, CancellationToken cancellationToken) => Interlocked.Increment(ref _acquired) == 1
        ? ChangeAsync("acquire", () => target.AcquireLeaseAsync(app, request, cancellationToken))
        : target.AcquireLeaseAsync(app, request, cancellationToken);

    public Task ReleaseLeaseAsync(AppKey app, Lease lease, CancellationToken cancellationToken) =>
        ChangeAsync("release", () => target.ReleaseLeaseAsync(app, lease, cancellationToken));

    public Task<Observation> ObserveAsync(AppKey app, CancellationToken cancellationToken) => target.ObserveAsync(app, cancellationToken);

    public Task CreateAsync(GenerationSpec spec, Lease lease, CancellationToken cancellationToken) =>
        ChangeAsync($"create {spec.Id}", () => target.CreateAsync(spec, lease, cancellationToken));

    public Task RouteAsync(AppKey app, Route route, Lease lease, CancellationToken cancellationToken) =>
        ChangeAsync($"route {route}", () => target.RouteAsync(app, route, lease, cancellationToken));

    public Task DestroyAsync(AppKey app, GenerationId id, Lease lease, CancellationToken cancellationToken) =>
        ChangeAsync($"destroy {id}", () => target.DestroyAsync(app, id, lease, cancellationToken));

    public Task RecordAsync(AppKey app, LedgerEntry entry, Lease lease, CancellationToken cancellationToken) =>
        ChangeAsync($"record {entry.Event}", () => target.RecordAsync(app, entry, lease, cancellationToken));

    public Task<IReadOnlyList<string>> ReadLogAsync(AppKey app, GenerationId id, string instance, int lines, CancellationToken cancellationToken) =>
        target.ReadLogAsync(app, id, instance, lines, cancellationToken);

    public Task<ImmutableArray<DriftFinding>> FindDriftAsync(AppKey app, CancellationToken cancellationToken) => target.FindDriftAsync(app, cancellationToken);

    public Task ReplaceAsync(AppKey app, GenerationId id, string instance, ReplacementStep change, Lease lease, CancellationToken cancellationToken) =>
        ChangeAsync($"{change} {instance}", () => target.ReplaceAsync(app, id, instance, change, lease, cancellationToken));

    public Task StopAsync(AppKey app, Lease lease, CancellationToken cancellationToken) =>
        ChangeAsync("stop", () => target.StopAsync(app, lease, cancellationToken));

    public ValueTask DisposeAsync() => target.DisposeAsync();

    private Task ChangeAsync(string what, Func<Task> call) => ChangeAsync(what, async () =>
    {
        await call();
        return true;
    });

    private async Task<T> ChangeAsync<T>(string what, Func<Task<T>> call)
    {
        var number = Interlocked.Increment(ref _calls);
        Console.WriteLine($"call {number} {what}");
        var isHere = number == plan.PauseAt || (plan.PauseOn is { } words && what.StartsWith(words, StringComparison.Ordinal));
        PauseIf(isHere && !plan.PauseAfter);
        var result = await call();
        PauseIf(isHere && plan.PauseAfter);
        return result;
    }

    // The whole thread stops: nothing renews a lease or answers a signal meanwhile, as in a process that hangs.
    private void PauseIf(bool here)
    {
        if (!here || Interlocked.Increment(ref _pauses) > 1)
        {
            return;
        }

        Console.WriteLine(DriverPlan.Paused);
        if (plan.Suspends)
        {
            Suspension.OfThisProcess();
        }
        else
        {
            Thread.Sleep(Timeout.Infinite);
        }
    }
}
