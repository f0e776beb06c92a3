using NuGet.Versioning;

namespace ImmutableBuild.Scanning.Versions;

/// <summary>How an ecosystem orders the versions of its packages.</summary>
/// <param name="Compare">A total order over all strings; negative when the first is older.</param>
/// <param name="IsVersion">Whether the ecosystem itself would take a string for a version.</param>
internal sealed record VersionOrder(Comparison<string> Compare, Func<string, bool> IsVersion)
{
    /// <summary>NuGet: SemVer 2 with an optional fourth number; build metadata does not count.</summary>
    public static VersionOrder NuGet { get; } = new(CompareNuGet, text => NuGetVersion.TryParse(text, out _));

    /// <summary>dpkg (deb-version(7)).</summary>
    public static VersionOrder Dpkg { get; } = new(DpkgVersion.Compare, DpkgVersion.IsVersion);

    /// <summary>apk-tools.</summary>
    public static VersionOrder Apk { get; } = new(ApkVersion.Compare, ApkVersion.IsVersion);

    // What is no version sorts before all versions, so that the order stays total.
    private static int CompareNuGet(string left, string right)
    {
        var a = NuGetVersion.TryParse(left, out var x);
        var b = NuGetVersion.TryParse(right, out var y);
        return a && b ? VersionComparer.VersionRelease.Compare(x, y)
            : a == b ? string.CompareOrdinal(left, right)
            : a ? 1 : -1;
    }
}
