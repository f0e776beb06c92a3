using ImmutableBuild.Errors;
using ImmutableBuild.Releases;
using ImmutableBuild.Scanning.Advisories;
using ImmutableBuild.Scanning.Reports;

namespace ImmutableBuild.Scanning;

/// <summary>Says what follows from a report: an error where the gate refuses, or where a protected environment does, warnings elsewhere.</summary>
/// <param name="options">The gate, and how old sources may be.</param>
/// <param name="isProtected">Whether what could not be assessed is refused.</param>
/// <param name="reporter">Takes the warnings.</param>
/// <param name="time">The clock.</param>
internal sealed class ScanJudge(ScanOptions options, bool isProtected, IReporter reporter, TimeProvider time)
{
    private const int WorstNamed = 5;

    /// <summary>Judges. Throws IMB3001 for what the gate refuses, IMB3011 for what an expired entry ignored, and where protected IMB3002 and IMB3005.</summary>
    /// <param name="report">The report.</param>
    /// <param name="file">Where it is.</param>
    public void Judge(ScanReport report, string file)
    {
        foreach (var unused in report.UnusedIgnores)
        {
            reporter.Warn(ScanErrors.IgnoreUnused(options.IgnoreFile!, unused));
        }

        foreach (var source in report.Sources.Where(IsStale))
        {
            Tell(severity => ScanErrors.AdvisoriesStale(source.Name, source.AsOf!.Value, time.GetUtcNow() - source.AsOf.Value, severity));
        }

        if (RefusedBy(ScanGate.Of(options), report) is { Length: > 0 } refused)
        {
            throw ScanErrors.GateFailed(report.Image, report.FailOn, refused.Length, [.. refused.Take(WorstNamed).Select(Line)], file);
        }

        if (report.Expired is [var expired, ..])
        {
            throw ScanErrors.IgnoreExpired(expired.By, expired.Id, expired.Subject, expired.Expires!.Value, report.Expired.Length);
        }

        if (report.Verdict == Verdicts.NotAssessed)
        {
            Tell(severity => ScanErrors.NotAssessed(report.Image, report.NotAssessed, severity));
        }
    }

    /// <summary>The findings of a report that a gate refuses.</summary>
    public static ReportedFinding[] RefusedBy(ScanGate gate, ScanReport report) =>
        [.. report.Findings.Where(finding => gate.Refuses(SeverityWords.Parse(finding.Severity), finding.Fixable))];

    private bool IsStale(SourceFacts source) => source.AsOf is { } last && time.GetUtcNow() - last > options.MaxAdvisoryAge;

    private void Tell(Func<Severity, Diagnostic> make)
    {
        if (isProtected)
        {
            throw new ImmutableBuildException(make(Severity.Error));
        }

        reporter.Warn(make(Severity.Warning));
    }

    private static string Line(ReportedFinding finding) => $"{finding.Severity} {finding.Id} in {finding.Subject}: {finding.Message} {finding.WayOut}";
}
