using System.Collections.Immutable;

namespace ImmutableBuild.Scanning;

/// <summary>What the scanner looks at and refuses.</summary>
public sealed record ScanOptions
{
    /// <summary>Findings of this severity or worse fail the scan: <c>low</c>, <c>medium</c>, <c>high</c>, <c>critical</c>, or <c>none</c> to only report.</summary>
    public string FailOn { get; init; } = "high";

    /// <summary>The same for vulnerabilities without a known fix; null for what <see cref="FailOn"/> says.</summary>
    public string? FailOnUnfixed { get; init; }

    /// <summary>Directories of OSV JSON files, and zips of them; where no source is given at all, the verdict says: not assessed.</summary>
    public ImmutableArray<string> Advisories { get; init; } = [];

    /// <summary>The project's list of findings that do not count; null for none.</summary>
    public string? IgnoreFile { get; init; }

    /// <summary>OpenVEX documents.</summary>
    public ImmutableArray<string> VexFiles { get; init; } = [];

    /// <summary>Sources that have nothing newer than this are called stale.</summary>
    public TimeSpan MaxAdvisoryAge { get; init; } = TimeSpan.FromDays(14);
}
