using ImmutableBuild.Releases;
using ImmutableBuild.Releases.Source;
using Microsoft.Build.Framework;

namespace ImmutableBuild.MSBuild;

/// <summary>The commit that a build releases. git is asked once a build: the stages go on with the commit that the first of them began with, whatever is checked out meanwhile.</summary>
internal static class BuildCommit
{
    /// <summary>The commit, asked of git where nothing in this build noted one.</summary>
    public static async Task<CommitSha> ReadAsync(IBuildEngine engine, ProjectInput input, CancellationToken cancellationToken)
    {
        if ((engine as IBuildEngine4)?.GetRegisteredTaskObject(KeyOf(input), RegisteredTaskObjectLifetime.Build) is CommitSha known)
        {
            return known;
        }

        var commit = await GitSource.ReadCommitAsync(input.ProjectFile, Environment.GetEnvironmentVariable, cancellationToken);
        Note(engine, input, commit);
        return commit;
    }

    /// <summary>Notes the commit for the stages that follow in this build.</summary>
    public static void Note(IBuildEngine engine, ProjectInput input, CommitSha commit) =>
        (engine as IBuildEngine4)?.RegisterTaskObject(KeyOf(input), commit, RegisteredTaskObjectLifetime.Build, allowEarlyCollection: false);

    private static string KeyOf(ProjectInput input) => $"{typeof(BuildCommit).FullName} {input.WorkDirectory}";
}
