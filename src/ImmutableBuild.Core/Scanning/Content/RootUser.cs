using System.Text;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;

namespace ImmutableBuild.Scanning.Content;

/// <summary>The image runs as root.</summary>
internal static class RootUser
{
    /// <summary>The rule's row in the catalogue.</summary>
    public static ErrorDescriptor Rule { get; } = new(
        "IMB3101", "The image runs as root",
        "An app that is broken into gives away whatever its user may do; root inside a container is one kernel fault away from root outside.",
        "Name a user without rights, such as 1654, in ContainerUser, or with USER in the Dockerfile, and leave it to the files' modes what that user may write.");

    /// <summary>Looks at the configured user, also under another name of uid 0.</summary>
    public static IEnumerable<Finding> Check(ContentContext context)
    {
        var user = (context.Image.Config.Config?.User ?? "").Split(':')[0];
        if (user is "" or "0" or "root" || IsRootByName(context.Image, user))
        {
            yield return new Finding
            {
                Id = Rule.Code,
                Severity = FindingSeverity.High,
                Subject = "user",
                Message = user.Length == 0 ? "The image names no user, so it runs as root." : $"The image runs as '{user}', which is root.",
                WayOut = Rule.Cure,
            };
        }
    }

    private static bool IsRootByName(ImageFileSystem image, string user) =>
        image.Find("etc/passwd") is { Kind: ImageEntryKind.File, Size: <= 1024 * 1024 } passwd
        && Encoding.UTF8.GetString(image.Read(passwd, 1024 * 1024)).Split('\n').Select(line => line.Split(':')).Any(fields => fields.Length > 2 && fields[0] == user && fields[2] == "0");
}
