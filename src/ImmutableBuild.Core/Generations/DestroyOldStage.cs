using ImmutableBuild.Generations.Rollouts;
using ImmutableBuild.Releases;
using ImmutableBuild.Reports;

namespace ImmutableBuild.Generations;

/// <summary>DestroyOld: drains and destroys what no route names, and keeps the standby generations.</summary>
public sealed class DestroyOldStage(IDeploymentTarget target) : IStage
{
    /// <inheritdoc/>
    public StageName Name => StageName.DestroyOld;

    /// <inheritdoc/>
    public async Task<StageResult> RunAsync(ReleaseRecord record, StageContext context, CancellationToken cancellationToken)
    {
        var desired = ReleaseDesired.Continue(record, context, RolloutGoal.Converged);
        var result = await new RolloutRunner(target, context.Time, context.Reporter, new RolloutSettings()).RunAsync(desired, cancellationToken);

        var kept = result.Observed.Generations.Select(generation => generation.Id).Where(id => id != desired.Id);
        var destroyed = new DestroyOldRecord { Destroyed = result.Destroyed, Kept = [.. kept], RequestsLost = result.RequestsLost };
        return new StageResult(record with { DestroyOld = destroyed }, $"{destroyed.Destroyed.Length} destroyed, {destroyed.Kept.Length} kept{Lost(destroyed.RequestsLost)}");
    }

    private static string Lost(long? requests) => requests == 0 ? "" : $", {Units.RequestsLost(requests)} while draining";
}
