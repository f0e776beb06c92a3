namespace ImmutableBuild.Releases.Source;

/// <summary>A commit checked out in a directory of its own, without anything that is beside it in the working tree.</summary>
internal sealed class GitWorktree : IAsyncDisposable
{
    private readonly GitProgram _git;

    private GitWorktree(GitProgram git, string directory) => (_git, Directory) = (git, directory);

    /// <summary>Where it is.</summary>
    public string Directory { get; }

    /// <summary>Checks a commit out; IMB1105 when git can't.</summary>
    public static async Task<GitWorktree> AddAsync(GitProgram git, string directory, CommitSha commit, CancellationToken cancellationToken)
    {
        (await git.RunAsync(["worktree", "add", "--detach", "--quiet", directory, commit.ToString()], cancellationToken)).Succeeded();
        return new GitWorktree(git, directory);
    }

    /// <summary>Removes it, and what git knows of it.</summary>
    public async ValueTask DisposeAsync() => await _git.RunAsync(["worktree", "remove", "--force", "--force", Directory], CancellationToken.None);
}
