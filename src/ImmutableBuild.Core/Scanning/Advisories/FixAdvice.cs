using ImmutableBuild.Errors;
using ImmutableBuild.Scanning.Packages;

namespace ImmutableBuild.Scanning.Advisories;

/// <summary>Says what would mend a vulnerable component: what came with the base image is mended by a newer base, what the app brings by the app.</summary>
internal static class FixAdvice
{
    /// <summary>The advice, in one sentence or two.</summary>
    public static string For(Component component, string? fix, FindingOrigin? origin)
    {
        var name = PrintableText.Of(component.Name);
        return (fix, origin) switch
        {
            (null, FindingOrigin.Base) => "No fixed version is known. It comes from the base image: choose one without it, or follow the advisory for a workaround.",
            (null, _) => "No fixed version is known: remove the package, or follow the advisory for a workaround.",
            (_, FindingOrigin.Base) => $"Rebase: it comes from the base image, so take one with {name} {PrintableText.Of(fix)} or later (-t:UpdateBase pins the newest of its tag).",
            _ => $"Upgrade {name} to {PrintableText.Of(fix)} or later.",
        };
    }
}
