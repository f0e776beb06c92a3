using ImmutableBuild.Generations.Rollouts;
using ImmutableBuild.Releases;
using ImmutableBuild.Reports;
using ImmutableBuild.Trust;

namespace ImmutableBuild.Generations;

/// <summary>
/// HealthGate: judges the new generation, moves the route to it, watches it, and routes back when it fails. A generation that is
/// gone since Deploy is created again, and verified again before that: the record may come from another job.
/// </summary>
public sealed class HealthGateStage(IDeploymentTarget target, IImageVerifier verifier) : IStage
{
    /// <inheritdoc/>
    public StageName Name => StageName.HealthGate;

    /// <summary>The next stage follows in the same process and goes on under the same lease.</summary>
    public bool KeepsLease { get; init; }

    /// <inheritdoc/>
    public async Task<StageResult> RunAsync(ReleaseRecord record, StageContext context, CancellationToken cancellationToken)
    {
        var desired = ReleaseDesired.Continue(record, context, RolloutGoal.Live);
        var runner = new RolloutRunner(new VerifiedTarget(target, verifier), context.Time, context.Reporter, new RolloutSettings { KeepLease = KeepsLease });
        var result = await runner.RunAsync(desired, cancellationToken);

        var gate = new HealthGateRecord
        {
            Live = desired.Id,
            Replaced = result.Unchanged ? null : Replaced(result.Observed, desired.Id),
            Url = result.Observed.Url,
            RequestsLost = result.RequestsLost,
            SwitchTime = result.SwitchTime,
            Decisions = result.Decisions,
            NewLatency = result.NewLatency,
            OldLatency = result.OldLatency,
        };
        return new StageResult(record with { HealthGate = gate }, Summary(gate, result.Unchanged));
    }

    private static GenerationId? Replaced(Observation observed, GenerationId live) =>
        observed.Ledger.LastOrDefault(entry => entry.Event == LedgerEvent.Live && entry.Spec.Id == live)?.Replaced;

    private static string Summary(HealthGateRecord gate, bool unchanged)
    {
        if (unchanged)
        {
            return $"{gate.Live} serves already";
        }

        var switched = gate.SwitchTime is { } time ? $" in {time.TotalMilliseconds:0} ms" : "";
        return $"{gate.Live} serves, switched{switched}, {Units.RequestsLost(gate.RequestsLost)}";
    }
}
