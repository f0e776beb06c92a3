using ImmutableBuild.Errors;
using ImmutableBuild.Images;

namespace ImmutableBuild.Scanning.Content;

/// <summary>The image holds a shell.</summary>
internal static class Shells
{
    private static readonly string[] Names = ["sh", "bash", "dash", "ash", "zsh", "ksh", "fish", "csh", "tcsh", "busybox"];

    /// <summary>The rule's row in the catalogue.</summary>
    public static ErrorDescriptor Rule { get; } = new(
        "IMB3109", "A shell is in the image",
        "Whoever gets to run one command in the instance can run any. It is for information: most base images have one.",
        "Choose a base image without one, such as a distroless or chiseled one (ContainerFamily noble-chiseled), if the app starts no scripts.");

    /// <summary>One finding for all.</summary>
    public static IEnumerable<Finding> Check(ContentContext context)
    {
        var shells = context.Image.Entries.Where(IsShell).ToArray();
        if (shells.Length > 0)
        {
            var first = shells.FirstOrDefault(shell => !context.IsFromBase(shell), shells[0]);
            yield return new Finding
            {
                Id = Rule.Code,
                Severity = FindingSeverity.Low,
                Subject = context.IsFromBase(first) ? "base image" : $"/{first.Path}",
                Message = $"It holds {string.Join(", ", shells.Take(3).Select(shell => "/" + shell.Path))}{(shells.Length > 3 ? $" and {shells.Length - 3} more" : "")}.",
                WayOut = Rule.Cure,
                Path = first.Path,
                Layer = first.Layer,
            };
        }
    }

    private static bool IsShell(ImageEntry entry) =>
        entry.Kind == ImageEntryKind.File && (entry.Mode & 0b001_001_001) != 0 && ProgramPath.NamesAny(entry.Path, Names);
}
