using System.Collections.Immutable;

namespace ImmutableBuild.Scanning.Scanners;

/// <summary>What a scanner of others says.</summary>
/// <param name="ImageId">The image it looked at: the digest of its configuration; null where it doesn't say.</param>
/// <param name="Types">The ecosystems it looked at, the first part of OSV's names in upper case: <c>DEBIAN</c>, <c>NUGET</c>.</param>
/// <param name="Vulnerabilities">What it found.</param>
/// <param name="NotAssessed">What it could not tell.</param>
/// <param name="DatabaseBuilt">When its database was made, where the report says so.</param>
internal sealed record ScannerReport(string? ImageId, ImmutableHashSet<string> Types, ImmutableArray<ReportedVulnerability> Vulnerabilities, ImmutableArray<string> NotAssessed, DateTimeOffset? DatabaseBuilt);

/// <summary>A vulnerability as a scanner of others reports it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Aliases">Other ids.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="Name">The package.</param>
/// <param name="Version">Its version.</param>
/// <param name="PurlType">The type of its package URL, <c>deb</c>; null where it can't be told.</param>
/// <param name="Purl">Its package URL, where the report has one.</param>
/// <param name="Fix">The version that mends it; null for none.</param>
/// <param name="Summary">One line.</param>
/// <param name="Path">The file it was found in; empty where the report doesn't say.</param>
internal sealed record ReportedVulnerability(
    string Id, ImmutableArray<string> Aliases, FindingSeverity Severity, string Name, string Version, string? PurlType, string? Purl, string? Fix, string Summary, string Path);
