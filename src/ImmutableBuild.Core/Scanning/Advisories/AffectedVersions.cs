using System.Collections.Immutable;
using ImmutableBuild.Scanning.Versions;

namespace ImmutableBuild.Scanning.Advisories;

/// <summary>Decides whether a version is affected (OSV schema, "Evaluation").</summary>
internal static class AffectedVersions
{
    /// <summary>Whether <paramref name="version"/> is one of the package's affected versions. Throws <see cref="FormatException"/> where a range can't be ordered.</summary>
    public static bool Include(AffectedPackage package, string version, VersionOrder order) =>
        package.Versions.Any(listed => order.Compare(listed, version) == 0)
        || package.Ranges.Any(range => IsInRange(range, version, order));

    /// <summary>The oldest version that ends an affected range above <paramref name="version"/>; null where no fix is known.</summary>
    public static string? FirstFix(AffectedPackage package, string version, VersionOrder order)
    {
        var fixes = package.Ranges.SelectMany(range => range)
            .Where(e => e.Kind == RangeEventKind.Fixed && order.Compare(e.Version, version) > 0)
            .Select(e => e.Version)
            .Order(Comparer<string>.Create(order.Compare));
        return fixes.FirstOrDefault(fix => !Include(package, fix, order));
    }

    private static bool IsInRange(ImmutableArray<RangeEvent> events, string version, VersionOrder order)
    {
        if (events.Where(e => e.Kind == RangeEventKind.Limit).ToArray() is { Length: > 0 } limits
            && limits.All(limit => limit.Version != "*" && order.Compare(version, limit.Version) >= 0))
        {
            return false;
        }

        var affected = false;
        foreach (var e in events.Where(e => e.Kind != RangeEventKind.Limit).OrderBy(e => e, Comparer<RangeEvent>.Create((a, b) => CompareEvents(a, b, order))))
        {
            affected = e.Kind switch
            {
                RangeEventKind.Introduced => affected || IsZero(e) || Order(e, version, order) <= 0,
                RangeEventKind.IntroducedAfter => affected || Order(e, version, order) < 0,
                RangeEventKind.Fixed => affected && Order(e, version, order) > 0,
                _ => affected && Order(e, version, order) >= 0,
            };
        }

        return affected;
    }

    private static bool IsZero(RangeEvent e) => e.Kind == RangeEventKind.Introduced && e.Version == "0";

    // Compares the event's version with the installed one.
    private static int Order(RangeEvent e, string version, VersionOrder order) => order.IsVersion(e.Version)
        ? order.Compare(e.Version, version)
        : throw new FormatException($"'{e.Version}' is no version of its ecosystem");

    private static int CompareEvents(RangeEvent a, RangeEvent b, VersionOrder order)
    {
        if (IsZero(a) || IsZero(b))
        {
            return IsZero(b).CompareTo(IsZero(a));
        }

        var byVersion = order.Compare(a.Version, b.Version);
        return byVersion != 0 ? byVersion : Rank(a.Kind) - Rank(b.Kind);
    }

    // At one version: a fix ends what was before it, a range that begins there holds from there, and a last affected version ends what holds up to it.
    private static int Rank(RangeEventKind kind) => kind switch { RangeEventKind.Fixed => 0, RangeEventKind.Introduced => 1, RangeEventKind.LastAffected => 2, _ => 3 };
}
