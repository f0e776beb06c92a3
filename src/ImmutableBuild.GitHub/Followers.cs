using System.Collections.Immutable;
using ImmutableBuild.GitHub.Runs;
using ImmutableBuild.Releases;

namespace ImmutableBuild.GitHub;

/// <summary>All that GitHub is told: its API, then the workflow's run. Dispose it when the build ends; that writes the run's summary.</summary>
public sealed class Followers : IReleaseFollower, IDisposable
{
    private readonly ImmutableArray<IReleaseFollower> _all;

    private Followers(params ImmutableArray<IReleaseFollower> all) => _all = all;

    /// <summary>A follower for one build.</summary>
    /// <param name="readVariable">Reads an environment variable.</param>
    /// <param name="writeLine">Writes a line to the standard output, where a runner reads it and no log keeps it.</param>
    public static Followers Create(Func<string, string?> readVariable, Action<string> writeLine) =>
        new(new GitHubFollower(), new RunFollower(readVariable, writeLine));

    /// <inheritdoc/>
    public Task BeganAsync(ReleaseRecord record, StageName stage, StageContext context, CancellationToken cancellationToken) =>
        EachAsync(follower => follower.BeganAsync(record, stage, context, cancellationToken));

    /// <inheritdoc/>
    public Task EndedAsync(ReleaseRecord record, StageName stage, string summary, StageContext context, CancellationToken cancellationToken) =>
        EachAsync(follower => follower.EndedAsync(record, stage, summary, context, cancellationToken));

    /// <inheritdoc/>
    public Task RefusedAsync(ReleaseRecord record, StageName stage, Exception why, StageContext context) =>
        EachAsync(follower => follower.RefusedAsync(record, stage, why, context));

    /// <inheritdoc/>
    public Task WentLiveAsync(LiveChange change, StageContext context, CancellationToken cancellationToken) =>
        EachAsync(follower => follower.WentLiveAsync(change, context, cancellationToken));

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var follower in _all.OfType<IDisposable>())
        {
            follower.Dispose();
        }
    }

    private async Task EachAsync(Func<IReleaseFollower, Task> tell)
    {
        foreach (var follower in _all)
        {
            await tell(follower);
        }
    }
}
