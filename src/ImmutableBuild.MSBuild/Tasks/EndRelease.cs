using ImmutableBuild.Releases;
using ImmutableBuild.Reports;

namespace ImmutableBuild.MSBuild;

/// <summary>Ends a whole release: writes the report, and says what is live, where, what it replaced, what that cost, and how to go back.</summary>
public sealed class EndRelease : ReleaseTask
{
    /// <inheritdoc/>
    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        var log = new BuildLog(Log, Input.ProjectFile);
        var record = await new ReleaseRecordFile(Input.WorkDirectory).ReadAsync(cancellationToken);
        await ReleaseReport.Create(record, []).WriteAsync(Input.WorkDirectory, cancellationToken);
        log.Say($"  Report: {Path.Combine(Input.WorkDirectory, ReleaseReport.HtmlFile)}");
        foreach (var line in ReleaseSummary.Of(record, Input.ProjectName, Input.ProjectFile))
        {
            log.Say(line);
        }
    }
}
