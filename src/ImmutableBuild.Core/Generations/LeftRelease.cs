using ImmutableBuild.Generations.Rollouts;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Generations;

/// <summary>A release that kept its lease for a next stage that never came: the build was cancelled, or failed, between the two.</summary>
public static class LeftRelease
{
    /// <summary>
    /// After Deploy, gives the new generation up, as a cancelled HealthGate does; after HealthGate, leaves what was released alone.
    /// Gives the lease back in both cases. Throws <see cref="ImmutableBuild.Errors.ImmutableBuildException"/>: IMB6004 when the
    /// generation was given up, IMB6007 when that took longer than the grace period, or what kept it from being done.
    /// </summary>
    public static Task AbandonAsync(ReleaseRecord record, StageContext context, IDeploymentTarget target)
    {
        var goal = record.HealthGate is null ? RolloutGoal.Live : RolloutGoal.Converged;
        return new RolloutRunner(target, context.Time, context.Reporter, new RolloutSettings()).AbandonAsync(ReleaseDesired.Continue(record, context, goal));
    }
}
