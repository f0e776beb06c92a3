using System.Collections.Immutable;
using ImmutableBuild.Generations;
using ImmutableBuild.GitHub;
using ImmutableBuild.Releases;
using ImmutableBuild.Tests.Releases;

namespace ImmutableBuild.Tests.GitHub;

/// <summary>A follower over a <see cref="FakeGitHub"/>, and releases for it to follow.</summary>
internal sealed class FollowedReleases : IDisposable
{
    private readonly ScratchDirectory _scratch = new();
    private readonly CancellationTokenSource _never = new();

    public FollowedReleases(TimeSpan? timeout = null, TimeProvider? time = null, Func<GitHubOptions, GitHubOptions>? change = null, Dictionary<string, string>? variables = null)
    {
        var github = new GitHubOptions { Topics = [GitHubTopic.Deployments, GitHubTopic.Statuses, GitHubTopic.Notes], Repository = "octocat/shop", TokenVariable = "TOKEN", ApiUrl = "https://github.test/api/v3", Timeout = timeout ?? TimeSpan.FromSeconds(30) };
        variables ??= new Dictionary<string, string> { ["TOKEN"] = FakeGitHub.Token };
        Context = StageContexts.Make(_scratch.Path, options => options with { GitHub = change?.Invoke(github) ?? github }, variables, Reporter) with { Time = time ?? TimeProvider.System };
        Follower = new GitHubFollower(() => GitHub);
    }

    public FakeGitHub GitHub { get; } = new();

    public RecordingReporter Reporter { get; } = new();

    public StageContext Context { get; }

    public GitHubFollower Follower { get; }

    public string NotesFile => Path.Combine(Context.WorkDirectory, "release-notes.md");

    public IEnumerable<string> Warnings => Reporter.Lines.Where(line => line.StartsWith("warning", StringComparison.Ordinal));

    public static GenerationId Old { get; } = GenerationId.Parse("0123456789ab-01234567");

    /// <summary>A release that has replaced <see cref="Old"/>.</summary>
    public static ReleaseRecord Live { get; } = SampleRecord.Whole with { HealthGate = SampleRecord.Whole.HealthGate! with { Replaced = Old } };

    public Task BeganAsync(StageName stage) => Follower.BeganAsync(Live, stage, Context, _never.Token);

    public Task EndedAsync(StageName stage, ReleaseRecord? record = null) => Follower.EndedAsync(record ?? Live, stage, "did it", Context, _never.Token);

    public void Dispose()
    {
        Follower.Dispose();
        GitHub.Dispose();
        _never.Dispose();
        _scratch.Dispose();
    }
}
