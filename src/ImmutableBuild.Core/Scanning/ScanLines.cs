using System.Globalization;
using ImmutableBuild.Scanning.Reports;

namespace ImmutableBuild.Scanning;

/// <summary>The words in which a scan is told to people.</summary>
public static class ScanLines
{
    /// <summary>A scan in one line.</summary>
    public static string Summary(ScanAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        var counts = answer.Findings.GroupBy(finding => finding.Severity).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => (group.Key, group.Count()));
        return Summary(answer.Verdict, answer.Components, counts, answer.Dismissed);
    }

    /// <summary>A source with the age of what it knows.</summary>
    public static string Source(string name, DateTimeOffset? asOf, DateTimeOffset now) => asOf is { } last
        ? string.Create(CultureInfo.InvariantCulture, $"{name} ({(now - last).TotalDays switch { < 1 => "today's", < 2 => "a day old", var days => $"{Math.Floor(days)} days old" }})")
        : name;

    /// <summary>A scan in one line.</summary>
    internal static string Summary(ScanReport report, bool unchanged) =>
        Summary(report.Verdict, report.Components, report.Counts.Select(count => (count.Key, count.Value)), report.Dismissed.Length) + (unchanged ? $"; nothing changed since the scan of {report.At:u}" : "");

    private static string Summary(string verdict, int components, IEnumerable<(string Severity, int Count)> counts, int dismissed)
    {
        var found = string.Join(", ", counts.Select(count => $"{count.Count} {count.Severity}"));
        return $"{(verdict == Verdicts.NotAssessed ? "not assessed" : verdict)}: {components} components, {(found.Length == 0 ? "no findings" : found)}{(dismissed == 0 ? "" : $", {dismissed} dismissed")}";
    }
}
