using ImmutableBuild.Errors;
using ImmutableBuild.Releases;
using ImmutableBuild.Releases.Options;
using ImmutableBuild.Releases.Source;
using ImmutableBuild.Reports;
using Microsoft.Build.Framework;

namespace ImmutableBuild.MSBuild;

/// <summary>Runs one stage, continuing from the record that the stages before it left, in this process or in another.</summary>
public sealed class RunStage : ReleaseTask
{
    /// <summary>The stage's name.</summary>
    [Required]
    public string Stage { get; set; } = "";

    /// <summary>The next stage follows in this process, under the same lease.</summary>
    public bool KeepsLease { get; set; }

    /// <inheritdoc/>
    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        var options = ReleaseOptionsParser.Parse(Input.Raw());
        var file = new ReleaseRecordFile(Input.WorkDirectory);
        var record = await file.ReadAsync(cancellationToken);
        var commit = await GitSource.ReadCommitAsync(Input.ProjectFile, Environment.GetEnvironmentVariable, cancellationToken);
        ReleaseChain.RequireSame(record, options.App, commit, file.Path);
        try
        {
            await RunAsync(options, file, record, cancellationToken);
        }
        catch (ImmutableBuildException refusal)
        {
            await ReleaseReport.Create(await file.ReadAsync(CancellationToken.None), refusal.Diagnostics).WriteAsync(Input.WorkDirectory, CancellationToken.None);
            throw;
        }
    }

    private async Task RunAsync(ReleaseOptions options, ReleaseRecordFile file, ReleaseRecord record, CancellationToken cancellationToken)
    {
        var context = ContextOf(options);
        using var kept = KeptRelease.Take(BuildEngine, Input.WorkDirectory);
        await using var stages = new ReleaseStages(context, Input.GatewayProgram);
        await new ReleasePipeline(file, context).RunAsync([stages.Find(Enum.Parse<StageName>(Stage), KeepsLease)], record, cancellationToken);
        kept?.Continued();
        if (KeepsLease)
        {
            KeptRelease.Keep(BuildEngine, context with { Reporter = new ClosedLog() }, Input.GatewayProgram);
        }
    }
}
