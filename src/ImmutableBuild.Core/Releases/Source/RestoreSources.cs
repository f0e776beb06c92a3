using System.Collections.Frozen;
using ImmutableBuild.Images;

namespace ImmutableBuild.Releases.Source;

/// <summary>
/// The files of a commit that may decide about its packages: all but those of kinds that a project only compiles, serves or keeps. A project can import any file,
/// so every unknown kind counts.
/// </summary>
public static class RestoreSources
{
    private static readonly FrozenSet<string> s_neverDecide = FrozenSet.ToFrozenSet(
        [
            ".cs", ".vb", ".fs", ".razor", ".cshtml", ".resx", ".xaml", ".sql", ".proto", ".md",
            ".css", ".scss", ".less", ".js", ".mjs", ".jsx", ".ts", ".tsx", ".html", ".htm", ".map",
            ".svg", ".png", ".jpg", ".jpeg", ".gif", ".webp", ".ico", ".woff", ".woff2", ".ttf", ".pdf",
        ],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>A digest over paths and contents of these files, as the commit that is checked out has them.</summary>
    /// <param name="projectFile">A project of the repository.</param>
    /// <param name="readVariable">The environment.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<Digest> ReadAsync(string projectFile, Func<string, string?> readVariable, CancellationToken cancellationToken)
    {
        var git = new GitProgram(Path.GetDirectoryName(projectFile)!, readVariable);
        var tree = await git.RunAsync(["ls-tree", "-r", "-z", "--full-tree", "HEAD"], cancellationToken);
        return DigestOf(tree.Succeeded().Output);
    }

    // Each entry is "<mode> <type> <object>\t<path>" (git-ls-tree manual, "Output Format").
    internal static Digest DigestOf(string tree)
    {
        var deciding = tree.Split('\0', StringSplitOptions.RemoveEmptyEntries).Where(entry => !s_neverDecide.Contains(Path.GetExtension(entry)));
        return Digest.Of(System.Text.Encoding.UTF8.GetBytes(string.Join('\0', deciding)));
    }
}
