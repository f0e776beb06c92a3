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

/// <summary>The gate <see cref="ScanOptions.FailOn"/>.</summary>
internal static class SeverityGate
{
    /// <summary>The mildest severity that fails; null for <c>none</c>. Throws IMB3006 for any other word.</summary>
    public static FindingSeverity? Parse(string failOn) => failOn switch
    {
        "low" => FindingSeverity.Low,
        "medium" => FindingSeverity.Medium,
        "high" => FindingSeverity.Unknown,
        "critical" => FindingSeverity.Critical,
        "none" => null,
        _ => throw Errors.ScanErrors.GateUnknown(failOn),
    };

    /// <summary>The word of a severity in records and reports.</summary>
    public static string Word(FindingSeverity severity) => severity switch
    {
        FindingSeverity.Low => "low",
        FindingSeverity.Medium => "medium",
        FindingSeverity.High => "high",
        FindingSeverity.Critical => "critical",
        _ => "unknown",
    };

    /// <summary>The severity of a word that <see cref="Word"/> wrote.</summary>
    public static FindingSeverity ParseWord(string word) => Enum.GetValues<FindingSeverity>().FirstOrDefault(severity => Word(severity) == word, FindingSeverity.Unknown);
}
