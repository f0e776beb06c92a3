using ImmutableBuild.Releases;
using ImmutableBuild.Scanning;

namespace ImmutableBuild.Reports;

/// <summary>Words of the record as people read them, the same in both forms.</summary>
internal static class ReportWords
{
    /// <summary>The scan's verdict.</summary>
    public static string Verdict(string verdict) => verdict switch
    {
        "pass" => "Pass",
        "fail" => "Fail",
        "notAssessed" => "Not assessed",
        _ => verdict,
    };

    /// <summary>Whose a finding is to mend.</summary>
    public static string Origin(ScanFindingRecord finding) => finding.Origin switch { "base" => "base image", "own" => "the app", _ => "" };

    /// <summary>Who was asked for vulnerabilities, with the age of what it knew.</summary>
    public static string Source(ScanSourceRecord source, DateTimeOffset at) => ScanLines.Source(source.Name, source.AsOf, at);

    /// <summary>A quantile of a histogram, which is known as an upper bound; empty where nothing was counted.</summary>
    public static string AtMost(TimeSpan? quantile) => quantile is { } bound ? $"≤ {Units.Duration(bound)}" : "";
}
