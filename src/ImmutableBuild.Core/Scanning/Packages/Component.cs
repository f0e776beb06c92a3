using System.Collections.Immutable;
using ImmutableBuild.Images;

namespace ImmutableBuild.Scanning.Packages;

/// <summary>What sort of thing a component is; the words are CycloneDX's.</summary>
internal enum ComponentKind
{
    /// <summary>The app itself, or a project of its repository.</summary>
    Application,

    /// <summary>A package.</summary>
    Library,

    /// <summary>A runtime or shared framework.</summary>
    Framework,
}

/// <summary>Something with a name and a version that is in the image.</summary>
internal sealed record Component
{
    /// <summary>What sort of thing it is.</summary>
    public required ComponentKind Kind { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its version.</summary>
    public required string Version { get; init; }

    /// <summary>Its package URL; null for a project, which is no package of any registry.</summary>
    public string? Purl { get; init; }

    /// <summary>Its name within the SBOM, unique and derived: the package URL, or the project's name.</summary>
    public string Reference => Purl ?? $"project:{Name}@{Version}";

    /// <summary>What advisories call it; null where none can speak of it.</summary>
    public AdvisoryIdentity? Advisory { get; init; }

    /// <summary>SHA-512 of the package it was restored from, lower-case hex; null where not known.</summary>
    public string? PackageSha512 { get; init; }

    /// <summary>What it may be used under, as it says itself; null where it doesn't say.</summary>
    public License? License { get; init; }

    /// <summary>Who made or packed it, without an address; null where it doesn't say.</summary>
    public string? Supplier { get; init; }

    /// <summary>The files that say it is there, in order.</summary>
    public required ImmutableSortedSet<string> Locations { get; init; }

    /// <summary>The layer it came in.</summary>
    public required Digest Layer { get; init; }

    /// <summary>The references of the components it needs, in order.</summary>
    public ImmutableSortedSet<string> DependsOn { get; init; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);
}

/// <summary>What advisories call a component.</summary>
/// <param name="Ecosystem">OSV's name of the ecosystem, <c>NuGet</c> or <c>Debian:12</c>.</param>
/// <param name="Name">The package; in Debian and Alpine the source package, in distributions of rpm the installed one.</param>
/// <param name="Version">Its version; in Debian the source package's.</param>
internal sealed record AdvisoryIdentity(string Ecosystem, string Name, string Version)
{
    /// <summary>What it was built from, where advisories may speak of that; null where they speak of packages as they are installed.</summary>
    public AdvisoryIdentity? Source { get; init; }
}
