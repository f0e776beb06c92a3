using System.Collections.Immutable;
using System.Text.Json;

namespace ImmutableBuild.GitHub.Api;

/// <summary>A deployment, as far as it is read.</summary>
internal sealed record Deployment
{
    public required long Id { get; init; }

    public required string Sha { get; init; }

    public string? Task { get; init; }

    public string? Environment { get; init; }

    /// <summary>When, by GitHub's clock.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>What its creator wrote: an object, or a string.</summary>
    public JsonElement Payload { get; init; }
}

/// <summary>Which deployments are asked for; null for any.</summary>
internal sealed record DeploymentRequest(string? Sha, string? Task, string? Environment);

/// <summary>A deployment to be created.</summary>
/// <param name="Ref">The commit's full id.</param>
internal sealed record NewDeployment(string Ref)
{
    public required string Task { get; init; }

    public required string Environment { get; init; }

    public string? Description { get; init; }

    public required DeploymentPayload Payload { get; init; }

    /// <summary>A release releases its commit, never what the default branch has beside it.</summary>
    public bool AutoMerge { get; init; }

    /// <summary>None: the release has gates of its own, and its own statuses are pending meanwhile.</summary>
    public ImmutableArray<string> RequiredContexts { get; init; } = [];

    public bool? ProductionEnvironment { get; init; }
}

/// <summary>What is written into a deployment, to find it again in another job.</summary>
internal sealed record DeploymentPayload
{
    /// <summary>The app.</summary>
    public required string App { get; init; }

    /// <summary>The release's id; null for what no release made.</summary>
    public string? Release { get; init; }

    /// <summary>The generation; null where none was created.</summary>
    public string? Generation { get; init; }

    /// <summary>The image, <c>repository@digest</c>.</summary>
    public string? Image { get; init; }
}

/// <summary>The state of a deployment (Octokit's <c>DeploymentState</c>).</summary>
internal enum DeploymentState
{
    Pending,
    Success,
    Error,
    Failure,
    Inactive,
    InProgress,
    Queued,
}

/// <summary>A status to be added to a deployment.</summary>
internal sealed record NewDeploymentStatus(DeploymentState State)
{
    public string? Description { get; init; }

    public string? LogUrl { get; init; }

    public string? EnvironmentUrl { get; init; }

    /// <summary>GitHub would make deployments of other apps in the environment inactive as well.</summary>
    public bool AutoInactive { get; init; }
}

/// <summary>A status that was added.</summary>
internal sealed record DeploymentStatus
{
    public required long Id { get; init; }

    /// <summary>As GitHub spells it; there may be others than we know.</summary>
    public string? State { get; init; }

    /// <summary>When, by GitHub's clock.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>Whether it is <paramref name="state"/>.</summary>
    public bool Is(DeploymentState state) => State == JsonNamingPolicy.SnakeCaseLower.ConvertName(state.ToString());
}
