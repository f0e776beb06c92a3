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

    /// <summary>A quantile of a histogram, which is known as an upper bound; empty where nothing was counted.</summary>
    public static string AtMost(TimeSpan? quantile) => quantile is { } bound ? $"≤ {Units.Duration(bound)}" : "";
}
