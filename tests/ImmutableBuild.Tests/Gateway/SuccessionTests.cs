using System.Collections.Immutable;
using ImmutableBuild.Gateway;
using ImmutableBuild.Gateway.Keeping;
using ImmutableBuild.Gateway.Supervision;
using ImmutableBuild.Processes;

namespace ImmutableBuild.Tests.Gateway;

/// <summary>A keeper that is told to end, as by <c>docker stop</c>, tells every gateway it has started, even one that it started a moment before.</summary>
public sealed class SuccessionTests : IDisposable
{
    private const int Terminated = 143;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly string _directory = Directory.CreateTempSubdirectory("imb-state-").FullName;
    private readonly TellingHost _host = new();
    private readonly GatewayLog _log = new(TextWriter.Null, TimeProvider.System);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_gateway_that_was_being_started_as_all_were_told_to_end_is_told_too()
    {
        using var ending = new CancellationTokenSource();
        var succession = new Succession(_directory, _host, (_, _) => null, _log);
        await ending.CancelAsync();
        await using var onEnding = ending.Token.Register(succession.Terminate);

        var exitCode = await succession.WaitAsync(Start(), "own", ending.Token).WaitAsync(Patience, TestContext.Current.CancellationToken);

        exitCode.ShouldBe(Terminated);
    }

    [Fact]
    public async Task One_that_was_being_started_to_take_a_place_is_told_too()
    {
        var next = Directory.CreateDirectory(Path.Combine(_directory, "next")).FullName;
        await File.WriteAllTextAsync(Path.Combine(next, ServedProgram.Assembly), "", TestContext.Current.CancellationToken);
        ServedProgram.Write(_directory, next);
        using var ending = new CancellationTokenSource();
        var succession = new Succession(_directory, _host, (_, _) => StartAsAllEnd(), _log);
        await using var onEnding = ending.Token.Register(succession.Terminate);

        var exitCode = await succession.WaitAsync(Start(), "own", ending.Token).WaitAsync(Patience, TestContext.Current.CancellationToken);

        exitCode.ShouldBe(Terminated);
        (_host.Started, _host.Running).ShouldBe((2, 0));

        RunningProcess StartAsAllEnd()
        {
            var successor = Start();
            ending.Cancel();
            return successor;
        }
    }

    [Theory]
    [InlineData(ExitCodes.Stopped)]
    [InlineData(null)]
    public async Task One_that_comes_up_as_the_app_is_stopped_is_ended_too(int? told)
    {
        var next = Directory.CreateDirectory(Path.Combine(_directory, "next")).FullName;
        await File.WriteAllTextAsync(Path.Combine(next, ServedProgram.Assembly), "", TestContext.Current.CancellationToken);
        ServedProgram.Write(_directory, next);
        var gateway = Start();
        var succession = new Succession(_directory, _host, (_, _) => StartAsTheOtherEnds(), _log);

        var exitCode = await succession.WaitAsync(gateway, "own", CancellationToken.None).WaitAsync(Patience, TestContext.Current.CancellationToken);

        exitCode.ShouldBe(told);
        (_host.Started, _host.Running).ShouldBe((2, 0));

        RunningProcess StartAsTheOtherEnds()
        {
            var successor = Start();
            _host.End(gateway.Identity, told);
            return successor;
        }
    }

    private RunningProcess Start() => RunningProcess.Start(
        _host, new ProcessStart { Program = "/gateway", Environment = ImmutableSortedDictionary<string, string>.Empty, WorkingDirectory = "/" });
}
