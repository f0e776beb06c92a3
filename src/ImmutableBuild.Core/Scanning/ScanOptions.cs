using System.Collections.Immutable;
using ImmutableBuild.Scanning.Scanners;

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

    /// <summary>The service index of a NuGet feed that tells which packages are vulnerable; null for none.</summary>
    public Uri? NuGetAudit { get; init; }

    /// <summary><c>Packages</c> indexes of Debian security suites: files or URLs.</summary>
    public ImmutableArray<string> DebianSecurity { get; init; } = [];

    /// <summary>The keys that have to have signed those suites, as gpgv takes them; null to leave their signatures unverified.</summary>
    public string? DebianKeyring { get; init; }

    /// <summary>How long what was fetched is not fetched again.</summary>
    public TimeSpan AdvisoryRefresh { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Scanners of others that are asked too.</summary>
    public ImmutableArray<ScannerProgram> Scanners { get; init; } = [];

    /// <summary>Where their databases are, each in a directory of its name; null for <c>cache/scanners</c> in the data directory.</summary>
    public string? ScannerData { get; init; }

    /// <summary>The project's list of findings that do not count; null for none.</summary>
    public string? IgnoreFile { get; init; }

    /// <summary>OpenVEX documents.</summary>
    public ImmutableArray<string> VexFiles { get; init; } = [];

    /// <summary>Sources that have nothing newer than this are called stale.</summary>
    public TimeSpan MaxAdvisoryAge { get; init; } = TimeSpan.FromDays(14);
}
