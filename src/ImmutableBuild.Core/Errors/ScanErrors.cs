using System.Collections.Immutable;
using System.Globalization;
using ImmutableBuild.Images;
using ImmutableBuild.Scanning.Content;

namespace ImmutableBuild.Errors;

/// <summary>IMB3: scan. IMB31xx are the content rules, which name findings and are never thrown alone.</summary>
public static class ScanErrors
{
    private static readonly ErrorDescriptor GateFailedDescriptor = new(
        "IMB3001", "The scan found something at or over the gate",
        "The image holds a package with a known vulnerability, or content that a rule refuses, of the severity ImmutableFailOn or worse.",
        "The message names the worst findings and the way out of each; scan.sarif and scan.json list them all. Mend them, or move the gate with ImmutableFailOn if you accept the risk.");

    private static readonly ErrorDescriptor NotAssessedDescriptor = new(
        "IMB3002", "The image could not be assessed as a whole",
        "Nothing at or over the gate was found, but something could not be looked at: no advisories at hand, none for a distribution, or a file that could not be read. A protected environment refuses that, any other warns.",
        "Set ImmutableAdvisories to a directory of OSV advisories that covers the ecosystems in the message, and mend what could not be read.");

    private static readonly ErrorDescriptor AdvisoryInvalidDescriptor = new(
        "IMB3003", "An advisory cannot be understood",
        "A file of the advisory directory is no OSV advisory, or names a version that its ecosystem does not have. It is never skipped: what it warns of would go unseen.",
        "Fetch the file again from its source, or remove it from the directory if it does not belong there.");

    private static readonly ErrorDescriptor AdvisoryDirectoryDescriptor = new(
        "IMB3004", "The advisory directory cannot be read",
        "ImmutableAdvisories names a directory that does not exist or that this user may not read.",
        "Check the path, or leave the property empty to release without advisories where the environment allows it.");

    private static readonly ErrorDescriptor AdvisoriesStaleDescriptor = new(
        "IMB3005", "The advisories are old",
        "The newest advisory changed more than two weeks ago; vulnerabilities found since then go unseen.",
        "Fetch the advisories again.");

    private static readonly ErrorDescriptor GateUnknownDescriptor = new(
        "IMB3006", "The gate is no known severity",
        "ImmutableFailOn has another value than low, medium, high, critical or none.",
        "Set it to one of these.");

    /// <summary>The rows of this range.</summary>
    public static ImmutableArray<ErrorDescriptor> All { get; } =
    [
        GateFailedDescriptor, NotAssessedDescriptor, AdvisoryInvalidDescriptor, AdvisoryDirectoryDescriptor, AdvisoriesStaleDescriptor, GateUnknownDescriptor,
        .. ContentRules.Descriptors,
    ];

    /// <summary>Findings at or over the gate. <paramref name="worst"/> are one line each, the worst first.</summary>
    public static ImmutableBuildException GateFailed(Digest image, string failOn, int count, IReadOnlyCollection<string> worst, string reportFile) => new(new Diagnostic(
        GateFailedDescriptor,
        $"The scan of {image} found {count} at or over '{failOn}': {string.Join(" | ", worst)}{(count > worst.Count ? $" | and {count - worst.Count} more" : "")}. All are in {reportFile}. Mend them, or move the gate with ImmutableFailOn.",
        Location: new SourceLocation(reportFile)));

    /// <summary>Something could not be looked at: an error in a protected environment, a warning elsewhere.</summary>
    public static Diagnostic NotAssessed(Digest image, IReadOnlyCollection<string> reasons, Severity severity) => new(
        NotAssessedDescriptor,
        $"The scan of {image} is not complete: {string.Join("; ", reasons)}. Set ImmutableAdvisories to a directory of OSV advisories that covers what is in the image, and mend what could not be read.",
        severity);

    /// <summary>A file that is no advisory (N3).</summary>
    public static ImmutableBuildException AdvisoryInvalid(string file, string why, Exception? inner = null) => new(
        new Diagnostic(AdvisoryInvalidDescriptor, $"Expected an OSV advisory in {file}: {why}. Fetch it again, or remove it.", Location: new SourceLocation(file)), inner);

    /// <summary>The directory is missing or closed.</summary>
    public static ImmutableBuildException AdvisoryDirectoryUnreadable(string directory, Exception inner) => new(
        new Diagnostic(AdvisoryDirectoryDescriptor, $"The advisory directory {directory} cannot be read: {inner.Message} Check ImmutableAdvisories."), inner);

    /// <summary>The advisories were not fetched for long (N2).</summary>
    public static Diagnostic AdvisoriesStale(string directory, DateTimeOffset newest, TimeSpan age) => new(
        AdvisoriesStaleDescriptor,
        string.Create(CultureInfo.InvariantCulture, $"The newest advisory in {directory} changed {age.TotalDays:F0} days ago ({newest:u}); what was found since goes unseen. Fetch the advisories again."),
        Severity.Warning);

    /// <summary>The gate is a word that is not known.</summary>
    public static ImmutableBuildException GateUnknown(string failOn) => new(new Diagnostic(
        GateUnknownDescriptor, $"ImmutableFailOn is '{failOn}'; expected low, medium, high, critical or none."));
}
