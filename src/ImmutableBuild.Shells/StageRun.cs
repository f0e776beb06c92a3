using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Releases;
using ImmutableBuild.Reports;

namespace ImmutableBuild.Shells;

/// <summary>One stage, continuing from the record that the stages before it left, in this process or in another.</summary>
/// <param name="context">What the stage gets.</param>
/// <param name="gatewayProgram">The gateway's assembly.</param>
public sealed class StageRun(StageContext context, string gatewayProgram)
{
    private readonly ReleaseRecordFile _file = new(context.WorkDirectory);

    /// <summary>Runs it. IMB1203 when the record is another commit's or app's; what the stage refuses is written into the report as well.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="commit">The commit that is checked out.</param>
    /// <param name="keepsLease">The next stage follows in this process, under the same lease.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<ReleaseRecord> RunAsync(StageName stage, CommitSha commit, bool keepsLease, CancellationToken cancellationToken)
    {
        // First, and to the end: another build of the project may end its bake at any time, and leaves what is in use, or named by the record, alone.
        using var use = BakedLayout.EnterFor(stage, context, cancellationToken);
        var record = await _file.ReadAsync(cancellationToken);
        ReleaseChain.RequireSame(record, context.Options.App, commit, _file.Path);
        try
        {
            await using var stages = new ReleaseStages(context, gatewayProgram);
            return await new ReleasePipeline(_file, context with { LayoutUse = use }).RunAsync([stages.Find(stage, keepsLease)], record, cancellationToken);
        }
        catch (ImmutableBuildException refusal)
        {
            await ReleaseReport.Create(await _file.ReadAsync(CancellationToken.None), refusal.Diagnostics).WriteAsync(context.WorkDirectory, CancellationToken.None);
            throw;
        }
    }
}
