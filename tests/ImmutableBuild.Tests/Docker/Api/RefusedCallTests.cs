using System.Net;
using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Registries;

namespace ImmutableBuild.Tests.Docker.Api;

public sealed class RefusedCallTests : IAsyncDisposable
{
    private readonly ScriptedEngine _engine = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Theory]
    [InlineData("404 Not Found", DockerErrorKind.NotFound, false)]
    [InlineData("409 Conflict", DockerErrorKind.Conflict, false)]
    [InlineData("403 Forbidden", DockerErrorKind.Forbidden, false)]
    [InlineData("400 Bad Request", DockerErrorKind.Refused, false)]
    [InlineData("302 Found", DockerErrorKind.NotUnderstood, false)]
    [InlineData("500 Internal Server Error", DockerErrorKind.EngineFault, false)]
    [InlineData("503 Service Unavailable", DockerErrorKind.EngineFault, true)]
    public async Task A_status_tells_what_to_do(string status, object kind, bool transient)
    {
        _engine.Always(ScriptedEngine.Reply(status, """{"message":"port is already allocated"}"""));
        await using var client = await _engine.ConnectAsync();
        var fault = await Should.ThrowAsync<DockerApiException>(() => client.Containers.StartContainerAsync("web", Token));
        fault.Kind.ShouldBe((DockerErrorKind)kind);
        fault.IsTransient.ShouldBe(transient);
        fault.Message.ShouldBe($"start container web: {status[..3]} port is already allocated");
        fault.ToUserError().IsTransient.ShouldBe(transient);
    }

    [Theory]
    [InlineData("error: context canceled")]
    [InlineData("failed to create task for container: context deadline exceeded")]
    public async Task An_engine_that_goes_down_or_cannot_keep_up_is_worth_another_look(string words)
    {
        _engine.Always(ScriptedEngine.Reply("500 Internal Server Error", $$"""{"message":"{{words}}"}"""));
        await using var client = await _engine.ConnectAsync();
        (await Should.ThrowAsync<DockerApiException>(() => client.Containers.StartContainerAsync("web", Token))).IsTransient.ShouldBeTrue();
    }

    [Fact]
    public async Task What_has_happened_already_is_no_failure()
    {
        _engine.Always("HTTP/1.1 304 Not Modified\r\n\r\n");
        await using var client = await _engine.ConnectAsync();
        (await client.Containers.StopContainerAsync("web", new ContainerStopParameters(), Token)).ShouldBeFalse();
        (await client.Containers.StartContainerAsync("web", Token)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_connection_that_is_cut_leaves_the_outcome_open_and_a_change_is_asked_for_once()
    {
        _engine.Answer = static (_, _, _) => Task.CompletedTask;
        await using var client = await _engine.ConnectAsync();
        var fault = await Should.ThrowAsync<DockerApiException>(() => client.Containers.StartContainerAsync("web", Token));
        (fault.Kind, fault.IsTransient, fault.ToUserError().Code).ShouldBe((DockerErrorKind.NoReply, true, "IMB6211"));
        _engine.Requests.Count(request => request.Line.StartsWith("POST", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task The_engine_s_words_are_bounded_and_steer_no_terminal()
    {
        _engine.Always(ScriptedEngine.Reply("500 Internal Server Error", $$"""{"message":"\u001b[2J{{new string('x', 10_000)}}"}"""));
        await using var client = await _engine.ConnectAsync();
        var fault = await Should.ThrowAsync<DockerApiException>(() => client.Containers.StartContainerAsync("web", Token));
        fault.Message.Length.ShouldBeLessThan(500);
        fault.Message.ShouldNotContain('\u001b');
    }

    [Fact]
    public async Task A_pull_that_fails_half_way_fails()
    {
        _engine.Always(ScriptedEngine.Reply("200 OK", """{"status":"Pulling"}""" + "\r\n" + """{"errorDetail":{"message":"manifest unknown"},"error":"manifest unknown"}""" + "\r\n"));
        await using var client = await _engine.ConnectAsync();
        var seen = new Seen<JSONMessage>();
        var fault = await Should.ThrowAsync<DockerApiException>(() => client.Images.CreateImageAsync(new ImagesCreateParameters { FromImage = "r/x@sha256:1" }, null, seen, Token));
        (fault.Kind, fault.StatusCode, fault.Detail).ShouldBe((DockerErrorKind.EngineFault, HttpStatusCode.InternalServerError, "manifest unknown"));
        seen.Reports.ShouldHaveSingleItem().Status.ShouldBe("Pulling");
    }

    [Fact]
    public async Task A_registry_s_credential_goes_to_the_engine_and_nowhere_else()
    {
        _engine.Always(ScriptedEngine.Reply("500 Internal Server Error", """{"message":"denied"}"""));
        await using var client = await _engine.ConnectAsync();
        var fault = await Should.ThrowAsync<DockerApiException>(() => client.Images.CreateImageAsync(
            new ImagesCreateParameters { FromImage = "ghcr.io/me/x@sha256:1" }, new RegistryCredential("me", "hunter2??>>"), null, Token));
        var header = _engine.Requests.Last().Head.Split("\r\n").Single(line => line.StartsWith("X-Registry-Auth: ", StringComparison.Ordinal))[17..];
        System.Text.Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(header))
            .ShouldBe("""{"username":"me","password":"hunter2??\u003E\u003E","serveraddress":"ghcr.io"}""");
        (fault.ToString() + fault.ToUserError()).ShouldNotContain("hunter2");
        fault.ToString().ShouldNotContain(header);
    }

    [Fact]
    public void An_identity_token_goes_to_the_engine_as_one() =>
        System.Text.Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(RegistryAuth.Header("ghcr.io/me/x", RegistryCredential.OfIdentityToken("t0ken"))))
            .ShouldBe("""{"serveraddress":"ghcr.io","identitytoken":"t0ken"}""");
}

/// <summary>Keeps what is reported, at once and in order.</summary>
internal sealed class Seen<T> : IProgress<T>
{
    public List<T> Reports { get; } = [];

    public void Report(T value) => Reports.Add(value);
}
