using System.Collections.Immutable;
using System.Net;
using ImmutableBuild.Generations;
using ImmutableBuild.Images;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Errors;

/// <summary>IMB6100-6149: what the local target refuses, and why it can't go on.</summary>
public static class LocalErrors
{
    private static readonly ErrorDescriptor DataDirectoryUnusableDescriptor = new(
        "IMB6100", "The data directory can't be used",
        "The directory for images, keys and gateways can't be created, read or written, or its disk is full.",
        "Make it writable for the user that releases, free some space, or choose another one with the property ImmutableDataDirectory.");

    private static readonly ErrorDescriptor GatewayProgramMissingDescriptor = new(
        "IMB6101", "The gateway's program is missing",
        "The package's gateway, or the dotnet host that runs it, is not where it should be.",
        "Restore the package again; if the message names dotnet, install the .NET SDK with ASP.NET Core.");

    private static readonly ErrorDescriptor GatewayNotStartedDescriptor = new(
        "IMB6102", "The gateway did not start",
        "The gateway's process ended, or did not answer in time, before it could serve.",
        "See the message for the gateway's own words, mend the cause and run the release again.");

    private static readonly ErrorDescriptor ProtocolMismatchDescriptor = new(
        "IMB6103", "The running gateway is of another version",
        "The gateway of the app speaks another version of the control protocol than this build.",
        "Release with the version that started the gateway, or take the app down with that version (-t:Stop) and release again.");

    private static readonly ErrorDescriptor PublicPortDiffersDescriptor = new(
        "IMB6104", "The app serves on another public port or address",
        "The public port, and the address it is on, belong to the running gateway; they can't be changed while the gateway runs without losing requests.",
        "Remove ImmutablePort or ImmutableBind from the release's options to keep what serves, or take the app down (-t:Stop) and release again.");

    private static readonly ErrorDescriptor NotAnsweringDescriptor = new(
        "IMB6105", "The app's gateway is back, but the app does not answer",
        "After a restart the generation that has traffic was started again, and no instance of it became healthy in time.",
        "`immutable logs` shows what it wrote. If something it needs comes up later, it answers by itself then; else roll back or release again.");

    private static readonly ErrorDescriptor WrongPlatformDescriptor = new(
        "IMB6110", "The image is for another platform",
        "The local target runs the image's program on this machine, so both must be of the same operating system and CPU.",
        "Publish for this machine's runtime identifier, or deploy to a target of the image's platform.");

    private static readonly ErrorDescriptor NoProgramDescriptor = new(
        "IMB6111", "The image has no program to run",
        "The image's entry point is missing, is no file of the image, or leads out of it.",
        "Bake a self-contained app, or use a base image that holds the program the entry point names.");

    private static readonly ErrorDescriptor EntryRefusedDescriptor = new(
        "IMB6114", "A file of the image can't be unpacked",
        "The image holds an entry that leads out of its directory, or that this operating system can't hold.",
        "Bake the image again; if it comes from elsewhere, don't trust it.");

    private static readonly ErrorDescriptor ImageStoreBusyDescriptor = new(
        "IMB6115", "The unpacked images are in use by another release",
        "Another release unpacks or removes images in the same data directory and did not end in time.",
        "Run the release again once the other one has ended.");

    /// <summary>The rows of this file.</summary>
    public static ImmutableArray<ErrorDescriptor> All { get; } =
    [
        DataDirectoryUnusableDescriptor, GatewayProgramMissingDescriptor, GatewayNotStartedDescriptor, ProtocolMismatchDescriptor,
        PublicPortDiffersDescriptor, NotAnsweringDescriptor, WrongPlatformDescriptor, NoProgramDescriptor, EntryRefusedDescriptor, ImageStoreBusyDescriptor,
    ];

    /// <summary>Something under <paramref name="path"/> can't be created, read or written.</summary>
    public static ImmutableBuildException DataDirectoryUnusable(string path, Exception fault) => new(
        new Diagnostic(DataDirectoryUnusableDescriptor, $"The data directory can't be used, at {path}: {fault.Message} Nothing that serves was changed. Mend it, or set ImmutableDataDirectory to another directory."), fault);

    /// <summary>The file <paramref name="path"/> is needed to start a gateway.</summary>
    public static ImmutableBuildException GatewayProgramMissing(string path, Exception? fault = null) => new(
        new Diagnostic(GatewayProgramMissingDescriptor, $"Starting a gateway needs {path}, which is not there. Restore the package again."), fault);

    /// <summary>The gateway of <paramref name="app"/> ended or kept silent.</summary>
    public static ImmutableBuildException GatewayNotStarted(AppKey app, string what, Exception? fault = null) => new(
        new Diagnostic(GatewayNotStartedDescriptor, $"The gateway of {app} did not start: {what}"), fault);

    /// <summary>The gateway speaks version <paramref name="found"/> of the protocol.</summary>
    public static ImmutableBuildException ProtocolMismatch(AppKey app, int found, int expected, string product) => new(
        new Diagnostic(ProtocolMismatchDescriptor, $"The gateway of {app} (ImmutableBuild {product}) speaks version {found} of the control protocol; this build speaks {expected}. Release with ImmutableBuild {product}, or stop the app with it (-t:Stop) and release again."));

    /// <summary>The running gateway of <paramref name="app"/> has another port than the one asked for; null stands for none.</summary>
    public static ImmutableBuildException PublicPortDiffers(AppKey app, int? serves, int? asked) => new(
        new Diagnostic(PublicPortDiffersDescriptor, $"The gateway of {app} serves on {Port(serves)}, and the release asks for {Port(asked)}. Stop the app first (-t:Stop), or don't ask for another port."));

    /// <summary>The running gateway of <paramref name="app"/> is on another address than the one asked for.</summary>
    public static ImmutableBuildException PublicAddressDiffers(AppKey app, IPAddress serves, IPAddress asked) => new(
        new Diagnostic(PublicPortDiffersDescriptor, $"The gateway of {app} serves on the address {serves}, and the release asks for {asked}. Stop the app first (-t:Stop), or don't ask for another address."));

    /// <summary>What has traffic was started again and is not healthy; <paramref name="instances"/> says of each what it does.</summary>
    public static ImmutableBuildException NotAnswering(AppKey app, GenerationId serving, TimeSpan waited, IEnumerable<string> instances) => new(
        new Diagnostic(NotAnsweringDescriptor, $"The gateway of {app} is back, but {serving} did not answer within {waited.TotalSeconds:0} s ({string.Join("; ", instances)}). See `immutable logs --app {app.App} --environment {app.Environment}`."));

    /// <summary>The image was made for <paramref name="found"/>.</summary>
    public static ImmutableBuildException WrongPlatform(Digest image, string found, string expected) => new(
        new Diagnostic(WrongPlatformDescriptor, $"The image {image} is for {found}, and this machine runs {expected}. Publish for this machine, or choose another target."));

    /// <summary>The image's command can't be run.</summary>
    public static ImmutableBuildException NoProgram(Digest image, string what) => new(
        new Diagnostic(NoProgramDescriptor, $"The image {image} can't be run: {what}"));

    /// <summary>An entry of the image is refused.</summary>
    public static ImmutableBuildException EntryRefused(Digest image, string entry, string what) => new(
        new Diagnostic(EntryRefusedDescriptor, $"The image {image} holds '{PrintableText.Of(entry)}', which can't be unpacked: {what}"));

    /// <summary>The lock of the unpacked images was not free in time.</summary>
    public static ImmutableBuildException ImageStoreBusy(string path, TimeSpan waited) => new(
        new Diagnostic(ImageStoreBusyDescriptor, $"Another release holds {path}; waited {waited.TotalSeconds:0} s for it. Run the release again once it has ended.")) { IsTransient = true };

    private static string Port(int? port) => port switch { null => "no port", 0 => "any port", { } number => $"port {number}" };
}
