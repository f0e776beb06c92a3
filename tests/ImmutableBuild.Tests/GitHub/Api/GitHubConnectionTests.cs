using System.Globalization;
using System.Net;
using ImmutableBuild.GitHub;
using ImmutableBuild.GitHub.Api;
using ImmutableBuild.Tests.Generations.Simulation;

namespace ImmutableBuild.Tests.GitHub.Api;

/// <summary>A GitHub that is busy, broken, slow, or leads elsewhere.</summary>
public sealed class GitHubConnectionTests : IDisposable
{
    private static readonly NewCommitStatus Status = new(CommitState.Success) { Context = "c" };

    private readonly VirtualTime _time = new();
    private readonly FakeGitHub _github = new();
    private readonly GitHubConnection _connection;
    private readonly GitHubClient _client;

    public GitHubConnectionTests()
    {
        var access = new GitHubAccess(new Uri("https://github.test/api/v3/"), "octocat", "shop", FakeGitHub.Token);
        _connection = new GitHubConnection(access, _github, new TimeBudget(TimeSpan.FromSeconds(30), _time));
        _client = new GitHubClient(_connection);
    }

    public void Dispose()
    {
        _connection.Dispose();
        _github.Dispose();
    }

    [Theory]
    [InlineData(HttpStatusCode.TooManyRequests, "retry-after", "1")]
    [InlineData(HttpStatusCode.Forbidden, "retry-after", "1")]
    [InlineData(HttpStatusCode.BadGateway, "x-nothing", "")]
    public async Task What_may_succeed_in_a_moment_is_asked_again(HttpStatusCode status, string header, string value)
    {
        _github.Answer = _ => _github.Requests.Count == 1 ? FakeGitHub.Reply(status, "{}", (header, value)) : null;

        (await CreateStatusAsync()).Id.ShouldBe(7);

        _github.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_limit_that_ends_soon_is_waited_for_by_GitHubs_clock()
    {
        var reset = _time.GetUtcNow().AddSeconds(1).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        _github.Answer = _ => _github.Requests.Count == 1 ? FakeGitHub.Reply(HttpStatusCode.Forbidden, "{}", ("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", reset)) : null;

        (await CreateStatusAsync()).Id.ShouldBe(7);
    }

    [Theory]
    [InlineData(HttpStatusCode.Forbidden, "x-ratelimit-remaining", "0", """{"message":"API rate limit exceeded"}""")]
    [InlineData(HttpStatusCode.Forbidden, "x", "y", """{"message":"You have exceeded a secondary rate limit."}""")]
    [InlineData(HttpStatusCode.TooManyRequests, "retry-after", "3600", "{}")]
    [InlineData(HttpStatusCode.TooManyRequests, "retry-after", "2147483647", "{}")]
    [InlineData(HttpStatusCode.TooManyRequests, "retry-after", "99999999999999999999", "not json")]
    public async Task A_limit_that_ends_too_late_is_IMB1512_at_once(HttpStatusCode status, string header, string value, string body)
    {
        var reset = _time.GetUtcNow().AddHours(1).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        _github.Answer = _ => FakeGitHub.Reply(status, body, (header, value), ("x-ratelimit-reset", reset));

        (await FaultAsync(CreateStatusAsync)).ShouldBe((ApiFault.Limited, "IMB1512"));

        _github.Requests.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(HttpStatusCode.Unauthorized, "IMB1510")]
    [InlineData(HttpStatusCode.Forbidden, "IMB1511")]
    [InlineData(HttpStatusCode.NotFound, "IMB1511")]
    [InlineData(HttpStatusCode.UnprocessableEntity, "IMB1514")]
    [InlineData(HttpStatusCode.Conflict, "IMB1514")]
    public async Task A_refusal_is_told_in_GitHubs_words_and_not_repeated(HttpStatusCode status, string code)
    {
        _github.Answer = _ => FakeGitHub.Reply(status, "{\"message\":\"No \\u001b[31mcommit\"}");

        var fault = await Should.ThrowAsync<ApiException>(CreateStatusAsync);

        fault.Diagnostic.Code.ShouldBe(code);
        fault.Message.ShouldContain("commit");
        fault.Message.ShouldNotContain("\u001b");
        fault.Message.ShouldNotContain(FakeGitHub.Token);
        _github.Requests.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"id":"seven"}""")]
    [InlineData("""{"sha":"no id"}""")]
    public async Task An_answer_of_another_form_is_IMB1515(string body)
    {
        _github.Answer = _ => FakeGitHub.Reply(HttpStatusCode.Created, body);

        (await FaultAsync(CreateStatusAsync)).ShouldBe((ApiFault.Garbled, "IMB1515"));
    }

    [Fact]
    public async Task An_answer_without_an_end_is_IMB1515()
    {
        _github.Answer = _ => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(new EndlessStream()) };

        (await FaultAsync(CreateStatusAsync)).ShouldBe((ApiFault.Garbled, "IMB1515"));
    }

    [Fact]
    public async Task What_was_renamed_is_asked_again_there_with_the_same_request()
    {
        _github.Answer = request => request.Address.AbsolutePath.Contains("/octocat/", StringComparison.Ordinal)
            ? FakeGitHub.Reply(HttpStatusCode.TemporaryRedirect, "{}", ("Location", "/api/v3/repositories/1/statuses/aa")) : null;

        await CreateStatusAsync();

        _github.Requests.Select(request => request.Call).ShouldBe(["POST /api/v3/repos/octocat/shop/statuses/aa", "POST /api/v3/repositories/1/statuses/aa"]);
        _github.Requests[1].Body!.Value.GetProperty("state").GetString().ShouldBe("success");
    }

    [Theory]
    [InlineData("https://evil.test/api/v3/repositories/1")]
    [InlineData("http://github.test/api/v3/repositories/1")]
    [InlineData("https://github.test:8443/api/v3/repositories/1")]
    [InlineData("//evil.test/x")]
    public async Task A_token_follows_no_redirect_to_another_host(string location)
    {
        _github.Answer = _ => FakeGitHub.Reply(HttpStatusCode.MovedPermanently, "{}", ("Location", location));

        (await FaultAsync(CreateStatusAsync)).ShouldBe((ApiFault.Garbled, "IMB1515"));

        _github.Requests.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Redirects_in_a_circle_end()
    {
        _github.Answer = _ => FakeGitHub.Reply(HttpStatusCode.Found, "{}", ("Location", "/api/v3/again"));

        (await FaultAsync(CreateStatusAsync)).ShouldBe((ApiFault.Garbled, "IMB1515"));
    }

    [Fact]
    public async Task A_list_is_read_page_by_page_and_not_for_ever()
    {
        _github.Answer = request => FakeGitHub.Reply(HttpStatusCode.OK, """[{"id":1,"sha":"a"}]""", ("Link", $"<{request.Address}&page=2>; rel=\"next\", <{request.Address}&page=9>; rel=\"last\""));

        var deployments = await _client.GetAll("octocat", "shop", new DeploymentRequest(null, "deploy:web", "dev"), CancellationToken.None);

        deployments.Count.ShouldBe(3);
        _github.Requests[0].Address.Query.ShouldBe("?per_page=100&task=deploy%3Aweb&environment=dev");
    }

    [Fact]
    public async Task A_next_page_on_another_host_is_not_asked_for()
    {
        _github.Answer = _ => FakeGitHub.Reply(HttpStatusCode.OK, "[]", ("Link", "<https://evil.test/?page=2>; rel=\"next\""));

        (await FaultAsync(() => _client.GetAll("octocat", "shop", new DeploymentRequest(null, null, null), CancellationToken.None))).ShouldBe((ApiFault.Garbled, "IMB1515"));
    }

    [Fact]
    public async Task A_deployment_is_never_sent_twice()
    {
        _github.Answer = _ => FakeGitHub.Reply(HttpStatusCode.BadGateway);
        var deployment = new NewDeployment("aa") { Task = "deploy:web", Environment = "dev", Payload = new DeploymentPayload { App = "web" } };

        (await FaultAsync(() => _client.Create("octocat", "shop", deployment, CancellationToken.None))).ShouldBe((ApiFault.Unreachable, "IMB1513"));

        _github.Requests.Count.ShouldBe(1);
    }

    private Task<CommitStatus> CreateStatusAsync() => _client.Create("octocat", "shop", "aa", Status, CancellationToken.None);

    private static async Task<(ApiFault Fault, string Code)> FaultAsync(Func<Task> call)
    {
        var fault = await Should.ThrowAsync<ApiException>(call);
        return (fault.Fault, fault.Diagnostic.Code);
    }

    private sealed class EndlessStream : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => 0; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            Array.Fill(buffer, (byte)' ', offset, count);
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
