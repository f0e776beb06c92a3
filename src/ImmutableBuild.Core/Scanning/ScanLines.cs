using ImmutableBuild.Scanning.Reports;

namespace ImmutableBuild.Scanning;

/// <summary>The words in which a scan is told to people.</summary>
internal static class ScanLines
{
    /// <summary>A scan in one line.</summary>
    public static string Summary(ScanReport report, bool unchanged)
    {
        var counts = report.Counts.Count == 0 ? "no findings" : string.Join(", ", report.Counts.Select(count => $"{count.Value} {count.Key}"));
        var dismissed = report.Dismissed.IsEmpty ? "" : $", {report.Dismissed.Length} dismissed";
        var verdict = report.Verdict == Verdicts.NotAssessed ? "not assessed" : report.Verdict;
        return $"{verdict}: {report.Components} components, {counts}{dismissed}{(unchanged ? $"; nothing changed since the scan of {report.At:u}" : "")}";
    }
}
