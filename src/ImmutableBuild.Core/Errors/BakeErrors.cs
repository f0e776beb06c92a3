using System.Collections.Immutable;
using ImmutableBuild.Images;

namespace ImmutableBuild.Errors;

/// <summary>IMB2: bake, and images as such.</summary>
public static class BakeErrors
{
    private static readonly ErrorDescriptor ImageInvalidDescriptor = new(
        "IMB2001", "An image document is not valid",
        "A manifest, index or configuration isn't what the OCI image specification asks for, or could be read in two ways.",
        "Make the image again with a tool that follows the specification; for a base image, ask whoever publishes it.");

    private static readonly ErrorDescriptor ContentMismatchDescriptor = new(
        "IMB2002", "Content is not what its digest says",
        "Bytes were damaged on the way or on disk, or someone replaced them.",
        "Run again; if it stays, delete the damaged copy the message names (a layout, the data directory's cache), or stop trusting that registry.");

    private static readonly ErrorDescriptor LayerInvalidDescriptor = new(
        "IMB2003", "A layer is refused",
        "A layer's archive is damaged, or tries what no honest layer does: names outside the image, links to outside, contents other than its diff_id says.",
        "Make the image again with another tool; for a base image, use another one.");

    private static readonly ErrorDescriptor LimitExceededDescriptor = new(
        "IMB2004", "An image is larger than the limits allow",
        "Something in the image is larger, deeper or more numerous than is read from an image.",
        "Make the image smaller; the message names the limit.");

    private static readonly ErrorDescriptor NotFoundDescriptor = new(
        "IMB2005", "Content of an image is missing",
        "A layout or registry doesn't hold a manifest, reference or blob that it should.",
        "Bake again; for a base image, check its name.");

    private static readonly ErrorDescriptor LayoutInvalidDescriptor = new(
        "IMB2006", "A directory is no OCI image layout",
        "The directory lacks the files 'oci-layout' and 'index.json', or another version wrote them.",
        "Point to a directory that holds an OCI image layout, or delete it and bake again.");

    private static readonly ErrorDescriptor LayoutBusyDescriptor = new(
        "IMB2007", "An OCI image layout is locked",
        "Another process is changing the layout's index and did not finish in time.",
        "Wait for the other process to end and run again. The lock ends with its process.");

    private static readonly ErrorDescriptor PlatformUnsupportedDescriptor = new(
        "IMB2008", "No image is made for this platform",
        "Images are made for Linux, and for macOS and Windows where the target local runs them; the project was published for another system or processor.",
        "Set RuntimeIdentifier (or ContainerRuntimeIdentifier) to a portable one, such as linux-x64, linux-musl-arm64, osx-arm64 or win-x64.");

    private static readonly ErrorDescriptor PlatformNotFoundDescriptor = new(
        "IMB2009", "The image lacks the platform",
        "The base image, or the image that is to run, is made for several platforms, and the one that is needed is not among them.",
        "Publish for a platform the base image has, or choose another base image. To run it elsewhere, add that platform's runtime to ContainerRuntimeIdentifiers.");

    private static readonly ErrorDescriptor PublishOutputMissingDescriptor = new(
        "IMB2010", "There is no publish output",
        "The directory that Compile published to is missing, empty, or lacks the app's entry point.",
        "Run the stage Compile again: dotnet build -t:Bake runs it first.");

    private static readonly ErrorDescriptor LinkInPublishOutputDescriptor = new(
        "IMB2011", "The publish output links to somewhere else",
        "A symbolic link in the publish output leads outside of it, or is a directory: the image would hold something that is not of the commit.",
        "Replace the link by the file it leads to.");

    private static readonly ErrorDescriptor FileUnreadableDescriptor = new(
        "IMB2012", "A published file can't be read",
        "A file of the publish output vanished, is locked or may not be read.",
        "See the message for the cause, and bake again.");

    private static readonly ErrorDescriptor DependenciesUnreadableDescriptor = new(
        "IMB2013", "The app's .deps.json can't be read",
        "The file that tells runtime, packages and app apart is damaged or of an unknown form.",
        "Delete bin and obj and bake again.");

    private static readonly ErrorDescriptor WriteFailedDescriptor = new(
        "IMB2014", "The image can't be written",
        "The disk is full, or the directory may not be written to.",
        "Make room or change the permissions, and bake again. Nothing half-written is left under a final name.");

    private static readonly ErrorDescriptor BaseFloatingDescriptor = new(
        "IMB2015", "The base image has no fixed name",
        "A base image without a tag, or with the tag 'latest', is another one tomorrow: the same commit would bake another image.",
        "Name a version, or better a digest: image:10.0 or image@sha256:…");

    private static readonly ErrorDescriptor BaseNotFoundDescriptor = new(
        "IMB2016", "The base image was not found",
        "The registry or layout doesn't have the base image under that name.",
        "Check ContainerBaseImage, and that the credential may read it.");

    private static readonly ErrorDescriptor RootUserDescriptor = new(
        "IMB2017", "The image would run as root",
        "ContainerUser names root. A process that is taken over would own the container.",
        "Remove ContainerUser (the image then runs as the base image's APP_UID, or 1654), or name another user.");

    private static readonly ErrorDescriptor NoRuntimeDescriptor = new(
        "IMB2018", "A framework-dependent app needs a base image",
        "Without a base image the image holds nothing but the app, and this app doesn't bring its runtime.",
        "Publish self-contained (SelfContained=true), or set ContainerBaseImage to an image with the .NET runtime.");

    private static readonly ErrorDescriptor ConfigurationInvalidDescriptor = new(
        "IMB2019", "An image property is not valid",
        "A port, environment variable, user or directory of the image isn't of the form the image specification asks for.",
        "Correct the property the message names.");

    private static readonly ErrorDescriptor LockInvalidDescriptor = new(
        "IMB2020", "The lock file of base images can't be read",
        "immutable.lock.json (or the file ImmutableLockFile names) is damaged, or another version wrote it. A merge that went wrong does that.",
        "Mend the file, or delete it and run dotnet build -t:UpdateBase, and commit it.");

    private static readonly ErrorDescriptor BaseNotPinnedDescriptor = new(
        "IMB2021", "The base image is not pinned",
        "The base image is named by a tag, and a tag names another image once it is moved: the same commit would bake another image then.",
        "Run dotnet build -t:UpdateBase and commit immutable.lock.json, or name the base image by its digest.");

    private static readonly ErrorDescriptor NothingToPinDescriptor = new(
        "IMB2022", "There is no base image to update",
        "ContainerBaseImage is not set, or names its image by a digest, or is a layout: nothing that could move.",
        "Set ContainerBaseImage to a reference with a tag, such as mcr.microsoft.com/dotnet/aspnet:10.0.");

    private static readonly ErrorDescriptor BaseOldDescriptor = new(
        "IMB2023", "The base image is old",
        "The base image was made longer ago than ImmutableMaxBaseAge; what was found in its packages since is not mended in it.",
        "Run dotnet build -t:UpdateBase, look at what it says, and commit immutable.lock.json.");

    private static readonly ErrorDescriptor NotReproducibleDescriptor = new(
        "IMB2024", "Two bakes of one commit differ",
        "Something in the build takes from its surroundings what should come from the commit alone: a time, a path, a random number, the order of files in a directory.",
        "The message names the first file and the bytes that differ. Look for what writes them: a source generator, a build step of your own, a tool that stamps a time. Files that are generated at build time are the usual ones.");

    private static readonly ErrorDescriptor SharedWorkDescriptor = new(
        "IMB2025", "Two bakes would share their files",
        "The project's intermediate directory lies outside its repository, so that two worktrees would write to the same one.",
        "Set BaseIntermediateOutputPath (or ArtifactsPath) to a path within the repository while verifying.");

    private static readonly ErrorDescriptor AttemptFailedDescriptor = new(
        "IMB2026", "A bake in a clean worktree failed",
        "The commit can't be baked from what is committed alone: a file that is needed is not in the repository, or lies above it.",
        "The message has the last lines of that build. Commit what it misses.");

    /// <summary>IMB2016.</summary>
    public static string BaseNotFoundCode => BaseNotFoundDescriptor.Code;

    /// <summary>The rows of this range.</summary>
    public static ImmutableArray<ErrorDescriptor> All { get; } =
    [
        ImageInvalidDescriptor, ContentMismatchDescriptor, LayerInvalidDescriptor, LimitExceededDescriptor, NotFoundDescriptor,
        LayoutInvalidDescriptor, LayoutBusyDescriptor, PlatformUnsupportedDescriptor, PlatformNotFoundDescriptor, PublishOutputMissingDescriptor,
        LinkInPublishOutputDescriptor, FileUnreadableDescriptor, DependenciesUnreadableDescriptor, WriteFailedDescriptor, BaseFloatingDescriptor,
        BaseNotFoundDescriptor, RootUserDescriptor, NoRuntimeDescriptor, ConfigurationInvalidDescriptor,
        LockInvalidDescriptor, BaseNotPinnedDescriptor, NothingToPinDescriptor, BaseOldDescriptor,
        NotReproducibleDescriptor, SharedWorkDescriptor, AttemptFailedDescriptor,
    ];

    /// <summary>A document is no valid manifest, index or configuration.</summary>
    public static ImmutableBuildException ImageInvalid(string where, string found, Exception? inner = null) =>
        new(new Diagnostic(ImageInvalidDescriptor, $"Expected a valid image document, found another in {where}: {PrintableText.Of(found)}."), inner);

    /// <summary>Bytes don't have the digest or the length that was expected.</summary>
    public static ImmutableBuildException ContentMismatch(string where, string expected, string found) =>
        new(new Diagnostic(ContentMismatchDescriptor, $"Expected {expected}, found {found}, in {where}. Nothing of it was used."));

    /// <summary>A layer that is damaged or hostile.</summary>
    public static ImmutableBuildException LayerInvalid(string layer, string found, Exception? inner = null) =>
        new(new Diagnostic(LayerInvalidDescriptor, $"The layer {layer} is refused: {PrintableText.Of(found)}."), inner);

    /// <summary>An image, or a part of it, is larger than a limit.</summary>
    public static ImmutableBuildException LimitExceeded(string what, string found, string limit) =>
        new(new Diagnostic(LimitExceededDescriptor, $"{what}: found {found}, the limit is {limit}."));

    /// <summary>A blob or manifest that an image needs is not in its source.</summary>
    public static ImmutableBuildException NotFound(string what, string where) =>
        new(new Diagnostic(NotFoundDescriptor, $"Expected {what} in {where}, found none."));

    /// <summary>A directory is no OCI image layout.</summary>
    public static ImmutableBuildException LayoutInvalid(string directory, string found, Exception? inner = null) =>
        new(new Diagnostic(LayoutInvalidDescriptor, $"Expected an OCI image layout in '{directory}': {found}."), inner);

    /// <summary>Another process holds the layout's lock.</summary>
    public static ImmutableBuildException LayoutBusy(string directory, TimeSpan waited, Exception? inner = null) =>
        new(new Diagnostic(LayoutBusyDescriptor, $"Another process has changed the index of '{directory}' for {waited.TotalSeconds:0} seconds. Wait for it to end, then run again."), inner) { IsTransient = true };

    /// <summary>A RID that no image is made for.</summary>
    public static ImmutableBuildException PlatformUnsupported(string runtimeIdentifier) =>
        new(new Diagnostic(PlatformUnsupportedDescriptor, $"Expected a portable runtime identifier of Linux, macOS or Windows, such as linux-x64, found '{runtimeIdentifier}'. Set RuntimeIdentifier, or ContainerRuntimeIdentifier, to one."));

    /// <summary>The index lists no image for the platform (R12).</summary>
    public static ImmutableBuildException PlatformNotFound(string where, string wanted, IEnumerable<string> there) =>
        new(new Diagnostic(PlatformNotFoundDescriptor, $"Expected {wanted} in {where}, found {string.Join(", ", there.Take(20).DefaultIfEmpty("no platform"))}."));

    /// <summary>The publish output is missing or empty.</summary>
    public static ImmutableBuildException PublishOutputMissing(string directory, string found) =>
        new(new Diagnostic(PublishOutputMissingDescriptor, $"Expected the publish output in '{directory}': {found}. Run Compile again."));

    /// <summary>The publish output has a link that leads out of it.</summary>
    public static ImmutableBuildException LinkInPublishOutput(string path) =>
        new(new Diagnostic(LinkInPublishOutputDescriptor, "Expected files only, found a link that leads outside the publish output, or to a directory. Replace it by the file it leads to.", Location: new SourceLocation(path)));

    /// <summary>A published file can't be read.</summary>
    public static ImmutableBuildException FileUnreadable(string path, Exception inner) =>
        new(new Diagnostic(FileUnreadableDescriptor, $"Can't read '{path}': {inner.Message} Put that right, and bake again.", Location: new SourceLocation(path)), inner);

    /// <summary>A damaged deps.json.</summary>
    public static ImmutableBuildException DependenciesUnreadable(string path, Exception inner) =>
        new(new Diagnostic(DependenciesUnreadableDescriptor, $"Can't read the dependencies in '{path}': {inner.Message} Delete bin and obj, and bake again.", Location: new SourceLocation(path)), inner);

    /// <summary>The image can't be written: the disk is full, or may not be written to.</summary>
    public static ImmutableBuildException WriteFailed(string directory, Exception inner) =>
        new(new Diagnostic(WriteFailedDescriptor, $"Can't write the image to '{directory}': {inner.Message} Free some space or make it writable, and run the release again. Nothing that serves was changed."), inner);

    /// <summary>The base image is named without a fixed tag or digest (F35).</summary>
    public static ImmutableBuildException BaseFloating(string reference) =>
        new(new Diagnostic(BaseFloatingDescriptor, $"Expected a base image with a version or digest, found '{reference}'. Name one, such as {(reference.EndsWith(":latest", StringComparison.Ordinal) ? reference[..^":latest".Length] : reference)}:10.0."));

    /// <summary>The registry or layout has no such base image.</summary>
    public static ImmutableBuildException BaseNotFound(string reference, string where) =>
        new(new Diagnostic(BaseNotFoundDescriptor, $"Expected the base image '{reference}' in {where}, found none. Check ContainerBaseImage, and that the credential may read it."));

    /// <summary>The image would run as root, by whatever name.</summary>
    public static ImmutableBuildException RootUser(string user) =>
        new(new Diagnostic(RootUserDescriptor, $"Expected a user other than root, found '{user}'. Remove ContainerUser, or name another user."));

    /// <summary>A framework-dependent app has no base image that would bring .NET.</summary>
    public static ImmutableBuildException NoRuntime(string entryPoint) =>
        new(new Diagnostic(NoRuntimeDescriptor, $"Expected a self-contained app, or a base image with the .NET runtime, found the framework-dependent '{entryPoint}' and no base image. Set SelfContained=true, or ContainerBaseImage."));

    /// <summary>A property of the image has a value of a wrong form.</summary>
    public static ImmutableBuildException ConfigurationInvalid(string property, string expected, string found) =>
        new(new Diagnostic(ConfigurationInvalidDescriptor, $"{property}: expected {expected}, found '{found}'."));

    /// <summary>The lock file of base images can't be read.</summary>
    public static ImmutableBuildException LockInvalid(string path, string found, Exception? inner = null) =>
        new(new Diagnostic(LockInvalidDescriptor, $"Expected base images and their digests, found something else: {found}. Mend the file, or delete it and run dotnet build -t:UpdateBase.", Location: new SourceLocation(path)), inner);

    /// <summary>The warning for a base image whose tag the lock file doesn't pin.</summary>
    public static Diagnostic BaseNotPinned(string reference, Digest digest) =>
        new(BaseNotPinnedDescriptor, $"The base image {reference} names {digest} now, and may name another one at the next release of this commit. Run dotnet build -t:UpdateBase and commit immutable.lock.json.", Severity.Warning);

    /// <summary>There is no base image that is named by a tag, so nothing to pin.</summary>
    public static ImmutableBuildException NothingToPin(string? reference) =>
        new(new Diagnostic(NothingToPinDescriptor, $"Expected ContainerBaseImage to name an image by a tag, found {(reference is null ? "none" : $"'{reference}'")}. Set it to one with a tag, such as mcr.microsoft.com/dotnet/aspnet:10.0; a digest or a layout needs no pin."));

    /// <summary>The warning for a base image that is older than <c>ImmutableMaxBaseAge</c>.</summary>
    public static Diagnostic BaseOld(string reference, TimeSpan age, TimeSpan most) =>
        new(BaseOldDescriptor, $"The base image {reference} was made {age.TotalDays:0} days ago, and ImmutableMaxBaseAge is {most.TotalDays:0} days. Run dotnet build -t:UpdateBase, and commit what it writes.", Severity.Warning);

    /// <summary>Two bakes of one commit gave different images.</summary>
    public static ImmutableBuildException NotReproducible(Releases.CommitSha commit, Digest one, Digest other, string where) =>
        new(new Diagnostic(NotReproducibleDescriptor, $"Expected both bakes of {commit.Abbreviated} to give one image, found {one} and {other}. They differ in {where}."));

    /// <summary>The project's intermediate files are outside its repository, so that two bakes would share them.</summary>
    public static ImmutableBuildException SharedWork(string directory, string repository) =>
        new(new Diagnostic(SharedWorkDescriptor, $"Expected the project's intermediate files within {repository}, found them at {directory}. Set BaseIntermediateOutputPath or ArtifactsPath to a path within it while verifying."));

    /// <summary>The build of one of the two bakes failed.</summary>
    public static ImmutableBuildException AttemptFailed(string project, int exitCode, IEnumerable<string> lines) =>
        new(new Diagnostic(AttemptFailedDescriptor, $"Baking {project} from what is committed ended with {exitCode}:{string.Concat(lines.Select(line => $"{Environment.NewLine}  {PrintableText.Of(line)}"))}"));
}
