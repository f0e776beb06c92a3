using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Scanning.Packages;
using ImmutableBuild.Scanning.Versions;

namespace ImmutableBuild.Scanning.Advisories;

/// <summary>Makes one finding of what several sources know of one vulnerability in one component.</summary>
internal static class MergedVulnerabilities
{
    /// <summary>The findings, in no particular order.</summary>
    /// <param name="known">What the sources know.</param>
    /// <param name="baseLayers">The layers of the base image; null where they are not known.</param>
    public static IEnumerable<Finding> Of(IEnumerable<KnownVulnerability> known, ImmutableHashSet<Digest>? baseLayers) =>
        known.GroupBy(vulnerability => vulnerability.Component.Reference, StringComparer.Ordinal)
            .SelectMany(component => SharedIds.Group(component, vulnerability => vulnerability.Ids))
            .Select(group => ToFinding(group, baseLayers));

    private static Finding ToFinding(ImmutableArray<KnownVulnerability> group, ImmutableHashSet<Digest>? baseLayers)
    {
        var component = group[0].Component;
        var ids = group.SelectMany(vulnerability => vulnerability.Ids).Distinct(StringComparer.OrdinalIgnoreCase).OrderBy(Rank).ThenBy(id => id, StringComparer.Ordinal).ToArray();
        FindingOrigin? origin = baseLayers is null ? null : baseLayers.Contains(component.Layer) ? FindingOrigin.Base : FindingOrigin.Own;
        // A source that knows no fix may be behind one that does. The fix counts: the gate is stricter with what can be fixed.
        var fix = group.Select(vulnerability => vulnerability.Fix).OfType<string>().Order(ComparerOf(component)).LastOrDefault();
        return new Finding
        {
            Id = ids[0],
            Aliases = [.. ids.Skip(1)],
            Severity = group.Max(vulnerability => vulnerability.Severity),
            Subject = $"{component.Name} {component.Version}",
            Message = group.Select(vulnerability => vulnerability.Summary).FirstOrDefault(summary => summary.Length > 0) ?? "No summary is given.",
            WayOut = FixAdvice.For(component, fix, origin),
            Path = component.Locations.FirstOrDefault(),
            Layer = component.Layer,
            Purl = component.Purl,
            Fix = fix is null ? null : PrintableText.Of(fix),
            IsFixable = fix is not null,
            Origin = origin,
            Sources = [.. group.Select(vulnerability => vulnerability.Source).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
        };
    }

    private static Comparer<string> ComparerOf(Component component) =>
        Comparer<string>.Create((component.Advisory is { } identity ? VersionOrder.Of(identity.Ecosystem) : null)?.Compare ?? string.CompareOrdinal);

    private static int Rank(string id) => id.StartsWith("CVE-", StringComparison.Ordinal) ? 0 : id.StartsWith("GHSA-", StringComparison.Ordinal) ? 1 : 2;
}
