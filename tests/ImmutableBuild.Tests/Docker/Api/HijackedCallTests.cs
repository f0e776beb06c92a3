using System.Text;
using ImmutableBuild.Docker.Api;

namespace ImmutableBuild.Tests.Docker.Api;

public sealed class HijackedCallTests : IAsyncDisposable
{
    private readonly ScriptedEngine _engine = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact]
    public async Task The_connection_carries_input_and_output_and_the_input_s_end()
    {
        _engine.Answer = static async (_, stream, token) =>
        {
            // The first output comes in the same packet as the head.
            await ScriptedEngine.SendAsync(stream, ScriptedEngine.Upgraded + "ready ", token);
            var input = new MemoryStream();
            await stream.CopyToAsync(input, token);
            await ScriptedEngine.SendAsync(stream, $"got {Encoding.UTF8.GetString(input.ToArray())}", token);
        };
        await using var client = await _engine.ConnectAsync();
        await using var stream = await client.Exec.StartAndAttachContainerExecAsync("e1", tty: true, Token);
        await stream.WriteAsync("one "u8.ToArray(), Token);
        await stream.WriteAsync("two"u8.ToArray(), Token);
        await stream.CloseWriteAsync(Token);
        (await stream.ReadOutputToEndAsync(1000, Token)).StandardOut.ShouldBe("ready got one two");
        var sent = _engine.Requests.Last();
        sent.Line.ShouldBe("POST /v1.41/exec/e1/start HTTP/1.1");
        sent.Head.ShouldContain("Upgrade: tcp\r\n");
        sent.Head.ShouldContain("Connection: Upgrade\r\n");
        sent.Body.ShouldContain("""{"Detach":false,"Tty":true}""");
    }

    [Fact]
    public async Task An_engine_that_refuses_says_why()
    {
        _engine.Always(ScriptedEngine.Reply("409 Conflict", """{"message":"Container is paused"}"""));
        await using var client = await _engine.ConnectAsync();
        (await Should.ThrowAsync<DockerApiException>(() => client.Exec.StartAndAttachContainerExecAsync("e1", tty: false, Token))).Kind.ShouldBe(DockerErrorKind.Conflict);
    }

    [Fact]
    public async Task A_proxy_that_takes_the_upgrade_away_is_found_out()
    {
        _engine.Always(ScriptedEngine.Reply("200 OK", "output"));
        await using var client = await _engine.ConnectAsync();
        (await Should.ThrowAsync<DockerApiException>(() => client.Exec.StartAndAttachContainerExecAsync("e1", tty: false, Token))).Message.ShouldContain("Upgrade header");
    }

    [Fact]
    public async Task Reading_can_be_given_up()
    {
        _engine.Answer = static async (_, stream, token) =>
        {
            await ScriptedEngine.SendAsync(stream, ScriptedEngine.Upgraded, token);
            await Task.Delay(Timeout.Infinite, token);
        };
        await using var client = await _engine.ConnectAsync();
        await using var stream = await client.Exec.StartAndAttachContainerExecAsync("e1", tty: true, Token);
        using var ends = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await Should.ThrowAsync<OperationCanceledException>(() => stream.ReadOutputAsync(new byte[10], ends.Token).AsTask());
    }

    [Fact]
    public async Task An_engine_that_is_gone_is_no_end_of_a_write()
    {
        _engine.Answer = static (_, stream, token) => ScriptedEngine.SendAsync(stream, ScriptedEngine.Upgraded, token);
        await using var client = await _engine.ConnectAsync();
        await using var stream = await client.Exec.StartAndAttachContainerExecAsync("e1", tty: true, Token);
        (await stream.ReadOutputAsync(new byte[10], Token)).EOF.ShouldBeTrue();
        (await Should.ThrowAsync<DockerApiException>(async () =>
        {
            while (true)
            {
                await stream.WriteAsync(new byte[1000], Token);
            }
        })).IsTransient.ShouldBeTrue();
    }
}
