using System.Collections.Immutable;
using ImmutableBuild.Scanning.Scanners;
using static ImmutableBuild.Releases.Options.OptionTypes;

namespace ImmutableBuild.Releases.Options;

/// <summary>The part of the <see cref="OptionCatalogue"/> that says what the scanner looks at and what it refuses.</summary>
public static class ScanCatalogue
{
    /// <summary>The gate.</summary>
    public static PropertyOption<string> FailOn { get; } = new("ImmutableFailOn", Word("low", "medium", "high", "critical", "none"), "high", "Findings of this severity or worse fail the scan; `none` only reports.");

    /// <summary>The gate for what nobody has mended yet.</summary>
    public static PropertyOption<string> FailOnUnfixed { get; } = new("ImmutableFailOnUnfixed", Word("low", "medium", "high", "critical", "none"), null, "The same for vulnerabilities without a known fix: `critical` or `none` lets a release go on while there is nothing to upgrade to. Default: what `ImmutableFailOn` says.");

    /// <summary>OSV advisories.</summary>
    public static PropertyOption<ImmutableArray<string>> Advisories { get; } = new("ImmutableAdvisories", FilePaths, null, "OSV advisories: directories of JSON files, and zips of them. Default: none; where no source is given at all, the verdict says that nothing was assessed.");

    /// <summary>A NuGet feed's own knowledge.</summary>
    public static PropertyOption<Uri?> NuGetAudit { get; } = new("ImmutableNuGetAudit", Address, null, "The service index (`https://…/index.json`) of a NuGet feed that tells which packages are vulnerable (its resource `VulnerabilityInfo/6.7.0`). Default: none.");

    /// <summary>Debian's security suites.</summary>
    public static PropertyOption<ImmutableArray<string>> DebianSecurity { get; } = new("ImmutableDebianSecurity", FilePaths, null, "`Packages` indexes of Debian security suites, files or URLs, separated by `;`, plain, `.gz` or `.xz`: `…/dists/bookworm-security/main/binary-amd64/Packages.xz`. What is newer in one than in the image is a security update that is out and not installed.");

    /// <summary>Debian's keys.</summary>
    public static PropertyOption<string> DebianKeyring { get; } = new("ImmutableDebianKeyring", FilePath, null, "The keyring that the suites of `ImmutableDebianSecurity` have to be signed by, `/usr/share/keyrings/debian-archive-keyring.gpg` say; verified by the program `gpgv`. Default: none, and the signatures are not verified.");

    /// <summary>How long what was fetched stays fresh.</summary>
    public static PropertyOption<TimeSpan> AdvisoryRefresh { get; } = new("ImmutableAdvisoryRefresh", Duration, "24h", "How long what was fetched of `ImmutableNuGetAudit` and `ImmutableDebianSecurity` is used before it is asked for again. Until then a scan needs no network.");

    /// <summary>Scanners of others.</summary>
    public static PropertyOption<ImmutableArray<ScannerProgram>> Scanners { get; } = new("ImmutableScanners", ScannerPrograms, null, "Scanners of others that are asked too: `trivy` or `grype` on the PATH, or paths of such programs. `trivy@sha256:…` pins the program. They get none of the build's variables and fetch nothing.");

    /// <summary>Their databases.</summary>
    public static PropertyOption<string> ScannerData { get; } = new("ImmutableScannerData", FilePath, null, "Where the databases of `ImmutableScanners` are, in directories `trivy` and `grype`. Default: `cache/scanners` in the data directory.");

    /// <summary>How old a source may be.</summary>
    public static PropertyOption<int> MaxAdvisoryAge { get; } = new("ImmutableMaxAdvisoryAge", WholeNumber(1, 3650), "14", "Days after which a source that has nothing newer is called stale: a warning, in a protected environment an error.");

    /// <summary>The ignore file.</summary>
    public static PropertyOption<string> IgnoreFile { get; } = new("ImmutableIgnoreFile", FilePath, null, "Findings that do not count, each with a reason and the day on which that ends. Default: `immutable.ignore.json` beside the project, where there is one.");

    /// <summary>VEX documents.</summary>
    public static PropertyOption<ImmutableArray<string>> Vex { get; } = new("ImmutableVex", FilePaths, null, "OpenVEX documents: what they call `not_affected` or `fixed` does not count, for the very products they name.");

    /// <summary>All properties, in the order they are documented.</summary>
    public static ImmutableArray<PropertyOption> All { get; } = [FailOn, FailOnUnfixed, Advisories, NuGetAudit, DebianSecurity, DebianKeyring, AdvisoryRefresh, Scanners, ScannerData, MaxAdvisoryAge, IgnoreFile, Vex];

    private static OptionType<Uri?> Address => new(
        "an absolute URL: https, or http on this machine",
        (string text, out Uri? value) => Uri.TryCreate(text, UriKind.Absolute, out value) && (value.Scheme == Uri.UriSchemeHttps || (value.Scheme == Uri.UriSchemeHttp && value.IsLoopback)));

    private static OptionType<ImmutableArray<ScannerProgram>> ScannerPrograms => new(
        "programs separated by ';', each called trivy… or grype…, with its path unless it is on the PATH, and @sha256:… to pin it",
        (string text, out ImmutableArray<ScannerProgram> value) =>
        {
            var scanners = text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(part => ScannerProgram.TryParse(part, out var scanner) ? scanner : null).ToArray();
            value = [.. scanners.OfType<ScannerProgram>()];
            return value.Length == scanners.Length;
        });
}
