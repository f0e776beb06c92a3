using System.Text;
using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Api.Calls;
using ImmutableBuild.Docker.Api.Models;

namespace ImmutableBuild.Tests.Docker.Api;

public sealed class HostileReplyTests : IAsyncDisposable
{
    private const string EndlessHead = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";

    private readonly ScriptedEngine _engine = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact]
    public async Task An_endless_line_of_events_is_read_up_to_a_bound()
    {
        EndlessBody("x");
        (await FaultOf(client => client.System.MonitorEventsAsync(new ContainerEventsParameters(), new Seen<Message>(), Token), new EngineLimits { LineBytes = 10_000 }))
            .Message.ShouldContain("a line of more than 10000 bytes");
    }

    [Fact]
    public async Task An_endless_reply_is_read_up_to_a_bound()
    {
        EndlessBody(" ");
        (await FaultOf(client => client.System.GetSystemInfoAsync(Token), new EngineLimits { ReplyBytes = 50_000 })).Message.ShouldContain("more than 50000 bytes");
    }

    [Fact]
    public async Task An_endless_error_is_read_up_to_a_bound()
    {
        _engine.Answer = static (_, stream, token) => EndlessAsync(stream, "HTTP/1.1 500 Internal Server Error\r\nConnection: close\r\n\r\n", "e", token);
        var fault = await FaultOf(client => client.System.GetSystemInfoAsync(Token), EngineLimits.Default, DockerErrorKind.EngineFault);
        fault.Detail.Length.ShouldBeLessThan(400);
    }

    [Fact]
    public async Task An_endless_head_is_read_up_to_a_bound()
    {
        _engine.Answer = static (_, stream, token) => EndlessAsync(stream, "HTTP/1.1 200 OK\r\n", "X: y\r\n", token);
        await FaultOf(client => client.System.GetSystemInfoAsync(Token), EngineLimits.Default);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("null")]
    [InlineData("""{"NCPU":"many"}""")]
    [InlineData("""{"NCPU":1""")]
    public async Task JSON_of_another_kind_is_not_understood(string body)
    {
        _engine.Always(ScriptedEngine.Reply("200 OK", body));
        await FaultOf(client => client.System.GetSystemInfoAsync(Token), EngineLimits.Default);
    }

    [Fact]
    public async Task JSON_without_what_must_be_there_is_not_understood()
    {
        _engine.Always(ScriptedEngine.Reply("200 OK", """{"Name":"/x"}"""));
        await FaultOf(client => client.Containers.InspectContainerAsync("x", Token), EngineLimits.Default);
    }

    [Fact]
    public async Task JSON_nested_without_end_is_not_understood()
    {
        _engine.Always(ScriptedEngine.Reply("200 OK", $$"""{"X":{{new string('[', 100_000)}}"""));
        await FaultOf(client => client.System.GetSystemInfoAsync(Token), EngineLimits.Default);
    }

    [Fact]
    public async Task A_reply_that_is_cut_is_none()
    {
        _engine.Always("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"NCPU\"");
        (await FaultOf(client => client.System.GetSystemInfoAsync(Token), EngineLimits.Default, DockerErrorKind.NoReply)).IsTransient.ShouldBeTrue();
    }

    [Fact]
    public async Task Events_that_are_cut_are_told_from_events_that_end()
    {
        _engine.Always("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n12\r\n{\"Action\":\"start\"}\r\n");
        (await FaultOf(client => client.System.MonitorEventsAsync(new ContainerEventsParameters(), new Seen<Message>(), Token), EngineLimits.Default, DockerErrorKind.NoReply)).IsTransient.ShouldBeTrue();
    }

    [Fact]
    public async Task An_answer_that_trickles_is_given_up()
    {
        _engine.Answer = static async (_, stream, token) =>
        {
            await ScriptedEngine.SendAsync(stream, EndlessHead, token);
            while (true)
            {
                await ScriptedEngine.SendAsync(stream, " ", token);
                await Task.Delay(10, token);
            }
        };
        (await FaultOf(client => client.System.GetSystemInfoAsync(Token), new EngineLimits { Reply = TimeSpan.FromSeconds(15) }, DockerErrorKind.NoReply)).Message.ShouldContain("within 15 s");
    }

    [Fact]
    public async Task A_pull_that_falls_silent_is_given_up()
    {
        _engine.Answer = static async (_, stream, token) =>
        {
            await ScriptedEngine.SendAsync(stream, EndlessHead + "{\"status\":\"Pulling\"}\r\n", token);
            await Task.Delay(Timeout.Infinite, token);
        };
        await FaultOf(client => client.Images.CreateImageAsync(new ImagesCreateParameters { FromImage = "x" }, null, null, Token), new EngineLimits { Silence = TimeSpan.FromMilliseconds(300) }, DockerErrorKind.NoReply);
    }

    [Fact]
    public async Task Following_ends_when_the_caller_says_so()
    {
        _engine.Answer = static async (_, stream, token) =>
        {
            await ScriptedEngine.SendAsync(stream, EndlessHead + "{\"Action\":\"start\"}\n", token);
            await Task.Delay(Timeout.Infinite, token);
        };
        await using var client = await _engine.ConnectAsync();
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await Should.ThrowAsync<OperationCanceledException>(() => client.System.MonitorEventsAsync(new ContainerEventsParameters(), new Then<Message>(ends.Cancel), ends.Token));
    }

    private void EndlessBody(string piece) => _engine.Answer = (_, stream, token) => EndlessAsync(stream, EndlessHead, piece, token);

    private static async Task EndlessAsync(Stream stream, string head, string piece, CancellationToken cancellationToken)
    {
        await ScriptedEngine.SendAsync(stream, head, cancellationToken);
        var pieces = new StringBuilder().Insert(0, piece, 4096).ToString();
        while (true)
        {
            await ScriptedEngine.SendAsync(stream, pieces, cancellationToken);
        }
    }

    private async Task<DockerApiException> FaultOf(Func<DockerClient, Task> call, EngineLimits limits, object? kind = null)
    {
        await using var client = await _engine.ConnectAsync(limits);
        var fault = await Should.ThrowAsync<DockerApiException>(() => call(client));
        fault.Kind.ShouldBe((DockerErrorKind)(kind ?? DockerErrorKind.NotUnderstood));
        return fault;
    }

    private sealed class Then<T>(Action act) : IProgress<T>
    {
        public void Report(T value) => act();
    }
}
