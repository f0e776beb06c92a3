using System.Net;
using System.Net.Sockets;
using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Api.Calls;
using ImmutableBuild.Docker.Api.Endpoints;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Tests.Docker.Api;

public sealed class ConnectTests : IAsyncDisposable
{
    private readonly ScriptedEngine _engine = new();

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Theory]
    [InlineData("1.41", "1.12", "1.41")]
    [InlineData("1.44", "1.24", "1.44")]
    [InlineData("1.52", "1.44", "1.47")]
    public async Task The_newest_version_that_both_know_is_spoken(string newest, string oldest, string spoken)
    {
        Speaks(newest, oldest);
        await using var client = await _engine.ConnectAsync();
        await client.Containers.StartContainerAsync("web", TestContext.Current.CancellationToken);
        _engine.Requests.Last().Line.ShouldBe($"POST /v{spoken}/containers/web/start HTTP/1.1");
    }

    [Theory]
    [InlineData("1.40", "1.12")]
    [InlineData("1.60", "1.48")]
    public async Task An_engine_of_another_age_is_refused_with_what_was_found(string newest, string oldest)
    {
        Speaks(newest, oldest);
        var fault = await Refused("IMB6206");
        fault.Message.ShouldContain("1.41 to 1.47");
        fault.Message.ShouldContain($"{oldest} to {newest}");
    }

    [Fact]
    public async Task A_web_server_is_no_engine()
    {
        _engine.PingReply = ScriptedEngine.Reply("200 OK", "<html>hello</html>");
        (await Refused("IMB6205")).Message.ShouldContain("without an API version");
        _engine.PingReply = ScriptedEngine.Reply("404 Not Found", "<html>\u001b[2Jnothing</html>");
        (await Refused("IMB6205")).Message.ShouldNotContain('\u001b');
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n")]
    [InlineData("")]
    [InlineData("HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n")]
    public async Task What_speaks_something_else_is_no_engine(string says)
    {
        _engine.PingReply = says;
        (await Refused("IMB6205")).IsTransient.ShouldBeFalse();
    }

    [Fact]
    public async Task A_socket_that_is_not_there_is_an_absent_engine()
    {
        var fault = await Refused("IMB6203", new UnixSocketEndpoint("/nowhere/docker.sock"));
        fault.Message.ShouldContain("unix:///nowhere/docker.sock");
        fault.IsTransient.ShouldBeTrue();
    }

    [Fact]
    public async Task A_port_where_nothing_listens_is_an_absent_engine()
    {
        // Bound, so that nobody else can listen there meanwhile.
        using var bound = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        bound.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)bound.LocalEndPoint!).Port;
        (await Refused("IMB6203", new TcpEndpoint("127.0.0.1", port, null))).Message.ShouldContain($"tcp://127.0.0.1:{port}");
    }

    [Fact]
    public async Task An_engine_that_is_starting_is_worth_another_try()
    {
        _engine.PingReply = ScriptedEngine.Reply("503 Service Unavailable", """{"message":"starting"}""");
        (await Refused("IMB6210")).IsTransient.ShouldBeTrue();
    }

    [Fact]
    public async Task An_engine_that_says_nothing_is_not_waited_for_for_ever()
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var path = Path.Combine(Path.GetTempPath(), $"ib-{Guid.NewGuid():N}.sock");
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        (await Refused("IMB6203", new UnixSocketEndpoint(path), new EngineLimits { Reply = TimeSpan.FromMilliseconds(200) })).IsTransient.ShouldBeTrue();
        File.Delete(path);
    }

    private void Speaks(string newest, string oldest)
    {
        _engine.PingReply = ScriptedEngine.Reply("200 OK", "OK", $"Api-Version: {newest}\r\n");
        _engine.VersionReply = ScriptedEngine.Reply("200 OK", $$"""{"Version":"x","ApiVersion":"{{newest}}","MinAPIVersion":"{{oldest}}"}""");
    }

    private async Task<ImmutableBuildException> Refused(string code, DockerEndpoint? endpoint = null, EngineLimits? limits = null)
    {
        endpoint ??= _engine.Endpoint;
        var fault = await Should.ThrowAsync<ImmutableBuildException>(() => DockerClient.ConnectAsync(
            endpoint, ImmutableBuild.Docker.Api.Transports.EngineTransports.To(endpoint), limits ?? EngineLimits.Default, TimeProvider.System, TestContext.Current.CancellationToken));
        fault.Code.ShouldBe(code);
        return fault;
    }
}
