using ImmutableBuild.Images;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Registries;

/// <summary>The tag that every release gives its image: the commit's full id. It names what was made of the commit and nothing else.</summary>
internal static class ReleaseTag
{
    /// <summary>The tag. A dirty tree is no commit: its tag says so, and which image it is.</summary>
    public static string Of(CompileRecord compile, Digest image) =>
        compile.Dirty ? OfChanges(compile.Commit, image) : compile.Commit.ToString();

    /// <summary>The tag of an image that was made from <paramref name="commit"/> with uncommitted changes.</summary>
    public static string OfChanges(CommitSha commit, Digest image) => $"{commit}-dirty-{image.Hex[..12]}";
}
