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

    /// <summary>Changed and untracked files, relative to the repository's root.</summary>
    public required ImmutableArray<string> DirtyFiles { get; init; }

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
}
