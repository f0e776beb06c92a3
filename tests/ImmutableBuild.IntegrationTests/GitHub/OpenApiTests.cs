using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.GitHub;
using ImmutableBuild.Images;
using ImmutableBuild.IntegrationTests.Rig;
using ImmutableBuild.Releases;

namespace ImmutableBuild.IntegrationTests.GitHub;

/// <summary>Every request that a release makes, held against GitHub's own OpenAPI description, and what comes of GitHub's refusals.</summary>
public sealed class OpenApiTests : IDisposable
{
    private static readonly Digest Image = Digest.Of("image"u8);
    // In the registry of the GitHub that is asked, as GitHub Enterprise names it.
    private const string Repository = "containers.127.0.0.1/octocat/web";
    private readonly string _work = Directory.CreateTempSubdirectory("immutable-github-").FullName;
    private readonly List<Diagnostic> _warnings = [];

    public void Dispose() => Directory.Delete(_work, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_first_release_then_another_in_jobs_of_their_own_then_a_rollback(bool isEnterprise)
    {
        await using var github = await GitHubMock.StartOrSkipAsync(RepositoryRoot.Find(), isEnterprise);
        await github.SetCommitsAsync(Enumerable.Range(0, 250).Select(i => new { sha = new string((char)('a' + (i % 6)), 40), message = i % 5 == 0 ? $"feat(cart): number {i}" : $"fix: number {i}", parents = i == 7 ? 2 : 1 }));
        var (first, second) = (Release('a', replaced: null), Release('b', Spec('a').Id));

        await FollowAsync(github, first, ReleaseChain.Stages);
        await FollowAsync(github, second, [StageName.Compile, StageName.Bake, StageName.Scan, StageName.Sign, StageName.Push]);
        await FollowAsync(github, second, [StageName.Deploy]);
        await FollowAsync(github, second, [StageName.HealthGate]);
        var notes = await File.ReadAllTextAsync(Path.Combine(_work, "release-notes.md"), TestContext.Current.CancellationToken);
        await FollowAsync(github, second, [StageName.DestroyOld]);
        using (var follower = new GitHubFollower())
        {
            await follower.WentLiveAsync(new LiveChange(LedgerCause.Rollback, Spec('a'), Spec('b').Id, "http://127.0.0.1:1", 0), Context(github), TestContext.Current.CancellationToken);
        }

        _warnings.ShouldBeEmpty();
        (await github.RequestsAsync()).Select(request => request.Operation).Distinct().Order(StringComparer.Ordinal).ShouldBe(
        [
            "packages/get-package-for-organization", "packages/get-package-for-user", "repos/compare-commits-with-basehead", "repos/create-commit-status",
            "repos/create-deployment", "repos/create-deployment-status", "repos/list-deployment-statuses", "repos/list-deployments",
        ]);
        (await github.DeploymentsAsync()).Select(deployment => (deployment.Sha[0], deployment.Task, deployment.Environment, string.Join(" ", deployment.Statuses.Select(status => status.State)))).ShouldBe(
            [('a', "deploy:web", "staging", "success"), ('b', "deploy:web", "staging", "in_progress success inactive"), ('a', "deploy:web", "staging", "in_progress success inactive")]);
        notes.ShouldContain("## Features\n\n- **cart:** number 0 (");
        notes.ShouldContain("- number 249 (");
        notes.ShouldNotContain("number 7 ", customMessage: "a merge");
        notes.ShouldContain("[package](https://github.com/users/octocat/packages/container/package/web)");
    }

    [Fact]
    public async Task What_a_killed_runner_left_in_progress_is_ended_by_the_next_release_and_never_one_that_may_be_at_work()
    {
        await using var github = await GitHubMock.StartOrSkipAsync(RepositoryRoot.Find());
        await FollowAsync(github, Release('a', replaced: null), ReleaseChain.Stages);
        await github.SetBehindAsync(TimeSpan.FromMinutes(5));
        await FollowAsync(github, Release('b', replaced: null), [StageName.Deploy]);
        await github.SetBehindAsync(TimeSpan.Zero);
        await FollowAsync(github, Release('c', replaced: null), [StageName.Deploy]);

        await FollowAsync(github, Release('d', Spec('a').Id), [StageName.Deploy, StageName.HealthGate]);

        _warnings.ShouldBeEmpty();
        await github.RequestsAsync();
        var deployments = await github.DeploymentsAsync();
        deployments.Select(deployment => (deployment.Sha[0], string.Join(" ", deployment.Statuses.Select(status => status.State)))).ShouldBe(
            [('d', "in_progress success"), ('c', "in_progress"), ('b', "in_progress error"), ('a', "in_progress success inactive")]);
        deployments[2].Statuses[1].Description.ShouldBe($"Its run ended without saying how, before {Spec('c').Id} was deployed");
    }

    [Fact]
    public async Task A_release_that_finds_its_commit_live_makes_its_deployment_a_success_where_it_is_none()
    {
        await using var github = await GitHubMock.StartOrSkipAsync(RepositoryRoot.Find());
        var release = Release('a', replaced: null);
        var again = release with { ReleaseId = "again", Deploy = release.Deploy! with { AlreadyLive = true } };

        await FollowAsync(github, release, [StageName.Deploy]);
        await FollowAsync(github, again, ReleaseChain.Stages);
        await FollowAsync(github, again, ReleaseChain.Stages);

        _warnings.ShouldBeEmpty();
        await github.RequestsAsync();
        (await github.DeploymentsAsync()).ShouldHaveSingleItem().Statuses.Select(status => status.State).ShouldBe(["in_progress", "success"]);
    }

    [Fact]
    public async Task The_mock_would_tell()
    {
        await using var github = await GitHubMock.StartOrSkipAsync(RepositoryRoot.Find());

        (await github.ProblemsOfAsync("repos/octocat/shop/deployments", """{"ref":1,"typo":true}""")).ShouldBe(
            ["/ref must be string", "body typo is not documented", "there is no User-Agent", "Accept is undefined", "X-GitHub-Api-Version is undefined", "there is no Bearer token"]);
        (await github.ProblemsOfAsync("repos/octocat/shop/deploys", "{}"))[0].ShouldBe("there is no POST /repos/octocat/shop/deploys in the description");
    }

    [Fact]
    public async Task Each_stage_is_a_status_with_the_page_of_the_run()
    {
        await using var github = await GitHubMock.StartOrSkipAsync(RepositoryRoot.Find());
        using var follower = new GitHubFollower();
        var context = Context(github);

        await follower.BeganAsync(Release('a', null), StageName.HealthGate, context, TestContext.Current.CancellationToken);
        await follower.RefusedAsync(Release('a', null), StageName.HealthGate, RecordErrors.Missing("x"), context);

        var statuses = await github.StatusesAsync();
        statuses.Select(status => (status.Context, status.State)).ShouldBe([("immutable/healthgate", "pending"), ("immutable/healthgate", "failure")]);
        var failed = (await github.DeploymentsAsync()).ShouldHaveSingleItem().Statuses.ShouldHaveSingleItem();
        (failed.State, failed.LogUrl).ShouldBe(("failure", "https://github.com/octocat/shop/actions/runs/99/attempts/2"));
        await github.RequestsAsync();
    }

    [Theory]
    [InlineData("{\"status\":401,\"times\":9}", "IMB1510")]
    [InlineData("{\"status\":404,\"times\":1}", "IMB1511")]
    [InlineData("{\"status\":403,\"times\":9,\"headers\":{\"retry-after\":\"3600\"}}", "IMB1512")]
    [InlineData("{\"status\":429,\"times\":9}", "IMB1512")]
    [InlineData("{\"status\":403,\"times\":9,\"headers\":{\"x-ratelimit-remaining\":\"0\",\"x-ratelimit-reset\":\"4102444800\"}}", "IMB1512")]
    [InlineData("{\"status\":503,\"times\":9}", "IMB1513")]
    [InlineData("{\"drop\":true,\"times\":9}", "IMB1513")]
    [InlineData("{\"delay\":60000,\"times\":9}", "IMB1513")]
    [InlineData("{\"status\":422,\"body\":{\"message\":\"No commit found for SHA\"},\"times\":1}", "IMB1514")]
    [InlineData("{\"status\":201,\"body\":\"{\\\"id\\\":\",\"times\":9}", "IMB1515")]
    [InlineData("{\"status\":201,\"huge\":20000000,\"times\":9}", "IMB1515")]
    [InlineData("{\"status\":307,\"headers\":{\"location\":\"https://example.com/\"},\"times\":9}", "IMB1515")]
    public async Task What_GitHub_refuses_is_one_warning_and_nothing_else(string fault, string code)
    {
        await using var github = await GitHubMock.StartOrSkipAsync(RepositoryRoot.Find());
        await github.SetFaultsAsync(System.Text.Json.JsonSerializer.Deserialize<System.Text.Json.JsonElement>(fault));

        // Little for what is asked again, and enough for a busy machine where the first answer ends it.
        await FollowAsync(github, Release('a', null), ReleaseChain.Stages, timeout: TimeSpan.FromSeconds(code == "IMB1513" ? 4 : 30));

        _warnings.ShouldHaveSingleItem().Code.ShouldBe(code);
        _warnings[0].Severity.ShouldBe(Severity.Warning);
        _warnings[0].Message.ShouldNotContain(GitHubMock.Writer);
    }

    [Fact]
    public async Task A_token_that_may_only_read_is_a_warning_for_each_topic_it_lacks_and_notes_are_still_written()
    {
        await using var github = await GitHubMock.StartOrSkipAsync(RepositoryRoot.Find());
        await github.SetCommitsAsync([new { sha = new string('a', 40), message = "feat: it" }]);

        await FollowAsync(github, Release('b', Spec('a').Id), ReleaseChain.Stages, token: GitHubMock.Reader);

        _warnings.Select(warning => warning.Code).ShouldBe(["IMB1511", "IMB1511"]);
        _warnings.Select(warning => warning.Message.Split('\'')[1]).ShouldBe(["statuses: write", "deployments: write"]);
        File.Exists(Path.Combine(_work, "release-notes.md")).ShouldBeTrue();
    }

    [Fact]
    public async Task What_passes_in_a_moment_is_waited_for_and_a_lost_answer_makes_no_second_deployment()
    {
        await using var github = await GitHubMock.StartOrSkipAsync(RepositoryRoot.Find());
        await github.SetFaultsAsync(
            new { status = 429, headers = new Dictionary<string, string> { ["retry-after"] = "1" } },
            new { status = 502 },
            new { method = "POST", path = "/deployments", drop = true, after = true });

        await FollowAsync(github, Release('a', null), [StageName.Bake, StageName.Deploy, StageName.HealthGate]);

        _warnings.ShouldBeEmpty();
        (await github.DeploymentsAsync()).ShouldHaveSingleItem().Statuses.Select(status => status.State).ShouldBe(["in_progress", "success"]);
    }

    private async Task FollowAsync(GitHubMock github, ReleaseRecord record, IEnumerable<StageName> stages, string token = GitHubMock.Writer, TimeSpan? timeout = null)
    {
        using var follower = new GitHubFollower();
        var context = Context(github, token, timeout);
        foreach (var stage in stages)
        {
            if (stage != StageName.Compile)
            {
                await follower.BeganAsync(record, stage, context, TestContext.Current.CancellationToken);
            }

            await follower.EndedAsync(record, stage, $"{stage} ended well", context, TestContext.Current.CancellationToken);
        }
    }

    private StageContext Context(GitHubMock github, string token = GitHubMock.Writer, TimeSpan? timeout = null)
    {
        var variables = new Dictionary<string, string>
        {
            ["GITHUB_ACTIONS"] = "true",
            ["GITHUB_TOKEN"] = token,
            ["GITHUB_REPOSITORY"] = "octocat/shop",
            ["GITHUB_API_URL"] = github.Api,
            ["GITHUB_SERVER_URL"] = "https://github.com",
            ["GITHUB_RUN_ID"] = "99",
            ["GITHUB_RUN_ATTEMPT"] = "2",
        };
        var options = new ReleaseOptions
        {
            App = new AppKey("web", "staging"),
            DataDirectory = _work,
            GitHub = new GitHubOptions { Topics = [GitHubTopic.Deployments, GitHubTopic.Statuses, GitHubTopic.Notes], Timeout = timeout ?? TimeSpan.FromSeconds(30) },
        };
        return new StageContext(options, new WarningReporter(_warnings), TimeProvider.System, variables.GetValueOrDefault) { WorkDirectory = _work };
    }

    private static ReleaseRecord Release(char commit, GenerationId? replaced) => new()
    {
        ReleaseId = $"release-{commit}",
        App = new AppKey("web", "staging"),
        Compile = new CompileRecord { Commit = Commit(commit), CommitTime = DateTimeOffset.UnixEpoch, Version = "1.0.0", Project = "web.csproj", Published = [], SdkVersion = "10.0.100" },
        Push = new PushRecord { Repository = Repository, Tag = $"{Commit(commit)}", Digest = Image, BytesSent = 1, AlreadyThere = false },
        Deploy = new DeployRecord { Spec = Spec(commit), AlreadyLive = false },
        HealthGate = new HealthGateRecord { Live = Spec(commit).Id, Replaced = replaced, Url = "http://127.0.0.1:1", RequestsLost = 0 },
        DestroyOld = new DestroyOldRecord { Destroyed = [], Kept = [], RequestsLost = 0 },
    };

    private static GenerationSpec Spec(char commit) => new() { App = new AppKey("web", "staging"), Commit = Commit(commit), Image = Image, Repository = Repository, Configuration = new RuntimeConfiguration(), Size = 1 };

    private static CommitSha Commit(char digit) => CommitSha.Parse(new string(digit, 40));

    private sealed class WarningReporter(List<Diagnostic> warnings) : IReporter
    {
        public void Started(StageName stage)
        {
        }

        public void Finished(StageName stage, TimeSpan elapsed, string summary)
        {
        }

        public void Detail(string message)
        {
        }

        public void Warn(Diagnostic warning) => warnings.Add(warning);
    }
}
