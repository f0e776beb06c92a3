using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Scanning.Packages;
using ImmutableBuild.Scanning.Versions;

namespace ImmutableBuild.Scanning.Advisories;

/// <summary>Finds the advisories that speak of a component's version.</summary>
internal static class AdvisoryMatcher
{
    /// <summary>What is known of the components; several advisories of one vulnerability make one finding. Throws IMB3003 where a range can't be ordered.</summary>
    public static IEnumerable<Finding> Match(IEnumerable<Component> components, AdvisorySet advisories) =>
        components.Where(component => component.Advisory is not null).SelectMany(component => Match(component, component.Advisory!, advisories));

    /// <summary>The order of an ecosystem's versions; null for one that is not known.</summary>
    public static VersionOrder? OrderOf(string ecosystem) => ecosystem.Split(':')[0] switch
    {
        "NuGet" => VersionOrder.NuGet,
        "Debian" or "Ubuntu" => VersionOrder.Dpkg,
        "Alpine" => VersionOrder.Apk,
        _ => null,
    };

    private static IEnumerable<Finding> Match(Component component, AdvisoryIdentity identity, AdvisorySet advisories)
    {
        var order = OrderOf(identity.Ecosystem)!;
        var hits = advisories.About(identity.Ecosystem, identity.Name)
            .Where(entry => IsAffected(entry, identity.Version, order))
            .Select(entry => new Hit(entry.Advisory, entry.Package.Severity ?? entry.Advisory.Severity, AffectedVersions.FirstFix(entry.Package, identity.Version, order)))
            .ToArray();
        return SameVulnerability(hits).Select(group => ToFinding(component, group, order));
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

    // Advisories that share an id, directly or through a third one.
    private static List<List<Hit>> SameVulnerability(IEnumerable<Hit> hits)
    {
        var groups = new List<List<Hit>>();
        foreach (var hit in hits)
        {
            var same = groups.Where(group => group.Any(other => other.Ids.Overlaps(hit.Ids))).ToArray();
            groups.RemoveAll(same.Contains);
            groups.Add([.. same.SelectMany(group => group), hit]);
        }

        return groups;
    }

    private static Finding ToFinding(Component component, List<Hit> group, VersionOrder order)
    {
        var ids = group.SelectMany(hit => hit.Ids).Distinct(StringComparer.Ordinal).OrderBy(Rank).ThenBy(id => id, StringComparer.Ordinal).ToArray();
        // All advisories of the group must be answered, so the newest of their fixes is the way out; one without a fix has none.
        var fix = group.Any(hit => hit.Fix is null) ? null : group.Select(hit => hit.Fix!).Max(Comparer<string>.Create(order.Compare));
        return new Finding
        {
            Id = ids[0],
            Aliases = [.. ids.Skip(1)],
            // An advisory of the group may answer several vulnerabilities, so a mild one's severity says nothing of one without any.
            Severity = group.Max(hit => hit.Severity),
            Subject = $"{component.Name} {component.Version}",
            Message = group.Select(hit => hit.Advisory.Summary).FirstOrDefault(summary => summary.Length > 0) ?? "No summary is given.",
            WayOut = fix is null ? "No fixed version is known: remove the package, or follow the advisory for a workaround." : $"Upgrade {PrintableText.Of(component.Name)} to {PrintableText.Of(fix)} or later.",
            Path = component.Locations[0],
            Layer = component.Layer,
        };
    }

    private static int Rank(string id) => id.StartsWith("CVE-", StringComparison.Ordinal) ? 0 : id.StartsWith("GHSA-", StringComparison.Ordinal) ? 1 : 2;

    private sealed record Hit(Advisory Advisory, FindingSeverity Severity, string? Fix)
    {
        public ImmutableHashSet<string> Ids { get; } = [Advisory.Id, .. Advisory.Aliases];
    }
}
