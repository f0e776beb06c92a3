using System.Collections.Immutable;

namespace ImmutableBuild.GitHub.Api;

/// <summary>What one commit has and another lacks.</summary>
internal sealed record CompareResult
{
    /// <summary><c>ahead</c>, <c>behind</c>, <c>diverged</c> or <c>identical</c>.</summary>
    public required string Status { get; init; }

    /// <summary>The page that shows it.</summary>
    public string? HtmlUrl { get; init; }

    /// <summary>How many commits there are, more than are listed perhaps.</summary>
    public required int TotalCommits { get; init; }

    /// <summary>The commits, oldest first.</summary>
    public required ImmutableArray<GitHubCommit> Commits { get; init; }
}

/// <summary>A commit.</summary>
internal sealed record GitHubCommit
{
    public required string Sha { get; init; }

    public string? HtmlUrl { get; init; }

    public required Commit Commit { get; init; }

    /// <summary>Its parents: more than one for a merge.</summary>
    public ImmutableArray<GitReference> Parents { get; init; } = [];
}

/// <summary>What git knows of a commit.</summary>
internal sealed record Commit
{
    public required string Message { get; init; }
}

/// <summary>Another commit.</summary>
internal sealed record GitReference
{
    public required string Sha { get; init; }
}
