namespace ImmutableBuild.Releases;

/// <summary>
/// Someone who is told what becomes of a release and has no say in it, such as the service that hosts the source. Implementations never
/// throw: what can't be told is a warning to <see cref="StageContext.Reporter"/>. They hold a release up for a bounded time only.
/// </summary>
public interface IReleaseFollower
{
    /// <summary>A stage begins. The stage does not wait for this to end.</summary>
    Task BeganAsync(ReleaseRecord record, StageName stage, StageContext context, CancellationToken cancellationToken);

    /// <summary>A stage ended well: its part of the record is there, and <paramref name="summary"/> is its one line.</summary>
    Task EndedAsync(ReleaseRecord record, StageName stage, string summary, StageContext context, CancellationToken cancellationToken);

    /// <summary>A stage did not end well: it refused (<see cref="Errors.ImmutableBuildException"/>) or was cancelled. Takes a few seconds at most.</summary>
    Task RefusedAsync(ReleaseRecord record, StageName stage, Exception why, StageContext context);

    /// <summary>Something went live without the stages of a release: a rollback.</summary>
    Task WentLiveAsync(LiveChange change, StageContext context, CancellationToken cancellationToken);
}

/// <summary>Nobody follows.</summary>
public sealed class NoFollower : IReleaseFollower
{
    /// <inheritdoc/>
    public Task BeganAsync(ReleaseRecord record, StageName stage, StageContext context, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task EndedAsync(ReleaseRecord record, StageName stage, string summary, StageContext context, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task RefusedAsync(ReleaseRecord record, StageName stage, Exception why, StageContext context) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task WentLiveAsync(LiveChange change, StageContext context, CancellationToken cancellationToken) => Task.CompletedTask;
}
