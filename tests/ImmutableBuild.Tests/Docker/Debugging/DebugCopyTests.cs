using System.Text;
using ImmutableBuild.Docker;
using ImmutableBuild.Docker.Debugging;
using ImmutableBuild.Tests.Docker.Api;
using ImmutableBuild.Tests.Gateway;

namespace ImmutableBuild.Tests.Docker.Debugging;

/// <summary>A program in a copy, and how its end is found where the engine does not tell.</summary>
public sealed class DebugCopyTests : IAsyncDisposable
{
    private const string Hello = "\u0001\0\0\0\0\0\0\u0005hello";

    private readonly ScriptedEngine _engine = new();
    private readonly MemoryStream _output = new();
    private Func<Stream, CancellationToken, Task> _rest = Forever;
    private Func<Stream, CancellationToken, Task> _wait = Forever;
    private string _program = ScriptedEngine.Reply("200 OK", """{"ID":"e1","Running":false,"ExitCode":7,"Pid":1}""");

    public DebugCopyTests() => _engine.Answer = AnswerAsync;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact]
    public async Task A_program_that_ends_by_itself_has_its_own_code()
    {
        _rest = static (_, _) => Task.CompletedTask;

        (await RunAsync()).ShouldBe(7);

        Encoding.UTF8.GetString(_output.ToArray()).ShouldBe("hello");
    }

    [Fact]
    public async Task One_whose_container_has_ended_was_killed_even_where_the_engine_keeps_its_connection()
    {
        _wait = static (stream, token) => ScriptedEngine.SendAsync(stream, "{\"StatusCode\":137}\n", token);
        _program = ScriptedEngine.Reply("404 Not Found", """{"message":"No such exec instance: e1"}""");

        (await RunAsync()).ShouldBe(137);

        Encoding.UTF8.GetString(_output.ToArray()).ShouldBe("hello");
    }

    [Fact]
    public async Task An_engine_that_does_not_know_the_end_of_a_container_is_not_asked_again()
    {
        _wait = static (_, _) => Task.CompletedTask;
        _rest = static (_, token) => Task.Delay(50, token);

        (await RunAsync()).ShouldBe(7);
    }

    [Fact]
    public async Task Whoever_looks_can_give_up()
    {
        using var enough = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));

        await Should.ThrowAsync<OperationCanceledException>(() => RunAsync(enough.Token));
    }

    private async Task<int> RunAsync(CancellationToken? cancellationToken = null)
    {
        await using var client = await _engine.ConnectAsync();
        var containers = new DebugContainers(client, new AppNames(GatewayParts.App), "1");
        return await new DebugCopy(client, containers, containers.App, "/bin/sh").RunAsync(["sleep", "300"], Stream.Null, _output, Stream.Null, cancellationToken ?? Token);
    }

    private async Task AnswerAsync(ScriptedRequest request, Stream stream, CancellationToken cancellationToken)
    {
        switch (request.Line.Split(' ')[1].Split('/')[^1])
        {
            case "exec":
                await ScriptedEngine.SendAsync(stream, ScriptedEngine.Reply("201 Created", """{"Id":"e1"}"""), cancellationToken);
                break;
            case "start":
                await ScriptedEngine.SendAsync(stream, ScriptedEngine.Upgraded + Hello, cancellationToken);
                await _rest(stream, cancellationToken);
                break;
            case "wait":
                await ScriptedEngine.SendAsync(stream, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n", cancellationToken);
                await _wait(stream, cancellationToken);
                break;
            default:
                await ScriptedEngine.SendAsync(stream, _program, cancellationToken);
                break;
        }
    }

    private static Task Forever(Stream stream, CancellationToken cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken);
}
