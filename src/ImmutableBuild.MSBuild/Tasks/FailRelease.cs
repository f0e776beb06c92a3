using ImmutableBuild.Errors;
using ImmutableBuild.Releases;
using ImmutableBuild.Releases.Options;
using ImmutableBuild.Reports;
using ImmutableBuild.Shells;

namespace ImmutableBuild.MSBuild;

/// <summary>
/// Undoes a release in which a step of the user's own failed between two stages, such as a smoke test (<see cref="RouteBack"/>). A stage that fails puts everything right itself, and
/// leaves nothing to do here; nor does a build that was cancelled, whose release is put right when it ends (<see cref="KeptRelease"/>).
/// </summary>
public sealed class FailRelease : ReleaseTask
{
    /// <inheritdoc/>
    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        using var kept = KeptRelease.Take(BuildEngine, Input.WorkDirectory);
        if (kept is null)
        {
            return;
        }

        var record = await new ReleaseRecordFile(Input.WorkDirectory).ReadAsync(cancellationToken);
        if (record.Deploy is not { } deploy)
        {
            return;
        }

        // MSBuild has logged which step failed, but doesn't tell tasks: its place in the chain stands for its name.
        var step = record.HealthGate is null ? $"before {StageName.HealthGate}" : $"before {StageName.DestroyOld}";
        var context = ContextOf(ReleaseOptionsParser.Parse(Input.Raw()));
        await using var stages = new ReleaseStages(context, Input.GatewayProgram);
        var result = await new RouteBack(stages.Target, stages.Verifier, context).RunAsync(record, step, cancellationToken);
        kept.Continued();
        if (result.Kind is not RouteBackKind.Nothing)
        {
            await ReleaseReport.Create(record, [DestroyErrors.CheckFailed(deploy.Spec.Id, step)]).WriteAsync(Input.WorkDirectory, cancellationToken);
            new BuildLog(Log, Input.ProjectFile).Say($"  {result.Kind}: {result.Serving?.ToString() ?? "nothing"} has the traffic.");
        }
    }
}
