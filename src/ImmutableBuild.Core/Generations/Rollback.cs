using ImmutableBuild.Generations.Rollouts;
using ImmutableBuild.Releases;
using ImmutableBuild.Trust;

namespace ImmutableBuild.Generations;

/// <summary>What to roll back.</summary>
/// <param name="App">The app.</param>
/// <param name="To">The generation to go to; null takes the one that was live before the present one.</param>
/// <param name="Plan">Bounds of gate and retention; a rollback always moves all traffic at once.</param>
public sealed record RollbackRequest(AppKey App, GenerationId? To, RolloutPlan Plan);

/// <summary>What a rollback did.</summary>
/// <param name="From">What was live before.</param>
/// <param name="To">What is live now.</param>
/// <param name="WasStandby">It ran already, so that only the route had to move (F27); otherwise it was created again (F28).</param>
/// <param name="Elapsed">From the first look to the generation being live.</param>
/// <param name="Run">The run that made it live: decisions, switch time; requests lost, also while what it replaced drained.</param>
/// <param name="Destroyed">What was destroyed afterwards.</param>
public sealed record RollbackResult(
    GenerationId? From, GenerationId To, bool WasStandby, TimeSpan Elapsed, RolloutResult Run, IReadOnlyList<GenerationId> Destroyed);

/// <summary>
/// Rollback: the same rollout with an older generation as the wish. A standby generation gets the route at once, a destroyed
/// one is created again from the ledger, by digest and with the configuration it had, through the same gate.
/// </summary>
public sealed class Rollback(
    IDeploymentTarget target, IImageVerifier verifier, TimeProvider time, IReporter reporter, Func<string, string?> readVariable)
{
    /// <summary>Rolls back; throws IMB8 when there is nothing to go to, and whatever a rollout throws.</summary>
    public async Task<RollbackResult> RunAsync(RollbackRequest request, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var before = await target.ObserveAsync(request.App, cancellationToken);
        var spec = RollbackTarget.Choose(before, request.To);
        var isStandby = before.Find(spec.Id) is { Phase: GenerationPhase.Running } standby && standby.Answers();
        if (!isStandby)
        {
            SecretReferences.RequireUnchanged(spec, readVariable);
            await verifier.VerifyAsync(spec.App, spec.Commit, spec.Repository, spec.Image, cancellationToken);
        }

        // A standby that was just seen may be gone when the route is to move, and is then created again.
        var verified = isStandby ? new VerifiedTarget(target, verifier) : target;

        var desired = new Desired
        {
            Spec = spec,
            Plan = request.Plan with { Strategy = RolloutStrategy.BlueGreen, Soak = isStandby ? TimeSpan.Zero : request.Plan.Soak },
            Goal = RolloutGoal.Live,
            Cause = LedgerCause.Rollback,
            Writer = LeaseHolder.ForOnce($"rollback at entry {before.Ledger.LastOrDefault()?.Sequence ?? 0}"),
        };
        var live = await RunAsync(verified, desired, keepLease: true, cancellationToken);
        var elapsed = time.GetElapsedTime(began);
        var converged = await RunAsync(target, desired with { Goal = RolloutGoal.Converged }, keepLease: false, cancellationToken);
        return new RollbackResult(
            before.Serving, spec.Id, isStandby, elapsed, live with { RequestsLost = live.RequestsLost + converged.RequestsLost }, converged.Destroyed);
    }

    private Task<RolloutResult> RunAsync(IDeploymentTarget through, Desired desired, bool keepLease, CancellationToken cancellationToken) =>
        new RolloutRunner(through, time, reporter, new RolloutSettings { KeepLease = keepLease }).RunAsync(desired, cancellationToken);
}
