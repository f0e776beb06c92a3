using ImmutableBuild.Errors;

namespace ImmutableBuild.MSBuild;

/// <summary>Leads from an error to its place in the catalogue's page, which the package brings beside its tasks: of the very version that made the error, and without a network.</summary>
internal static class HelpLink
{
    private static readonly Uri Page = new(Path.Combine(Path.GetDirectoryName(typeof(HelpLink).Assembly.Location)!, ErrorCatalogue.Page));

    /// <summary>The address of the page, at the descriptor's code.</summary>
    public static string To(ErrorDescriptor descriptor) => $"{Page.AbsoluteUri}#{descriptor.Anchor}";
}
