using ImmutableBuild.Errors;
using ImmutableBuild.Generations.Rollouts;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Generations;

/// <summary>Ends a release whose next stage never came: the build was cancelled, or failed, between two stages.</summary>
public static class LeftRelease
{
    /// <summary>
    /// After Deploy, gives the new generation up, as a cancelled HealthGate does; after HealthGate, leaves what was released alone.
    /// Gives the lease back in both cases. With <paramref name="evenLapsed"/>, the generation is given up even where the lease has expired, while nobody else has it.
    /// Throws <see cref="ImmutableBuildException"/>: IMB6004 when the generation was given up, IMB6007 when that took longer than the grace
    /// period, or whatever kept it from being done.
    /// </summary>
    public static Task AbandonAsync(ReleaseRecord record, StageContext context, IDeploymentTarget target, bool evenLapsed = false)
    {
        var goal = record.HealthGate is null ? RolloutGoal.Live : RolloutGoal.Converged;
        return Runner(context, target).AbandonAsync(ReleaseDesired.Continue(record, context, goal), evenLapsed);
    }

    /// <summary>
    /// Gives the new generation up as a failed one because of <paramref name="why"/>, before its gate or after it, and even where the release has
    /// lost its lease by now. Throws whatever keeps it from being done, such as IMB6001 while another release is at work.
    /// </summary>
    public static Task<RolloutResult> FailAsync(ReleaseRecord record, Diagnostic why, StageContext context, IDeploymentTarget target, CancellationToken cancellationToken) =>
        Runner(context, target).GiveUpAsync(ReleaseDesired.Continue(record, context, RolloutGoal.Live), why, cancellationToken);

    private static RolloutRunner Runner(StageContext context, IDeploymentTarget target) => new(target, context.Time, context.Reporter, new RolloutSettings());
}
