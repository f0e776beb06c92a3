using System.Collections.Immutable;
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

    /// <summary>How old a source may be.</summary>
    public static PropertyOption<int> MaxAdvisoryAge { get; } = new("ImmutableMaxAdvisoryAge", WholeNumber(1, 3650), "14", "Days after which a source that has nothing newer is called stale: a warning, in a protected environment an error.");

    /// <summary>The ignore file.</summary>
    public static PropertyOption<string> IgnoreFile { get; } = new("ImmutableIgnoreFile", FilePath, null, "Findings that do not count, each with a reason and the day on which that ends. Default: `immutable.ignore.json` beside the project, where there is one.");

    /// <summary>VEX documents.</summary>
    public static PropertyOption<ImmutableArray<string>> Vex { get; } = new("ImmutableVex", FilePaths, null, "OpenVEX documents: what they call `not_affected` or `fixed` does not count, for the very products they name.");

    /// <summary>All properties, in the order they are documented.</summary>
    public static ImmutableArray<PropertyOption> All { get; } = [FailOn, FailOnUnfixed, Advisories, MaxAdvisoryAge, IgnoreFile, Vex];
}
