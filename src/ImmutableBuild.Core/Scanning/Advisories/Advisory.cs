using System.Collections.Immutable;

namespace ImmutableBuild.Scanning.Advisories;

/// <summary>A known vulnerability (OSV schema 1.6).</summary>
internal sealed record Advisory
{
    /// <summary>Its id in the source's own scheme, <c>GHSA-…</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Other ids of the same vulnerability, <c>CVE-…</c>; for Debian also the ones it answers (<c>upstream</c>).</summary>
    public ImmutableArray<string> Aliases { get; init; } = [];

    /// <summary>One line.</summary>
    public string Summary { get; init; } = "";

    /// <summary>When the record last changed.</summary>
    public DateTimeOffset? Modified { get; init; }

    /// <summary>How bad it is.</summary>
    public FindingSeverity Severity { get; init; } = FindingSeverity.Unknown;

    /// <summary>The packages it speaks of.</summary>
    public ImmutableArray<AffectedPackage> Affected { get; init; } = [];

    /// <summary>The file it was read from.</summary>
    public required string File { get; init; }
}

/// <summary>A package that an advisory speaks of, and which versions of it are affected.</summary>
/// <param name="Ecosystem"><c>NuGet</c>, <c>Debian:12</c>, <c>Alpine:v3.20</c>, …</param>
/// <param name="Name">The package's name in that ecosystem; a source package in Debian.</param>
/// <param name="Ranges">Ranges in the ecosystem's own order.</param>
/// <param name="Versions">Single versions.</param>
/// <param name="Severity">How bad it is for this package, where the advisory says so here.</param>
internal sealed record AffectedPackage(
    string Ecosystem,
    string Name,
    ImmutableArray<ImmutableArray<RangeEvent>> Ranges,
    ImmutableArray<string> Versions,
    FindingSeverity? Severity = null);

/// <summary>Where a range of affected versions begins or ends (OSV schema, <c>affected[].ranges[].events[]</c>).</summary>
internal sealed record RangeEvent(RangeEventKind Kind, string Version);

/// <summary>What happens at a <see cref="RangeEvent"/>'s version.</summary>
internal enum RangeEventKind
{
    /// <summary>From this version on, affected; <c>0</c> is before every version.</summary>
    Introduced,

    /// <summary>After this version, affected: NuGet's ranges know it, OSV's don't.</summary>
    IntroducedAfter,

    /// <summary>From this version on, not affected.</summary>
    Fixed,

    /// <summary>After this version, not affected.</summary>
    LastAffected,

    /// <summary>The range says nothing of this version and later ones.</summary>
    Limit,
}
