using System.Collections.Immutable;
using System.Globalization;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Releases.Source;

/// <summary>
/// Asks git about the source of a project. Needs nothing but the commit that is checked out, so a shallow clone and a
/// detached HEAD are as good as a full one.
/// </summary>
public static class GitSource
{
    /// <summary>The commit that is checked out, and nothing else: one question to git, which looks at no file of the working tree. Fails as <see cref="ReadAsync"/> does.</summary>
    public static async Task<CommitSha> ReadCommitAsync(string projectFile, Func<string, string?> readVariable, CancellationToken cancellationToken)
    {
        var directory = Path.GetDirectoryName(projectFile)!;
        var head = await new GitProgram(directory, readVariable).RunAsync(["rev-parse", "--verify", "HEAD^{commit}"], cancellationToken);
        return CommitSha.TryParse(head.Output.Trim(), out var commit) ? commit
            : IsOutside(head) ? throw SourceErrors.NoRepository(directory)
            : head.Error.Contains("Needed a single revision", StringComparison.Ordinal) ? throw SourceErrors.NoCommit(directory)
            : throw head.Failed();
    }

    /// <summary>
    /// Reads the state of the working tree around <paramref name="projectFile"/>. IMB1101 without git, IMB1102 without a
    /// repository, IMB1103 without a commit, IMB1105 when git says anything else.
    /// </summary>
    public static async Task<SourceState> ReadAsync(string projectFile, Func<string, string?> readVariable, CancellationToken cancellationToken)
    {
        var directory = Path.GetDirectoryName(projectFile)!;
        var git = new GitProgram(directory, readVariable);
        var asked = git.RunAsync(["rev-parse", "--show-prefix"], cancellationToken);
        var status = git.RunAsync(["status", "--porcelain=v2", "--branch", "-z", "--untracked-files=normal", "--ignored=matching"], cancellationToken);
        var remote = git.RunAsync(["config", "--get", "remote.origin.url"], cancellationToken);
        var time = git.RunAsync(["log", "-1", "--no-show-signature", "--format=%ct"], cancellationToken);
        await Task.WhenAll(asked, status, remote, time);

        var place = await asked;
        if (place.ExitCode != 0)
        {
            throw IsOutside(place) ? SourceErrors.NoRepository(directory) : place.Failed();
        }

        var prefix = place.Output.TrimEnd('\r', '\n');
        var root = RootOf(directory, prefix);
        var tree = GitStatus.Parse((await status).Succeeded().Output);
        var commit = tree.Commit is { } text && CommitSha.TryParse(text, out var sha) ? sha : throw SourceErrors.NoCommit(directory);
        return new SourceState
        {
            Commit = commit,
            CommitTime = DateTimeOffset.FromUnixTimeSeconds(long.Parse((await time).Succeeded().Output.Trim(), NumberStyles.None, CultureInfo.InvariantCulture)),
            Branch = tree.Branch,
            RepositoryUrl = RemoteUrl.WithoutCredentials((await remote).Output.Trim()),
            Project = prefix + Path.GetFileName(projectFile),
            Root = root,
            DirtyFiles = tree.DirtyFiles,
            Ignored = new IgnoredFiles(root, tree.IgnoredPaths),
        };
    }

    // The repository's root, as many directories up as the prefix has. Not as git names it, which resolves symbolic links: MSBuild names files as the user named the project.
    private static string RootOf(string directory, string prefix) => Path.GetFullPath(string.Concat(Enumerable.Repeat("../", prefix.Count(letter => letter == '/'))), directory);

    private static bool IsOutside(GitAnswer answer) => answer.Error.Contains("not a git repository", StringComparison.Ordinal);
}

/// <summary>What <c>git status --porcelain=v2 --branch -z</c> says (git-status manual, "Porcelain Format Version 2").</summary>
internal sealed record GitStatus(string? Commit, string? Branch, ImmutableArray<string> DirtyFiles, ImmutableArray<string> IgnoredPaths)
{
    private const int FieldsBeforePathOfChange = 8;
    private const int FieldsBeforePathOfRename = 9;
    private const int FieldsBeforePathOfConflict = 10;

    /// <summary>Parses NUL-separated records.</summary>
    public static GitStatus Parse(string output)
    {
        string? commit = null;
        string? branch = null;
        var files = ImmutableArray.CreateBuilder<string>();
        var ignored = ImmutableArray.CreateBuilder<string>();
        var records = new Queue<string>(output.Split('\0', StringSplitOptions.RemoveEmptyEntries));
        while (records.TryDequeue(out var record))
        {
            switch (record[0])
            {
                case '#' when record.StartsWith("# branch.oid ", StringComparison.Ordinal):
                    commit = record["# branch.oid ".Length..];
                    break;
                case '#' when record.StartsWith("# branch.head ", StringComparison.Ordinal):
                    branch = record["# branch.head ".Length..];
                    break;
                case '1':
                    files.Add(PathAfter(record, FieldsBeforePathOfChange));
                    break;
                case '2':
                    files.Add(PathAfter(record, FieldsBeforePathOfRename));
                    records.TryDequeue(out _); // the path it had before
                    break;
                case 'u':
                    files.Add(PathAfter(record, FieldsBeforePathOfConflict));
                    break;
                case '?':
                    files.Add(PathAfter(record, 1));
                    break;
                case '!':
                    ignored.Add(PathAfter(record, 1));
                    break;
                default:
                    break;
            }
        }

        return new GitStatus(commit == "(initial)" ? null : commit, branch == "(detached)" ? null : branch, files.ToImmutable(), ignored.ToImmutable());
    }

    private static string PathAfter(string record, int fields) => record.Split(' ', fields + 1)[^1];
}
