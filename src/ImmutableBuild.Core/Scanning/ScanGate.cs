using ImmutableBuild.Errors;

namespace ImmutableBuild.Scanning;

/// <summary>What fails a scan.</summary>
/// <param name="Fixable">The mildest severity that fails where something mends it; null for none.</param>
/// <param name="Unfixed">The mildest severity that fails where no fix is known yet; null for none.</param>
internal sealed record ScanGate(FindingSeverity? Fixable, FindingSeverity? Unfixed)
{
    /// <summary>The gate of the options. Throws IMB3006 for a word that is no severity.</summary>
    public static ScanGate Of(ScanOptions options) => new(Parse("ImmutableFailOn", options.FailOn), Parse("ImmutableFailOnUnfixed", options.FailOnUnfixed ?? options.FailOn));

    /// <summary>Whether a finding fails the scan.</summary>
    public bool Refuses(Finding finding) => Refuses(finding.Severity, finding.IsFixable);

    /// <summary>Whether a finding of this severity fails the scan.</summary>
    public bool Refuses(FindingSeverity severity, bool isFixable) => (isFixable ? Fixable : Unfixed) is { } mildest && severity >= mildest;

    private static FindingSeverity? Parse(string option, string failOn) => failOn switch
    {
        "low" => FindingSeverity.Low,
        "medium" => FindingSeverity.Medium,
        "high" => FindingSeverity.Unknown,
        "critical" => FindingSeverity.Critical,
        "none" => null,
        _ => throw ScanErrors.GateUnknown(option, failOn),
    };
}
