using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Comparing;
using ImmutableBuild.Releases.Source;

namespace ImmutableBuild.Releases;

/// <summary>One of two bakes of a commit that have to give the same image.</summary>
/// <param name="ProjectFile">The project, in a worktree of its own.</param>
/// <param name="Variables">What else of its surroundings is changed: time zone and language.</param>
/// <param name="Umask">The permissions that its files don't get, octal; for systems that have such.</param>
public sealed record BakeAttempt(string ProjectFile, ImmutableSortedDictionary<string, string> Variables, string Umask);

/// <summary>
/// Bakes the commit that is checked out twice, in clean worktrees under other paths and in other surroundings, and compares: whether anyone can
/// make the image of this commit again.
/// </summary>
/// <param name="projectFile">The project.</param>
/// <param name="workDirectory">Where its release record is.</param>
/// <param name="readVariable">Reads an environment variable.</param>
public sealed class TwoBakes(string projectFile, string workDirectory, Func<string, string?> readVariable)
{
    private static readonly (string Place, string TimeZone, string Language, string Umask)[] s_surroundings =
        [("a", "Pacific/Kiritimati", "C", "077"), ("another place with a longer name", "America/St_Johns", "tr_TR.UTF-8", "002")];

    /// <summary>
    /// Bakes twice and returns the one image; IMB2024 says where the two differ. IMB1104 for uncommitted changes, IMB1105 when git can't make a worktree,
    /// IMB2025 when the project's intermediate files are outside its repository, so that two bakes would share them.
    /// </summary>
    /// <param name="bake">Runs Bake on a project; throws when that fails.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<Digest> RunAsync(Func<BakeAttempt, CancellationToken, Task> bake, CancellationToken cancellationToken)
    {
        var source = await GitSource.ReadAsync(projectFile, readVariable, cancellationToken);
        if (!source.DirtyFiles.IsEmpty)
        {
            throw SourceErrors.DirtyTree(source.DirtyFiles);
        }

        var work = Path.GetRelativePath(source.Root, workDirectory);
        if (work.StartsWith("..", StringComparison.Ordinal) || Path.IsPathRooted(work))
        {
            throw BakeErrors.SharedWork(workDirectory, source.Root);
        }

        var place = Directory.CreateTempSubdirectory("immutable-verify-").FullName;
        try
        {
            return await CompareAsync(new GitProgram(source.Root, readVariable), source, place, work, bake, cancellationToken);
        }
        finally
        {
            Directory.Delete(place, recursive: true);
        }
    }

    private static async Task<Digest> CompareAsync(
        GitProgram git, SourceState source, string place, string work, Func<BakeAttempt, CancellationToken, Task> bake, CancellationToken cancellationToken)
    {
        var made = new List<(GitWorktree Tree, BakeRecord Bake)>();
        try
        {
            foreach (var (name, timeZone, language, umask) in s_surroundings)
            {
                var tree = await GitWorktree.AddAsync(git, Path.Combine(place, name), source.Commit, cancellationToken);
                made.Add((tree, null!));
                var variables = ImmutableSortedDictionary<string, string>.Empty.Add("TZ", timeZone).Add("LC_ALL", language);
                await bake(new BakeAttempt(Path.Combine(tree.Directory, source.Project), variables, umask), cancellationToken);
                var record = await new ReleaseRecordFile(Path.Combine(tree.Directory, work)).ReadAsync(cancellationToken);
                made[^1] = (tree, record.Bake!);
            }

            var (first, second) = (made[0].Bake, made[1].Bake);
            var difference = await new ImageComparison(OciLayout.Open(first.Layout), OciLayout.Open(second.Layout)).FindAsync(first.Digest, second.Digest, cancellationToken);
            return difference is null ? first.Digest : throw BakeErrors.NotReproducible(source.Commit, first.Digest, second.Digest, difference);
        }
        finally
        {
            foreach (var (tree, _) in made)
            {
                await tree.DisposeAsync();
            }
        }
    }
}
