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

    /// <summary>rpm.</summary>
    public static VersionOrder Rpm { get; } = new(RpmVersion.Compare, RpmVersion.IsVersion);

    /// <summary>The order of an ecosystem of OSV's, <c>NuGet</c> or <c>Debian:12</c>; null for one that is not known.</summary>
    public static VersionOrder? Of(string ecosystem) => ecosystem.Split(':')[0] switch
    {
        "NuGet" => NuGet,
        "Debian" or "Ubuntu" => Dpkg,
        "Alpine" or "Alpaquita" or "BellSoft Hardened Containers" or "Chainguard" or "Wolfi" => Apk,
        "AlmaLinux" or "Azure Linux" or "Fedora" or "Mageia" or "openEuler" or "openSUSE" or "Photon OS" or "Red Hat" or "Rocky Linux" or "SUSE" => Rpm,
        _ => null,
    };

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
