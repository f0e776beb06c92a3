using System.Net;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Releases;
using ImmutableBuild.Tests.Generations.Simulation;
using ImmutableBuild.Tests.Releases;

namespace ImmutableBuild.Tests.GitHub;

/// <summary>What GitHub is told of a release, and what becomes of the release when GitHub fails: nothing but a warning.</summary>
public sealed class GitHubFollowerTests
{
    private const string Repo = "/api/v3/repos/octocat/shop";
    private static readonly string StatusCall = $"POST {Repo}/statuses/{SampleRecord.Commit}";

    [Fact]
    public async Task A_stage_is_a_status_of_its_commit()
    {
        using var release = new FollowedReleases();

        await release.BeganAsync(StageName.Bake);
        await release.EndedAsync(StageName.Bake);

        release.GitHub.Requests.Select(request => request.Call).ShouldBe([StatusCall, StatusCall]);
        release.GitHub.Requests.Select(request => request.Body!.Value.GetProperty("state").GetString()).ShouldBe(["pending", "success"]);
        release.GitHub.Requests.ShouldAllBe(request => request.Body!.Value.GetProperty("context").GetString() == "immutable/bake");
        release.GitHub.Requests[1].Body!.Value.GetProperty("description").GetString().ShouldBe("did it");
    }

    [Theory]
    [InlineData(null, "POST /deployments,POST /deployments/7/statuses")]
    [InlineData("in_progress", "GET /deployments/42/statuses,POST /deployments/42/statuses")]
    [InlineData("error", "GET /deployments/42/statuses,POST /deployments/42/statuses")]
    [InlineData("success", "GET /deployments/42/statuses")]
    public async Task A_release_that_changes_nothing_sees_to_it_that_what_is_live_is_a_success(string? told, string calls)
    {
        using var release = new FollowedReleases(change: options => options with { Topics = [GitHubTopic.Deployments, GitHubTopic.Notes] });
        var unchanged = FollowedReleases.Live with { Deploy = FollowedReleases.Live.Deploy! with { AlreadyLive = true } };
        release.GitHub.Deployments = told is null ? "[]" : $$$"""[{"id":42,"sha":"x","payload":{"release":"earlier","generation":"{{{SampleRecord.Spec.Id}}}"}}]""";
        release.GitHub.DeploymentStatuses = $$"""[{"id":2,"state":"{{told}}"},{"id":1,"state":"queued"}]""";

        await release.EndedAsync(StageName.Deploy, unchanged);
        await release.EndedAsync(StageName.HealthGate, unchanged);

        release.GitHub.Requests.Select(request => request.Call.Replace(Repo, "", StringComparison.Ordinal)).ShouldBe(["GET /deployments", .. calls.Split(',')]);
        release.GitHub.Requests.Where(request => request.Method == "POST" && request.Body!.Value.TryGetProperty("state", out _)).ShouldAllBe(request => request.Body!.Value.GetProperty("state").GetString() == "success");
        File.Exists(release.NotesFile).ShouldBeFalse();
    }

    [Theory]
    [InlineData("in_progress", 31, true)]
    [InlineData("queued", 31, true)]
    [InlineData("pending", 31, true)]
    [InlineData("in_progress", 29, false)]
    [InlineData("failure", 31, false)]
    [InlineData("inactive", 31, false)]
    [InlineData("a new one", 31, false)]
    public async Task What_an_older_run_left_at_work_is_an_error_once_it_is_older_than_a_lease(string state, int seconds, bool isEnded)
    {
        using var release = new FollowedReleases(change: options => options with { Topics = [GitHubTopic.Deployments] });
        var created = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        release.GitHub.Created = $$"""{"id":7,"sha":"aa","created_at":"{{created:O}}"}""";
        release.GitHub.Deployments = """[{"id":9,"sha":"newer"},{"id":7,"sha":"own"},{"id":6,"sha":"left"}]""";
        release.GitHub.DeploymentStatuses = $$"""[{"id":2,"state":"{{state}}","created_at":"{{created.AddSeconds(-seconds):O}}"}]""";

        await release.EndedAsync(StageName.Deploy);

        release.GitHub.Requests.Skip(2).Select(request => request.Call.Replace(Repo, "", StringComparison.Ordinal))
            .ShouldBe(["GET /deployments", "GET /deployments/6/statuses", .. isEnded ? new[] { "POST /deployments/6/statuses" } : []]);
        release.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_deployment_is_found_again_by_another_job_and_what_was_replaced_becomes_inactive()
    {
        using var release = new FollowedReleases(change: options => options with { Topics = [GitHubTopic.Deployments] });
        release.GitHub.Deployments = $$$"""[{"id":41,"sha":"other","payload":"a text"},{"id":42,"sha":"x","payload":{"release":"r1","generation":"{{{SampleRecord.Spec.Id}}}"}},{"id":43,"sha":"y","payload":{"generation":"{{{FollowedReleases.Old}}}"}}]""";

        await release.EndedAsync(StageName.HealthGate);

        var written = release.GitHub.Requests.Where(request => request.Method == "POST").ToList();
        written.Select(request => (request.Address.AbsolutePath, request.Body!.Value.GetProperty("state").GetString())).ShouldBe(
            [($"{Repo}/deployments/42/statuses", "success"), ($"{Repo}/deployments/43/statuses", "inactive")]);
        written[0].Body!.Value.GetProperty("environment_url").GetString().ShouldBe("http://127.0.0.1:1/");
        written[0].Body!.Value.GetProperty("auto_inactive").GetBoolean().ShouldBeFalse("other apps of the environment are no matter of this one");
    }

    [Fact]
    public async Task A_refusal_is_a_failure_that_names_the_code_and_a_cancellation_an_error()
    {
        using var release = new FollowedReleases();

        await release.Follower.RefusedAsync(FollowedReleases.Live, StageName.HealthGate, RecordErrors.Missing("secret detail"), release.Context);
        await release.Follower.RefusedAsync(FollowedReleases.Live, StageName.HealthGate, new OperationCanceledException(), release.Context);

        var states = release.GitHub.Requests.Where(request => request.Body is { } body && body.TryGetProperty("state", out _)).Select(request => request.Body!.Value.GetProperty("state").GetString());
        states.ShouldBe(["failure", "failure", "error", "error"]);
        release.GitHub.Requests[^3].Body!.Value.GetProperty("description").GetString()!.ShouldStartWith("IMB1201: ");
    }

    [Fact]
    public async Task A_failure_after_the_app_is_live_leaves_the_deployment_a_success()
    {
        using var release = new FollowedReleases(change: options => options with { Topics = [GitHubTopic.Deployments] });

        await release.Follower.RefusedAsync(FollowedReleases.Live, StageName.DestroyOld, RecordErrors.Missing("x"), release.Context);

        release.GitHub.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_rollback_is_a_deployment_of_the_older_commit()
    {
        using var release = new FollowedReleases();
        release.GitHub.Deployments = $$$"""[{"id":43,"sha":"y","payload":{"generation":"{{{FollowedReleases.Old}}}"}}]""";

        await release.Follower.WentLiveAsync(new LiveChange(LedgerCause.Rollback, SampleRecord.Spec, FollowedReleases.Old, null, 0), release.Context, CancellationToken.None);

        release.GitHub.Requests[0].Body!.Value.GetProperty("ref").GetString().ShouldBe(SampleRecord.Commit.ToString());
        release.GitHub.Requests[0].Body!.Value.GetProperty("task").GetString().ShouldBe("deploy:shop");
        release.GitHub.Requests.Where(request => request.Body is { } body && body.TryGetProperty("state", out _)).Select(request => (request.Address.AbsolutePath, request.Body!.Value.GetProperty("state").GetString()))
            .ShouldBe([($"{Repo}/deployments/7/statuses", "success"), ($"{Repo}/deployments/43/statuses", "inactive")]);
    }

    [Fact]
    public async Task A_deployment_whose_answer_was_lost_is_looked_for_and_not_made_twice()
    {
        using var release = new FollowedReleases(time: new VirtualTime(), change: options => options with { Topics = [GitHubTopic.Deployments] });
        release.GitHub.Deployments = """[{"id":42,"sha":"x","payload":{"release":"r1"}}]""";
        release.GitHub.Answer = request => request.Method == "POST" && request.Address.AbsolutePath.EndsWith("/deployments", StringComparison.Ordinal) ? throw new HttpRequestException("cut") : null;

        await release.EndedAsync(StageName.Deploy);

        release.GitHub.Requests.Select(request => request.Call).ShouldBe([$"POST {Repo}/deployments", $"GET {Repo}/deployments", $"POST {Repo}/deployments/42/statuses", $"GET {Repo}/deployments"]);
        release.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public async Task Notes_tell_what_is_new_since_the_replaced_commit()
    {
        using var release = new FollowedReleases(change: options => options with { Topics = [GitHubTopic.Notes] });

        await release.EndedAsync(StageName.HealthGate);

        release.GitHub.Requests[^1].Address.AbsolutePath.ShouldBe($"{Repo}/compare/0123456789ab...{SampleRecord.Commit}");
        (await File.ReadAllTextAsync(release.NotesFile, TestContext.Current.CancellationToken)).ShouldContain("## Features\n\n- it (`c1c1c1c`)");
    }

    [Theory]
    [InlineData(HttpStatusCode.Unauthorized, "IMB1510")]
    [InlineData(HttpStatusCode.InternalServerError, "IMB1513")]
    public async Task What_fails_for_good_is_warned_of_once_and_not_tried_again(HttpStatusCode status, string code)
    {
        using var release = new FollowedReleases(time: new VirtualTime());
        release.GitHub.Answer = _ => FakeGitHub.Reply(status, """{"message":"no"}""");

        await release.EndedAsync(StageName.Bake);
        var asked = release.GitHub.Requests.Count;
        await release.EndedAsync(StageName.Scan);

        release.Warnings.ShouldBe([$"warning {code}"]);
        release.GitHub.Requests.Count.ShouldBe(asked);
    }

    [Fact]
    public async Task A_missing_permission_ends_that_topic_alone()
    {
        using var release = new FollowedReleases();
        release.GitHub.Answer = request => request.Address.AbsolutePath.Contains("/statuses/a", StringComparison.Ordinal) ? FakeGitHub.Reply(HttpStatusCode.Forbidden, """{"message":"Resource not accessible by integration"}""") : null;

        await release.EndedAsync(StageName.Bake);
        await release.EndedAsync(StageName.Scan);
        await release.EndedAsync(StageName.Deploy);

        release.Warnings.ShouldBe(["warning IMB1511"]);
        release.GitHub.Requests.Select(request => request.Call).ShouldBe([StatusCall, $"POST {Repo}/deployments", $"POST {Repo}/deployments/7/statuses", $"GET {Repo}/deployments"]);
    }

    [Fact]
    public async Task A_GitHub_that_never_answers_costs_no_more_than_the_timeout_of_the_build()
    {
        using var release = new FollowedReleases(timeout: TimeSpan.FromMilliseconds(100));
        release.GitHub.Before = token => Task.Delay(Timeout.Infinite, token);

        await release.EndedAsync(StageName.Deploy);
        await release.EndedAsync(StageName.HealthGate);

        release.Warnings.ShouldBe(["warning IMB1513"]);
    }

    [Fact]
    public async Task A_fault_of_the_code_itself_is_a_warning_too()
    {
        using var release = new FollowedReleases();
        release.GitHub.Answer = _ => throw new InvalidOperationException("unforeseen");

        await release.EndedAsync(StageName.Bake);
        await release.EndedAsync(StageName.Scan);

        release.Warnings.ShouldBe(["warning IMB1518"]);
    }

    [Fact]
    public async Task Who_cancels_does_not_wait_and_is_not_warned()
    {
        using var release = new FollowedReleases();
        using var cancel = new CancellationTokenSource();
        release.GitHub.Before = async token =>
        {
            await cancel.CancelAsync();
            await Task.Delay(Timeout.Infinite, token);
        };

        await release.Follower.BeganAsync(FollowedReleases.Live, StageName.Bake, release.Context, cancel.Token);
        await release.Follower.EndedAsync(FollowedReleases.Live, StageName.Bake, "", release.Context, cancel.Token);

        release.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_a_token_nobody_is_told()
    {
        using var release = new FollowedReleases(change: options => options with { TokenVariable = null }, variables: []);

        await release.EndedAsync(StageName.Bake);

        release.GitHub.Requests.ShouldBeEmpty();
        release.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_token_that_was_named_and_is_not_there_is_IMB1516()
    {
        using var release = new FollowedReleases(variables: []);

        await release.EndedAsync(StageName.Bake);
        await release.EndedAsync(StageName.Scan);

        release.Warnings.ShouldBe(["warning IMB1516"]);
    }
}
