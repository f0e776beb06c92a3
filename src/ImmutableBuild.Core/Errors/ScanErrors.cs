using System.Collections.Immutable;
using System.Globalization;
using ImmutableBuild.Generations;
using ImmutableBuild.Images;
using ImmutableBuild.Releases;
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
        "Set ImmutableAdvisories, or another source of docs/vulnerabilities.md, so that the ecosystems in the message are covered, and mend what could not be read.");

    private static readonly ErrorDescriptor AdvisoryInvalidDescriptor = new(
        "IMB3003", "An advisory cannot be understood",
        "A file of the advisory directory or zip is no OSV advisory, or names a version that its ecosystem does not have. It is never skipped: what it warns of would go unseen.",
        "Fetch the file again from its source, or remove it from the directory if it does not belong there.");

    private static readonly ErrorDescriptor AdvisoryDirectoryDescriptor = new(
        "IMB3004", "The advisory directory cannot be read",
        "ImmutableAdvisories names a directory or zip that does not exist or that this user may not read.",
        "Check the path, or leave the property empty to release without advisories where the environment allows it.");

    private static readonly ErrorDescriptor AdvisoriesStaleDescriptor = new(
        "IMB3005", "The advisories are old",
        "The newest advisory changed, or the feed was fetched, longer ago than ImmutableMaxAdvisoryAge (two weeks); vulnerabilities found since then go unseen. A protected environment refuses that, any other warns.",
        "Fetch the advisories again, or let the source be fetched.");

    private static readonly ErrorDescriptor GateUnknownDescriptor = new(
        "IMB3006", "The gate is no known severity",
        "ImmutableFailOn or ImmutableFailOnUnfixed has another value than low, medium, high, critical or none.",
        "Set it to one of these.");

    private static readonly ErrorDescriptor IgnoreFileInvalidDescriptor = new(
        "IMB3010", "The ignore file is not valid",
        "The list of findings that do not count (immutable.ignore.json, ImmutableIgnoreFile) is no JSON of its form, or an entry lacks its id, its reason or the day on which it expires.",
        "Write the entry as docs/vulnerabilities.md shows: id, reason and expires (at most a year ahead) always, purl and path to narrow it.");

    private static readonly ErrorDescriptor IgnoreExpiredDescriptor = new(
        "IMB3011", "What was ignored has to be looked at again",
        "An entry of the ignore file has expired, and what it ignored is still in the image. It fails the scan whatever its severity, so that no entry outlives its reason unseen.",
        "Mend the finding and remove the entry, or give it another day if its reason still holds.");

    private static readonly ErrorDescriptor IgnoreUnusedDescriptor = new(
        "IMB3012", "An entry of the ignore file ignores nothing",
        "No finding of the image is covered by the entry: it was mended, or the entry names it otherwise.",
        "Remove the entry.");

    private static readonly ErrorDescriptor VexInvalidDescriptor = new(
        "IMB3013", "A VEX document cannot be understood",
        "A file of ImmutableVex is no OpenVEX 0.2.0 document, or a statement lacks what its status needs: products always, a justification or impact statement for not_affected.",
        "Get the document again from whoever wrote it, or remove it.");

    private static readonly ErrorDescriptor ScannerNotUsableDescriptor = new(
        "IMB3014", "A scanner cannot be used",
        "A program of ImmutableScanners is not there, can't be started, or has another digest than it is pinned to. A scanner sees all of the image and runs in the build: one that was exchanged is not run.",
        "Install it, or correct its path. Where the digest differs, find out why before you pin another one.");

    private static readonly ErrorDescriptor ReportOfAnotherImageDescriptor = new(
        "IMB3016", "A scanner reported on another image",
        "The report names another image, or none, than the scanner was given, so it says nothing of this one.",
        "See whether the program is a wrapper that hands out an earlier report; ask the scanner itself.");

    private static readonly ErrorDescriptor FeedInvalidDescriptor = new(
        "IMB3017", "What a feed tells of vulnerable packages cannot be understood",
        "A document of the NuGet feed that ImmutableNuGetAudit names is not of the documented form. It is never skipped: what it warns of would go unseen.",
        "See whether the URL is the feed's service index; remove cache/advisories in the data directory to have it fetched again.");

    private static readonly ErrorDescriptor LiveRefusedDescriptor = new(
        "IMB3018", "What is live would be refused today",
        "Rescan looked at the image that has traffic, against what is known now, and the gate refuses what it found. The release passed when it was made; advisories, expired entries of the ignore file, or a gate that was moved say otherwise now.",
        "Release again with the fix that the message names: a newer base image (-t:UpdateBase) or a newer package.");

    private static readonly ErrorDescriptor NothingLiveDescriptor = new(
        "IMB3020", "Nothing is live to be scanned again",
        "Rescan looks at what has traffic, and no generation of this app and environment has any.",
        "Release the app, or name an image with -t:Scan -p:Image=….");

    private static readonly ErrorDescriptor ImageNotFoundDescriptor = new(
        "IMB3021", "There is no image of that name",
        "The registry, layout or store that was named has no such tag or digest.",
        "Name it as host/repository:tag, host/repository@sha256:…, local/app@sha256:…, oci:directory[:tag], or the path of an archive.");

    private static readonly ErrorDescriptor ArchiveInvalidDescriptor = new(
        "IMB3022", "A file is no archive of one image",
        "What was named is a file, and neither an OCI archive nor what `docker save` writes, uncompressed and of one image.",
        "Write it with `docker save`, `skopeo copy … oci-archive:` or ImmutableArchive; uncompress it first if it is compressed.");

    /// <summary>The rows of this range.</summary>
    public static ImmutableArray<ErrorDescriptor> All { get; } =
    [
        GateFailedDescriptor, NotAssessedDescriptor, AdvisoryInvalidDescriptor, AdvisoryDirectoryDescriptor, AdvisoriesStaleDescriptor, GateUnknownDescriptor,
        IgnoreFileInvalidDescriptor, IgnoreExpiredDescriptor, IgnoreUnusedDescriptor, VexInvalidDescriptor,
        ScannerNotUsableDescriptor, ReportOfAnotherImageDescriptor, FeedInvalidDescriptor, LiveRefusedDescriptor, NothingLiveDescriptor, ImageNotFoundDescriptor, ArchiveInvalidDescriptor,
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
        $"The scan of {image} is not complete: {string.Join("; ", reasons)}. Give it a source that covers what is in the image (ImmutableAdvisories, docs/vulnerabilities.md), and mend what could not be read.",
        severity);

    /// <summary>A file that is no advisory (N3).</summary>
    public static ImmutableBuildException AdvisoryInvalid(string file, string why, Exception? inner = null) => new(
        new Diagnostic(AdvisoryInvalidDescriptor, $"Expected an OSV advisory in {file}: {why}. Fetch it again, or remove it.", Location: new SourceLocation(file)), inner);

    /// <summary>The directory or zip is missing or closed.</summary>
    public static ImmutableBuildException AdvisoryDirectoryUnreadable(string path, Exception inner) => new(
        new Diagnostic(AdvisoryDirectoryDescriptor, $"The advisories {path} cannot be read: {inner.Message} Check ImmutableAdvisories."), inner);

    /// <summary>A source has nothing new for long (N2): an error in a protected environment, a warning elsewhere.</summary>
    public static Diagnostic AdvisoriesStale(string source, DateTimeOffset last, TimeSpan age, Severity severity) => new(
        AdvisoriesStaleDescriptor,
        string.Create(CultureInfo.InvariantCulture, $"The newest of {source} is {age.TotalDays:F0} days old ({last:u}); what was found since goes unseen. Fetch the advisories again."),
        severity);

    /// <summary>The gate is a word that is not known.</summary>
    public static ImmutableBuildException GateUnknown(string option, string failOn) => new(new Diagnostic(
        GateUnknownDescriptor, $"{option} is '{failOn}'; expected low, medium, high, critical or none."));

    /// <summary>The ignore file, or an entry of it, is not as it has to be (N7).</summary>
    public static ImmutableBuildException IgnoreFileInvalid(string file, string why, Exception? inner) => new(
        new Diagnostic(IgnoreFileInvalidDescriptor, $"The ignore file {file} is not valid: {why}. Each entry needs 'id', 'reason' and 'expires'; 'purl' and 'path' narrow it.", Location: new SourceLocation(file)), inner);

    /// <summary>An entry has expired and is still needed (N6).</summary>
    public static ImmutableBuildException IgnoreExpired(string file, string id, string subject, DateOnly expired, int count) => new(new Diagnostic(
        IgnoreExpiredDescriptor,
        string.Create(CultureInfo.InvariantCulture, $"{file} ignored {id} in {subject} until {expired:yyyy-MM-dd}{(count > 1 ? $", and {count - 1} more that have expired" : "")}; it is still in the image. Mend it, or give the entry another day if its reason still holds."),
        Location: new SourceLocation(file)));

    /// <summary>An entry that nobody needs.</summary>
    public static Diagnostic IgnoreUnused(string file, string entry) => new(
        IgnoreUnusedDescriptor, $"The entry {entry} of {file} ignores nothing in this image. Remove it.", Severity.Warning, Location: new SourceLocation(file));

    /// <summary>A file that is no VEX document.</summary>
    public static ImmutableBuildException VexInvalid(string file, string why, Exception? inner) => new(
        new Diagnostic(VexInvalidDescriptor, $"Expected an OpenVEX document in {file}: {why}. Get it again, or remove it from ImmutableVex.", Location: new SourceLocation(file)), inner);

    /// <summary>A scanner that is missing, or another one than was pinned (N9).</summary>
    public static ImmutableBuildException ScannerNotUsable(string program, string why, Exception? inner = null) => new(
        new Diagnostic(ScannerNotUsableDescriptor, $"The scanner {program} is not used: {why}. Check ImmutableScanners."), inner);

    /// <summary>A report on something else (N5).</summary>
    public static ImmutableBuildException ReportOfAnotherImage(string scanner, Digest expected, string? found) => new(new Diagnostic(
        ReportOfAnotherImageDescriptor, $"Expected {scanner}'s report on the image {expected}, found one on {(found is null ? "no image" : PrintableText.Of(found))}."));

    /// <summary>A document that is none of the protocol.</summary>
    public static ImmutableBuildException FeedInvalid(string where, string why, Exception inner) => new(
        new Diagnostic(FeedInvalidDescriptor, $"Expected what the protocol of NuGet says in {where}: {PrintableText.Of(why)}."), inner);

    /// <summary>The gate would refuse what has traffic; the reasons follow.</summary>
    public static ImmutableBuildException LiveRefused(AppKey app, GenerationId generation, ImmutableBuildException refusal) => new(
    [
        new Diagnostic(LiveRefusedDescriptor, $"{generation} of {app} is live and would be refused today ({string.Join(", ", refusal.Diagnostics.Select(reason => reason.Code))}). Release again with the fix that follows."),
        .. refusal.Diagnostics,
    ]);

    /// <summary>No generation has traffic.</summary>
    public static ImmutableBuildException NothingLive(AppKey app) => new(new Diagnostic(
        NothingLiveDescriptor, $"Expected a generation of {app} with traffic, found none. Release it, or name an image with -t:Scan -p:Image=…."));

    /// <summary>No image of that name.</summary>
    public static ImmutableBuildException ImageNotFound(string name, string where) => new(new Diagnostic(
        ImageNotFoundDescriptor, $"Expected the image {PrintableText.Of(name)} in {PrintableText.Of(where)}, and it is not there. Name it as host/repository:tag, host/repository@sha256:…, local/app@sha256:…, oci:directory[:tag], or the path of an archive."));

    /// <summary>A file that holds no image.</summary>
    public static ImmutableBuildException ArchiveInvalid(string path, string why, Exception inner) => new(
        new Diagnostic(ArchiveInvalidDescriptor, $"Expected an OCI archive or what `docker save` writes in {path}: {PrintableText.Of(why)}. Write it again, uncompressed and of one image."), inner);
}
