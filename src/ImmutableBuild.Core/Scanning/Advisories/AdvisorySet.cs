using System.Collections.Immutable;
using ImmutableBuild.Images;

namespace ImmutableBuild.Scanning.Advisories;

/// <summary>All advisories of a source, found by ecosystem and package.</summary>
internal sealed class AdvisorySet
{
    private readonly ILookup<(string Ecosystem, string Name), (Advisory Advisory, AffectedPackage Package)> _byPackage;
    private readonly HashSet<string> _ecosystems;

    /// <summary>Builds the set; <paramref name="content"/> is the digest of all it was read from.</summary>
    public AdvisorySet(ImmutableArray<Advisory> advisories, Digest content)
    {
        Count = advisories.Length;
        Content = content;
        Newest = advisories.Max(advisory => advisory.Modified);
        var affected = advisories.SelectMany(advisory => advisory.Affected.Select(package => (Advisory: advisory, Package: package))).ToArray();
        _byPackage = affected.ToLookup(entry => Key(entry.Package.Ecosystem, entry.Package.Name));
        _ecosystems = [.. affected.Select(entry => EcosystemName.Release(entry.Package.Ecosystem))];
    }

    /// <summary>How many advisories there are, withdrawn ones not counted.</summary>
    public int Count { get; }

    /// <summary>The digest of the files.</summary>
    public Digest Content { get; }

    /// <summary>When the newest advisory changed; null where none says so.</summary>
    public DateTimeOffset? Newest { get; }

    /// <summary>When the advisories were fetched; null for what the user provides.</summary>
    public DateTimeOffset? Fetched { get; init; }

    /// <summary>The ecosystem that the source speaks of by what it is, though it may know nothing of it today.</summary>
    public string? Ecosystem { get; init; }

    /// <summary>Whether the source speaks of the ecosystem at all; where it doesn't, finding nothing means nothing.</summary>
    public bool Covers(string ecosystem) => ecosystem == Ecosystem || _ecosystems.Contains(EcosystemName.Release(ecosystem));

    /// <summary>What speaks of the package.</summary>
    public IEnumerable<(Advisory Advisory, AffectedPackage Package)> About(string ecosystem, string name) => _byPackage[Key(ecosystem, name)];

    // NuGet's ids are compared without case.
    private static (string Ecosystem, string Name) Key(string ecosystem, string name) =>
        (EcosystemName.Release(ecosystem), ecosystem == "NuGet" ? name.ToLowerInvariant() : name);
}
