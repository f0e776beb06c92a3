namespace ImmutableBuild.Scanning;

/// <summary>What the scanner looks at and refuses.</summary>
public sealed record ScanOptions
{
    /// <summary>Findings of this severity or worse fail the scan: <c>low</c>, <c>medium</c>, <c>high</c>, <c>critical</c>, or <c>none</c> to only report.</summary>
    public string FailOn { get; init; } = "high";

    /// <summary>A directory of OSV JSON files; null where no advisories are at hand (then the verdict says: not assessed).</summary>
    public string? AdvisoryDirectory { get; init; }
}
