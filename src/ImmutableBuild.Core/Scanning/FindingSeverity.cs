namespace ImmutableBuild.Scanning;

/// <summary>How bad a finding is, mildest first.</summary>
public enum FindingSeverity
{
    /// <summary>Worth knowing; never fails a gate but <c>low</c>.</summary>
    Low,

    /// <summary>OSV's <c>MODERATE</c>.</summary>
    Medium,

    /// <summary>The source gives no severity. It counts as <see cref="High"/> at the gate: what is missing is never taken for harmless.</summary>
    Unknown,

    /// <summary>CVSS 7.0 to 8.9.</summary>
    High,

    /// <summary>CVSS 9.0 and over.</summary>
    Critical,
}

/// <summary>The words of severities in options, records and reports.</summary>
internal static class SeverityWords
{
    /// <summary>The word of a severity.</summary>
    public static string Of(FindingSeverity severity) => severity switch
    {
        FindingSeverity.Low => "low",
        FindingSeverity.Medium => "medium",
        FindingSeverity.High => "high",
        FindingSeverity.Critical => "critical",
        _ => "unknown",
    };

    /// <summary>The severity of a word that <see cref="Of"/> wrote.</summary>
    public static FindingSeverity Parse(string word) => Enum.GetValues<FindingSeverity>().FirstOrDefault(severity => Of(severity) == word, FindingSeverity.Unknown);
}
