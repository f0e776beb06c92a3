using ImmutableBuild.Errors;
using ImmutableBuild.Images;

namespace ImmutableBuild.Scanning.Content;

/// <summary>Programs that run with the rights of their owner or group, whoever starts them.</summary>
internal static class PrivilegedFiles
{
    private const int SetUserId = 0x800;
    private const int SetGroupId = 0x400;

    /// <summary>The rule's row in the catalogue.</summary>
    public static ErrorDescriptor Rule { get; } = new(
        "IMB3106", "A set-uid or set-gid program is in the image",
        "It gives whoever starts it the rights of its owner, which undoes what running without root is for.",
        "Clear the bits ('chmod a-s') before the file is published; for those of a base image, choose a base without them, such as a distroless or chiseled one.");

    /// <summary>One finding for each of the app's own files, and one for all of the base image's.</summary>
    public static IEnumerable<Finding> Check(ContentContext context) =>
        OwnAndBase.Findings(context, Rule, FindingSeverity.High, "set-uid or set-gid programs", IsPrivileged);

    private static bool IsPrivileged(ImageEntry entry) =>
        entry.Kind == ImageEntryKind.File && (entry.Mode & (SetUserId | SetGroupId)) != 0 && (entry.Mode & 0b001_001_001) != 0;
}
