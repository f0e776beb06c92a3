using ImmutableBuild.Errors;
using ImmutableBuild.GitHub.Api;
using ImmutableBuild.Releases;

namespace ImmutableBuild.GitHub;

/// <summary>
/// Tells GitHub's API what becomes of a release. Lives as long as the build, so that its time is bounded for the build as a whole and
/// what does not work is not tried, and warned of, again at every stage.
/// </summary>
/// <param name="openHandler">Opens the way to the network.</param>
public sealed class GitHubFollower(Func<HttpMessageHandler> openHandler) : IReleaseFollower, IDisposable
{
    // A build that is cancelled ends soon: GitHub has this long to be told of it.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly HashSet<GitHubTopic> _without = [];
    private bool _opened;
    private GitHubConnection? _connection;
    private ReleaseTeller? _teller;
    private TimeBudget? _budget;

    /// <summary>A follower that uses the network.</summary>
    public GitHubFollower()
        : this(GitHubConnection.Handler)
    {
    }

    /// <inheritdoc/>
    public Task BeganAsync(ReleaseRecord record, StageName stage, StageContext context, CancellationToken cancellationToken) => TellAsync(
        context, cancellationToken, (GitHubTopic.Statuses, (teller, token) => teller.StageAsync(record, stage, CommitState.Pending, "Running", token)));

    /// <inheritdoc/>
    public async Task EndedAsync(ReleaseRecord record, StageName stage, string summary, StageContext context, CancellationToken cancellationToken)
    {
        using var soon = new Deadline(Grace, context.Time, cancellationToken);
        await TellAsync(
            context,
            soon.Token,
            (GitHubTopic.Deployments, (teller, token) => teller.DeploymentAsync(record, stage, token)),
            (GitHubTopic.Notes, (teller, token) => stage == StageName.HealthGate ? teller.WriteNotesAsync(record, context.WorkDirectory, token) : Task.CompletedTask),
            (GitHubTopic.Deployments, (teller, token) => stage == StageName.HealthGate ? teller.LiveAsync(record, token) : Task.CompletedTask),
            (GitHubTopic.Statuses, (teller, token) => teller.StageAsync(record, stage, CommitState.Success, summary, token)));
    }

    /// <inheritdoc/>
    public async Task RefusedAsync(ReleaseRecord record, StageName stage, Exception why, StageContext context)
    {
        using var now = new CancellationTokenSource(Grace, context.Time);
        var isCancelled = why is OperationCanceledException;
        var words = isCancelled ? "Cancelled" : why is ImmutableBuildException refusal ? $"{refusal.Code}: {refusal.Diagnostics[0].Descriptor.Title}" : "Failed";
        await TellAsync(
            context,
            isCancelled ? now.Token : CancellationToken.None,
            (GitHubTopic.Deployments, (teller, token) => teller.FailedAsync(record, stage, isCancelled, words, token)),
            (GitHubTopic.Statuses, (teller, token) => teller.StageAsync(record, stage, isCancelled ? CommitState.Error : CommitState.Failure, words, token)));
    }

    /// <inheritdoc/>
    public async Task WentLiveAsync(LiveChange change, StageContext context, CancellationToken cancellationToken)
    {
        using var soon = new Deadline(Grace, context.Time, cancellationToken);
        await TellAsync(context, soon.Token, (GitHubTopic.Deployments, (teller, token) => teller.WentLiveAsync(change, token)));
    }

    /// <inheritdoc/>
    public void Dispose() => _connection?.Dispose();

    private async Task TellAsync(StageContext context, CancellationToken cancellationToken, params (GitHubTopic Topic, Func<ReleaseTeller, CancellationToken, Task> Tell)[] messages)
    {
        Open(context);
        foreach (var (topic, tell) in messages)
        {
            if (_teller is { } teller && context.Options.GitHub.Topics.Contains(topic) && !_without.Contains(topic))
            {
                await TellAsync(context, topic, token => tell(teller, token), cancellationToken);
            }
        }
    }

    private async Task TellAsync(StageContext context, GitHubTopic topic, Func<CancellationToken, Task> tell, CancellationToken cancellationToken)
    {
        try
        {
            await _budget!.SpendAsync(tell, cancellationToken);
        }
        catch (ApiException fault)
        {
            if (!cancellationToken.IsCancellationRequested)
            {
                GiveUp(topic, fault);
                context.Reporter.Warn(fault.Diagnostic);
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            context.Reporter.Warn(GitHubErrors.RunFile(Notes.ReleaseNotes.FileName, fault.Message));
        }
        catch (OperationCanceledException)
        {
            // The build was cancelled, and whoever did that does not wait for GitHub: no warning.
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            // A fault of this code is no reason for a release to fail either.
            _teller = null;
            context.Reporter.Warn(GitHubErrors.Fault(fault));
        }
    }

    // Stops trying, for this build, what needs another token, another permission or more time.
    private void GiveUp(GitHubTopic topic, ApiException fault)
    {
        if (fault.Fault is ApiFault.NotPermitted or ApiFault.NotFound)
        {
            _without.Add(topic);
        }
        else if (fault.Fault is not ApiFault.Refused)
        {
            _teller = null;
        }
    }

    private void Open(StageContext context)
    {
        if (_opened)
        {
            return;
        }

        _opened = true;
        if (GitHubAccess.Find(context.Options.GitHub, context.ReadVariable, out var mistake) is { } access)
        {
            _budget = new TimeBudget(context.Options.GitHub.Timeout, context.Time);
            _connection = new GitHubConnection(access, openHandler(), _budget);
            _teller = new ReleaseTeller(new GitHubClient(_connection), access, context.Options.GitHub.Context, RunEnvironment.Page(context.ReadVariable));
        }
        else if (mistake is not null)
        {
            context.Reporter.Warn(mistake);
        }
    }

    /// <summary>A cancellation token that is cancelled some time after another one.</summary>
    private sealed class Deadline : IDisposable
    {
        private readonly CancellationTokenSource _source;
        private readonly CancellationTokenRegistration _registration;

        public Deadline(TimeSpan grace, TimeProvider time, CancellationToken cancellationToken)
        {
            _source = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
            _registration = cancellationToken.Register(() => _source.CancelAfter(grace));
        }

        public CancellationToken Token => _source.Token;

        public void Dispose()
        {
            _registration.Dispose();
            _source.Dispose();
        }
    }
}
