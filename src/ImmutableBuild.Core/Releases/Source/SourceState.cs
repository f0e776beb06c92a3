using System.Collections.Immutable;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Releases.Source;

/// <summary>The source a release is made from, as git tells it.</summary>
public sealed record SourceState
{
    /// <summary>The commit that is checked out.</summary>
    public required CommitSha Commit { get; init; }

    /// <summary>Its committer time, in UTC.</summary>
    public required DateTimeOffset CommitTime { get; init; }

    /// <summary>The branch; null for a detached HEAD.</summary>
    public string? Branch { get; init; }

    /// <summary>The remote <c>origin</c> without credentials; null where there is none, or where it is a place on this machine.</summary>
    public string? RepositoryUrl { get; init; }

    /// <summary>The project file relative to the repository's root, '/' between parts.</summary>
    public required string Project { get; init; }

    /// <summary>The repository's root, absolute; named as the user named the project, with symbolic links in it.</summary>
    public required string Root { get; init; }

    /// <summary>Changed and untracked files, relative to the repository's root.</summary>
    public required ImmutableArray<string> DirtyFiles { get; init; }

    /// <summary>What git ignores in the working tree.</summary>
    public required IgnoredFiles Ignored { get; init; }

    /// <summary>Refuses a dirty tree (IMB1104), or only warns (IMB1106) where <see cref="ReleaseOptions.AllowDirty"/> is set.</summary>
    public SourceState Accept(ReleaseOptions options, IReporter reporter)
    {
        if (DirtyFiles.IsEmpty)
        {
            return this;
        }

        if (!options.AllowDirty)
        {
            throw SourceErrors.DirtyTree(DirtyFiles);
        }

        reporter.Warn(SourceErrors.ReleasingDirty(DirtyFiles));
        return this;
    }

    /// <summary>
    /// Refuses files that git ignores among those an image is made from (IMB1108), or only warns where <see cref="ReleaseOptions.AllowDirty"/> is set:
    /// the commit doesn't hold them, and they may be somebody's secrets.
    /// </summary>
    /// <param name="files">What the image is made from, absolute.</param>
    /// <param name="buildOutputs">What the build makes, absolute, beside <see cref="ReleaseOptions.BuildOutputs"/>.</param>
    /// <param name="options">What the user allows.</param>
    /// <param name="reporter">Gets the warning.</param>
    public void RequireCommitted(IEnumerable<string> files, IEnumerable<string> buildOutputs, ReleaseOptions options, IReporter reporter)
    {
        var ignored = Ignored.Among(files, buildOutputs.Concat(options.BuildOutputs));
        if (ignored.IsEmpty)
        {
            return;
        }

        if (!options.AllowDirty)
        {
            throw new ImmutableBuildException(SourceErrors.IgnoredFiles(ignored, Severity.Error));
        }

        reporter.Warn(SourceErrors.IgnoredFiles(ignored, Severity.Warning));
    }
}
