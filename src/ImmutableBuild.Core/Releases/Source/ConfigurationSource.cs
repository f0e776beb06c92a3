using ImmutableBuild.Errors;

namespace ImmutableBuild.Releases.Source;

/// <summary>The working copy that a promotion's configuration is read from. It may be of another commit than the image, and have changes.</summary>
/// <param name="Project">The project file, relative to the repository's root; its name alone where there is none.</param>
/// <param name="Commit">The commit that is checked out; null where git knows none.</param>
/// <param name="IsDirty">The working copy has changes.</param>
public sealed record ConfigurationSource(string Project, CommitSha? Commit, bool IsDirty)
{
    /// <summary>Asks git about the working copy around <paramref name="projectFile"/>. Without git or a repository nothing is known, which is no error.</summary>
    public static async Task<ConfigurationSource> ReadAsync(string projectFile, Func<string, string?> readVariable, CancellationToken cancellationToken)
    {
        try
        {
            var source = await GitSource.ReadAsync(projectFile, readVariable, cancellationToken);
            return new ConfigurationSource(source.Project, source.Commit, !source.DirtyFiles.IsEmpty);
        }
        catch (ImmutableBuildException)
        {
            return new ConfigurationSource(Path.GetFileName(projectFile), null, IsDirty: false);
        }
    }

    /// <summary>What it is, for people.</summary>
    public override string ToString() => Commit is { } commit ? $"commit {commit.Abbreviated}{(IsDirty ? " with uncommitted changes" : "")}" : "a working copy of no known commit";
}
