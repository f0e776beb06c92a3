using ImmutableBuild.Releases;
using ImmutableBuild.Scanning.Advisories;
using ImmutableBuild.Scanning.Reports;
using ImmutableBuild.Trust.Verification;

namespace ImmutableBuild.Scanning;

/// <summary>
/// Scan: lists what is in the image, judges it, and writes <c>sbom.cdx.json</c> and <c>sbom.spdx.json</c> (one for each platform), <c>scan.sarif</c> and
/// <c>scan.json</c> beside the record. Refuses findings at or over the gate (IMB3001) and, where protected, an image that could not be assessed (IMB3002).
/// </summary>
public sealed class ScanStage : IStage
{
    /// <inheritdoc/>
    public StageName Name => StageName.Scan;

    /// <inheritdoc/>
    public async Task<StageResult> RunAsync(ReleaseRecord record, StageContext context, CancellationToken cancellationToken)
    {
        ReleaseChain.RequireEarlier(record, Name);
        var options = context.Options.Scan;
        var subject = ScanSubject.Of(record);
        var files = new ScanFiles(context.WorkDirectory, subject.Images);
        var policy = await VerificationPolicy.OfAsync(context.Options, cancellationToken);
        var run = new ScanRun(options, VulnerabilitySources.Of(context), new NotedImages(context.Options.DataDirectory, context.Time), context.Time)
        {
            Lasts = policy.Scan.MaxAgeDays is { } days ? TimeSpan.FromDays(days) / 2 : null,
        };
        var (report, unchanged) = await run.RunAsync(subject, files, cancellationToken);
        new ScanJudge(options, context.Options.Protected, context.Reporter, context.Time).Judge(report, files.Report);
        return new StageResult(record with { Scan = ToRecord(report, files) }, ScanLines.Summary(report, unchanged));
    }

    private static ScanRecord ToRecord(ScanReport report, ScanFiles files) => new()
    {
        Image = report.Image,
        Verdict = report.Verdict,
        At = report.At,
        Components = report.Components,
        Findings = report.Counts,
        Details = [.. report.Findings.Select(finding => new ScanFindingRecord(finding.Id, finding.Severity, finding.Subject, $"{finding.Message} {finding.WayOut}") { Fix = finding.Fix, Origin = finding.Origin })],
        Dismissed = report.Dismissed.Length,
        Sources = [.. report.Sources.Select(source => new ScanSourceRecord(source.Name, source.AsOf))],
        SbomFiles = files.Sboms,
        SarifFile = files.Sarif,
    };
}
