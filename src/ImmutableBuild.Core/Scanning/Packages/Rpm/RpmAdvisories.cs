namespace ImmutableBuild.Scanning.Packages;

/// <summary>What the advisories of a distribution call a package of rpm's, each in its own way.</summary>
internal static class RpmAdvisories
{
    private const string SourceSuffix = ".src.rpm";

    // Advisories of these list each installed package. Those of other distributions may name the source package instead, and write no epochs, or only some.
    private static readonly string[] OfInstalledPackages = ["Red Hat", "AlmaLinux"];
    private static readonly string[] WithEpochs = ["Red Hat", "AlmaLinux", "Rocky Linux"];

    /// <summary>The names and versions that advisories may speak of it by.</summary>
    /// <param name="ecosystem">OSV's name of the distribution.</param>
    /// <param name="name">The package.</param>
    /// <param name="epoch">Its epoch; null for none.</param>
    /// <param name="version">Its version and release.</param>
    /// <param name="sourceRpm">The file it was built from, <c>openssl-3.0.7-24.el9.src.rpm</c>; null where it doesn't say.</param>
    public static AdvisoryIdentity IdentityOf(string ecosystem, string name, string? epoch, string version, string? sourceRpm)
    {
        // Where advisories write no epoch, the installed version is compared without its own: with an epoch, it would always be newer than the fix.
        var family = ecosystem.Split(':')[0];
        var prefix = epoch is null || !WithEpochs.Contains(family, StringComparer.Ordinal) ? "" : $"{epoch}:";
        var identity = new AdvisoryIdentity(ecosystem, name, prefix + version);
        return OfInstalledPackages.Contains(family, StringComparer.Ordinal) || Split(sourceRpm) is not var (sourceName, sourceVersion) || (sourceName == name && sourceVersion == version)
            ? identity
            : identity with { Source = new AdvisoryIdentity(ecosystem, sourceName, prefix + sourceVersion) };
    }

    // name-version-release: a version has no dash, a name may have.
    private static (string Name, string Version)? Split(string? sourceRpm)
    {
        var text = sourceRpm?.EndsWith(SourceSuffix, StringComparison.Ordinal) == true ? sourceRpm[..^SourceSuffix.Length] : "";
        var release = text.LastIndexOf('-');
        var version = release > 0 ? text.LastIndexOf('-', release - 1) : -1;
        return version > 0 ? (text[..version], text[(version + 1)..]) : null;
    }
}
