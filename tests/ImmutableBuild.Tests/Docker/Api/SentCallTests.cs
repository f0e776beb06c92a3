using ImmutableBuild.Docker.Api.Models;

namespace ImmutableBuild.Tests.Docker.Api;

/// <summary>What goes to the engine, word for word.</summary>
public sealed class SentCallTests : IAsyncDisposable
{
    private readonly ScriptedEngine _engine = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact]
    public async Task A_list_is_narrowed_by_labels()
    {
        _engine.Always(ScriptedEngine.Reply("200 OK", "[]"));
        await using var client = await _engine.ConnectAsync();
        await client.Containers.ListContainersAsync(new ContainersListParameters { All = true, Filters = Filters.None.Label("app", "a&b").Label("env") }, Token);
        Uri.UnescapeDataString(Sent().Line).ShouldBe("""GET /v1.41/containers/json?all=1&filters={"label":["app=a\u0026b","env"]} HTTP/1.1""");
        Sent().Line.ShouldNotContain("a&b");
    }

    [Fact]
    public async Task An_image_is_named_with_its_slashes_and_its_digest()
    {
        _engine.Always(ScriptedEngine.Reply("200 OK", """{"Id":"sha256:1"}"""));
        await using var client = await _engine.ConnectAsync();
        await client.Images.InspectImageAsync("localhost:5000/a/b@sha256:1", Token);
        Sent().Line.ShouldBe("GET /v1.41/images/localhost%3A5000/a/b%40sha256%3A1/json HTTP/1.1");
    }

    [Theory]
    [InlineData("..")]
    [InlineData("../images/x")]
    [InlineData("a//b")]
    [InlineData("")]
    public async Task A_name_that_would_lead_to_another_call_is_not_sent(string name)
    {
        await using var client = await _engine.ConnectAsync();
        await Should.ThrowAsync<ArgumentException>(() => client.Containers.RemoveContainerAsync(name, new ContainerRemoveParameters(), Token));
        _engine.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_name_can_t_add_to_the_query()
    {
        await using var client = await _engine.ConnectAsync();
        await client.Containers.RemoveContainerAsync("a?force=1#x", new ContainerRemoveParameters(), Token);
        Sent().Line.ShouldBe("DELETE /v1.41/containers/a%3Fforce%3D1%23x HTTP/1.1");
    }

    [Fact]
    public async Task A_container_is_created_with_what_was_said_and_nothing_else()
    {
        _engine.Always(ScriptedEngine.Reply("201 Created", """{"Id":"abc","Warnings":null}"""));
        await using var client = await _engine.ConnectAsync();
        var created = await client.Containers.CreateContainerAsync(new CreateContainerParameters
        {
            Name = "web-1",
            Image = "r/x@sha256:1",
            ExposedPorts = new Dictionary<string, EmptyObject> { ["8080/tcp"] = new() },
            HostConfig = new HostConfiguration { ReadonlyRootfs = true, CapDrop = ["ALL"], RestartPolicy = new RestartPolicy("unless-stopped") },
        }, Token);
        created.ID.ShouldBe("abc");
        Sent().Line.ShouldBe("POST /v1.41/containers/create?name=web-1 HTTP/1.1");
        Sent().Body.ShouldContain(
            """{"HostConfig":{"RestartPolicy":{"Name":"unless-stopped","MaximumRetryCount":0},"ReadonlyRootfs":true,"CapDrop":["ALL"]},"Image":"r/x@sha256:1","ExposedPorts":{"8080/tcp":{}}}""");
    }

    [Fact]
    public async Task Of_a_container_that_exists_only_what_was_said_is_changed()
    {
        _engine.Always(ScriptedEngine.Reply("200 OK", """{"Warnings":[]}"""));
        await using var client = await _engine.ConnectAsync();
        await client.Containers.UpdateContainerAsync("web-1", new ContainerUpdateParameters(new RestartPolicy("no")), Token);
        Sent().Line.ShouldBe("POST /v1.41/containers/web-1/update HTTP/1.1");
        Sent().Body.ShouldContain("""{"RestartPolicy":{"Name":"no","MaximumRetryCount":0}}""");
    }

    [Fact]
    public async Task Times_are_seconds_with_their_fraction()
    {
        _engine.Always(ScriptedEngine.Reply("200 OK", ""));
        await using var client = await _engine.ConnectAsync();
        await client.System.MonitorEventsAsync(new ContainerEventsParameters { Since = DateTimeOffset.UnixEpoch.AddSeconds(5).AddTicks(12) }, new Seen<Message>(), Token);
        Sent().Line.ShouldBe("GET /v1.41/events?since=5.000001200 HTTP/1.1");
    }

    private ScriptedRequest Sent() => _engine.Requests.Last();
}
