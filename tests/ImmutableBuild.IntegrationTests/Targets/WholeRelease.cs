using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Rollouts;

namespace ImmutableBuild.IntegrationTests.Targets;

/// <summary>A release from creation to convergence, as the stages of a build make it.</summary>
internal static class WholeRelease
{
    /// <summary>Creates, switches, clears up; the run that made it live.</summary>
    public static async Task<RolloutResult> RunAsync(IDeploymentTarget target, GenerationSpec spec, RolloutPlan plan, string writer = "test", RolloutSettings? settings = null)
    {
        RolloutResult? live = null;
        foreach (var goal in (RolloutGoal[])[RolloutGoal.Created, RolloutGoal.Live, RolloutGoal.Converged])
        {
            var desired = new Desired { Spec = spec, Plan = plan, Goal = goal, Cause = LedgerCause.Release, Writer = writer };
            var runner = new RolloutRunner(target, TimeProvider.System, QuietReporter.Instance, settings ?? new RolloutSettings());
            var result = await runner.RunAsync(desired, TestContext.Current.CancellationToken);
            live = goal == RolloutGoal.Live ? result : live;
        }

        return live!;
    }
}
