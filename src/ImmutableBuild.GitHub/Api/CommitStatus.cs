namespace ImmutableBuild.GitHub.Api;

/// <summary>The state of a commit's status (Octokit's <c>CommitState</c>).</summary>
internal enum CommitState
{
    Pending,
    Success,
    Error,
    Failure,
}

/// <summary>A status to be added to a commit.</summary>
internal sealed record NewCommitStatus(CommitState State)
{
    public required string Context { get; init; }

    public string? Description { get; init; }

    public string? TargetUrl { get; init; }
}

/// <summary>A status that was added.</summary>
internal sealed record CommitStatus
{
    public required long Id { get; init; }
}
