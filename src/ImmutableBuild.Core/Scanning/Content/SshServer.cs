using ImmutableBuild.Errors;
using ImmutableBuild.Images;

namespace ImmutableBuild.Scanning.Content;

/// <summary>The image holds an SSH server, or opens its port.</summary>
internal static class SshServer
{
    private static readonly string[] Programs = ["sshd", "dropbear"];

    /// <summary>The rule's row in the catalogue.</summary>
    public static ErrorDescriptor Rule { get; } = new(
        "IMB3102", "The image holds an SSH server or opens port 22",
        "What runs is never changed, it is replaced; a way to log in is a way to change it, and one more thing to attack.",
        "Remove the SSH server, and ContainerPort 22 or EXPOSE 22. To see what an instance does, use `immutable logs`, or look into a copy of it (`immutable debug`, on the target docker).");

    /// <summary>Looks for the programs and at the declared ports.</summary>
    public static IEnumerable<Finding> Check(ContentContext context)
    {
        foreach (var port in context.Image.Config.Config?.ExposedPorts?.Keys.Where(port => port is "22" or "22/tcp") ?? [])
        {
            yield return ToFinding($"port {port}", "The image declares the SSH port.", null);
        }

        foreach (var file in context.Image.Entries.Where(IsServer))
        {
            yield return ToFinding($"/{file.Path}", "The image holds an SSH server.", file);
        }
    }

    private static bool IsServer(ImageEntry entry) => entry.Kind == ImageEntryKind.File && ProgramPath.NamesAny(entry.Path, Programs);

    private static Finding ToFinding(string subject, string message, ImageEntry? file) => new()
    {
        Id = Rule.Code, Severity = FindingSeverity.High, Subject = subject, Message = message, WayOut = Rule.Cure, Path = file?.Path, Layer = file?.Layer,
    };
}
