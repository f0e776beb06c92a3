using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Scanning.Packages;
using ImmutableBuild.Scanning.Versions;

namespace ImmutableBuild.Scanning.Advisories;

/// <summary>Finds the advisories that speak of a component's version.</summary>
internal static class AdvisoryMatcher
{
    /// <summary>What is known of the components; advisories of one vulnerability are one entry. Throws IMB3003 where a range can't be ordered.</summary>
    /// <param name="components">What is in the image. One whose version its ecosystem doesn't know is passed over.</param>
    /// <param name="advisories">The advisories.</param>
    /// <param name="source">What they are called.</param>
    public static IEnumerable<KnownVulnerability> Match(IEnumerable<Component> components, AdvisorySet advisories, string source) =>
        components.SelectMany(component => component.Advisory is { } identity && VersionOrder.Of(identity.Ecosystem) is { } order && order.IsVersion(identity.Version)
            ? Match(component, identity, order, advisories, source)
            : []);

    private static IEnumerable<KnownVulnerability> Match(Component component, AdvisoryIdentity identity, VersionOrder order, AdvisorySet advisories, string source)
    {
        var hits = new[] { identity, identity.Source }.OfType<AdvisoryIdentity>().Where(name => order.IsVersion(name.Version)).SelectMany(name => advisories.About(name.Ecosystem, name.Name)
            .Where(entry => IsAffected(entry, name.Version, order))
            .Select(entry => new Hit(entry.Advisory, entry.Package.Severity ?? entry.Advisory.Severity, AffectedVersions.FirstFix(entry.Package, name.Version, order))));
        return SharedIds.Group(hits, hit => hit.Ids).Select(group => ToVulnerability(component, group, order, source));
    }

    private static bool IsAffected((Advisory Advisory, AffectedPackage Package) entry, string version, VersionOrder order)
    {
        try
        {
            return AffectedVersions.Include(entry.Package, version, order);
        }
        catch (FormatException fault)
        {
            throw ScanErrors.AdvisoryInvalid(entry.Advisory.File, fault.Message, fault);
        }
    }

    // The way out has to answer all advisories of the group, so it is the newest of their fixes, and none where one of them has no fix. The worst
    // severity counts, and an unknown one is worse than a mild one: an advisory may be about several vulnerabilities, of which another one rates only some.
    private static KnownVulnerability ToVulnerability(Component component, ImmutableArray<Hit> group, VersionOrder order, string source) => new(
        component,
        [.. group.SelectMany(hit => hit.Ids).Distinct(StringComparer.Ordinal)],
        group.Max(hit => hit.Severity),
        group.Any(hit => hit.Fix is null) ? null : group.Select(hit => hit.Fix!).Max(Comparer<string>.Create(order.Compare)),
        group.Select(hit => hit.Advisory.Summary).FirstOrDefault(summary => summary.Length > 0) ?? "",
        source);

    private sealed record Hit(Advisory Advisory, FindingSeverity Severity, string? Fix)
    {
        public ImmutableArray<string> Ids { get; } = [Advisory.Id, .. Advisory.Aliases];
    }
}
