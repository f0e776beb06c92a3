using ImmutableBuild.Errors;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Generations.Rollouts;

/// <summary>Runs a rollout to its goal: observe, decide, act, until done. Holds the lease from the first change to the end.</summary>
public sealed class RolloutRunner(IDeploymentTarget target, TimeProvider time, IReporter reporter, RolloutSettings settings)
{
    /// <summary>
    /// Reaches the goal of <paramref name="desired"/>, or throws the <see cref="ImmutableBuildException"/> that says why not,
    /// after everything was put right. When cancelled, routes back and clears up within the grace period first (F02).
    /// </summary>
    public Task<RolloutResult> RunAsync(Desired desired, CancellationToken cancellationToken) => RunAsync(RunOf(desired), desired, cancellationToken);

    /// <summary>
    /// Gives the generation of <paramref name="desired"/> up as a failed one for the reason <paramref name="why"/>, whether it was live already or
    /// not: traffic back, the ledger told, the generation gone, as after a Fail of the gate. Where nothing else can serve, it keeps its traffic.
    /// </summary>
    public async Task<RolloutResult> GiveUpAsync(Desired desired, Diagnostic why, CancellationToken cancellationToken)
    {
        var refused = desired with { Refused = new Refusal(why) { IsFailure = true } };
        var run = RunOf(refused);
        try
        {
            return await RunAsync(run, refused, cancellationToken);
        }
        catch (ImmutableBuildException given) when (given.Code == why.Code)
        {
            reporter.Detail(given.Message);
            return run.Result();
        }
    }

    private RolloutRun RunOf(Desired desired) => new(target, desired, settings, time, reporter);

    private async Task<RolloutResult> RunAsync(RolloutRun run, Desired desired, CancellationToken cancellationToken)
    {
        var keepsLease = false;
        try
        {
            await LoopAsync(run, cancellationToken);
            keepsLease = settings.KeepLease;
            return run.Result();
        }
        catch (OperationCanceledException cancelled) when (cancellationToken.IsCancellationRequested)
        {
            if (!await PutRightAsync(run, desired))
            {
                throw;
            }

            throw new ReleaseCancelledException($"The release of generation {desired.Id} was cancelled. {run.Standing}", cancelled, cancellationToken);
        }
        finally
        {
            if (!keepsLease)
            {
                await ReleaseAsync(run);
            }
        }
    }

    /// <summary>
    /// Ends a release that an earlier run of the same holder left between two stages, under the lease that it kept: gives up what
    /// was begun unless the goal is <see cref="RolloutGoal.Converged"/>, and gives the lease back, within the grace period. Does
    /// nothing when the holder has no lease any more; with <paramref name="evenLapsed"/>, does nothing only where someone else has the lease, or the
    /// generation has got traffic since. Throws the <see cref="ImmutableBuildException"/> that says what became of it.
    /// </summary>
    public async Task AbandonAsync(Desired desired, bool evenLapsed = false)
    {
        var run = RunOf(desired);
        try
        {
            await PutRightAsync(run, desired, evenLapsed);
        }
        finally
        {
            await ReleaseAsync(run);
        }
    }

    private async Task LoopAsync(RolloutRun run, CancellationToken cancellationToken)
    {
        while (await run.StepAsync(cancellationToken) is { } pause)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (pause > TimeSpan.Zero)
            {
                await Task.Delay(pause, time, cancellationToken);
            }
        }
    }

    /// <summary>Gives up what was begun; false when nothing was.</summary>
    private async Task<bool> PutRightAsync(RolloutRun run, Desired desired, bool evenLapsed = false)
    {
        using var grace = new CancellationTokenSource(target.Pace.Grace, time);
        try
        {
            if (!await run.HasBegunAsync(grace.Token) && !(evenLapsed && run.IsLeftAlone))
            {
                return false;
            }

            if (desired.Goal != RolloutGoal.Converged)
            {
                run.Refuse(DeployErrors.Cancelled(desired.Id));
                await LoopAsync(run, grace.Token);
            }

            return true;
        }
        catch (OperationCanceledException late) when (grace.IsCancellationRequested)
        {
            throw DeployErrors.NotPutRight(desired.Id, target.Pace.Grace, run.Standing, late);
        }
    }

    private async Task ReleaseAsync(RolloutRun run)
    {
        using var grace = new CancellationTokenSource(target.Pace.Grace, time);
        try
        {
            await run.ReleaseLeaseAsync(grace.Token);
        }
        catch (Exception fault) when (fault is ImmutableBuildException or OperationCanceledException)
        {
            reporter.Detail($"The lease could not be given back and expires by itself: {fault.Message}");
        }
    }
}
