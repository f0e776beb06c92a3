using System.Collections.Immutable;

namespace ImmutableBuild.Releases;

/// <summary>What GitHub is told of a release, and how it is reached.</summary>
public sealed record GitHubOptions
{
    /// <summary>What it is told; nothing for none of it.</summary>
    public ImmutableArray<GitHubTopic> Topics { get; init; } = [];

    /// <summary><c>owner/name</c>; null takes the repository of the workflow's run.</summary>
    public string? Repository { get; init; }

    /// <summary>The environment variable that holds the token; null takes <c>GITHUB_TOKEN</c> in a workflow's run, and none elsewhere.</summary>
    public string? TokenVariable { get; init; }

    /// <summary>The base URL of the API; null takes that of the workflow's run, or GitHub's public one.</summary>
    public string? ApiUrl { get; init; }

    /// <summary>What the contexts of commit statuses begin with.</summary>
    public string Context { get; init; } = "immutable";

    /// <summary>How long GitHub may take for one build, all calls and waiting together.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>One kind of thing that GitHub is told.</summary>
public enum GitHubTopic
{
    /// <summary>A deployment for each generation, and what becomes of it.</summary>
    Deployments,

    /// <summary>A status of the commit for each stage.</summary>
    Statuses,

    /// <summary>Asks for the commits between what was replaced and what is live, and writes release notes.</summary>
    Notes,

    /// <summary>Tells the runner which values to hide in its log.</summary>
    Masks,
}
