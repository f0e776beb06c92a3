using ImmutableBuild.Errors;
using ImmutableBuild.Images;

namespace ImmutableBuild.Scanning.Content;

/// <summary>Files and directories that everyone may write.</summary>
internal static class WorldWritable
{
    private const int Sticky = 0x200;
    private const int WritableByOthers = 0b000_000_010;

    /// <summary>The rule's row in the catalogue.</summary>
    public static ErrorDescriptor Rule { get; } = new(
        "IMB3107", "A file or directory is writable by everyone",
        "Whoever gets to run anything in the instance can replace what the app reads or starts.",
        "Clear the bit ('chmod o-w') before the file is published. What the app writes belongs in its temporary directory or a volume.");

    /// <summary>One finding for each of the app's own, and one for all of the base image's. A sticky directory such as /tmp is as it should be.</summary>
    public static IEnumerable<Finding> Check(ContentContext context) =>
        OwnAndBase.Findings(context, Rule, FindingSeverity.Medium, "files or directories that everyone may write", IsWritable);

    private static bool IsWritable(ImageEntry entry) =>
        (entry.Mode & WritableByOthers) != 0
        && (entry.Kind == ImageEntryKind.File || (entry.Kind == ImageEntryKind.Directory && (entry.Mode & Sticky) == 0));
}
