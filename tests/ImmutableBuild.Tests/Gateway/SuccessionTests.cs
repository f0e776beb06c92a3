using System.Collections.Concurrent;
using System.Collections.Immutable;
using ImmutableBuild.Gateway;
using ImmutableBuild.Gateway.Keeping;
using ImmutableBuild.Gateway.Supervision;
using ImmutableBuild.Processes;

namespace ImmutableBuild.Tests.Gateway;

/// <summary>
/// A keeper has another program take the place of its gateway. When it is told to end, as by <c>docker stop</c>, it tells every gateway it has
/// started, even one that it started a moment before.
/// </summary>
public sealed class SuccessionTests : IDisposable
{
    private const int Terminated = 143;
    private const int MostAttempts = 12_000;
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromMilliseconds(10);
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
        ServedProgram.Write(_directory, Program("next"));
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
        ServedProgram.Write(_directory, Program("next"));
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

    [Fact]
    [Trait("Fault", "F11")]
    public async Task A_second_program_takes_its_place_while_the_first_gateway_still_ends_what_it_works_on()
    {
        var (gateway, taken) = (Start(), new ConcurrentQueue<Taken>());
        var succession = Taking(taken);
        var waiting = succession.WaitAsync(gateway, "own", CancellationToken.None);

        await UpgradeTwiceAsync(taken);

        var (second, third) = (taken.First(), taken.Last());
        (second.Place, third.Place).ShouldBe((gateway.Identity, second.Gateway.Identity));
        _host.Running.ShouldBe(3);
        _host.End(third.Gateway.Identity, ExitCodes.Stopped);
        (await waiting.WaitAsync(Patience, TestContext.Current.CancellationToken)).ShouldBe(ExitCodes.Stopped);
        await succession.EndAsync();
        _host.Running.ShouldBe(0, "those that had left their place are ended, too");
    }

    [Fact]
    [Trait("Fault", "F08"), Trait("Fault", "F11")]
    public async Task One_that_dies_is_started_again_in_the_place_of_the_one_that_left_last()
    {
        var (gateway, taken) = (Start(), new ConcurrentQueue<Taken>());
        var waiting = Taking(taken).WaitAsync(gateway, "own", CancellationToken.None);
        await UpgradeTwiceAsync(taken);
        var (second, third) = (taken.First(), taken.Last());

        _host.End(third.Gateway.Identity, ExitCodes.Fault);

        (await UntilTakenAsync(taken, 3)).ShouldBeTrue("it is started again");
        var again = taken.Last();
        (again.Program, again.Place).ShouldBe((third.Program, second.Gateway.Identity));
        _host.End(second.Gateway.Identity, ExitCodes.Succeeded);
        _host.End(again.Gateway.Identity, ExitCodes.Fault);
        (await waiting.WaitAsync(Patience, TestContext.Current.CancellationToken)).ShouldBe(ExitCodes.Fault, "of the first one only the second knew what it works on");
    }

    private async Task UpgradeTwiceAsync(ConcurrentQueue<Taken> taken)
    {
        foreach (var (name, count) in new[] { ("second", 1), ("third", 2) })
        {
            ServedProgram.Write(_directory, Program(name));
            (await UntilTakenAsync(taken, count)).ShouldBeTrue($"the {name} takes over");
        }
    }

    private static async Task<bool> UntilTakenAsync(ConcurrentQueue<Taken> taken, int count)
    {
        for (var attempt = 0; taken.Count < count && attempt < MostAttempts; attempt++)
        {
            await Task.Delay(BetweenAttempts, TestContext.Current.CancellationToken);
        }

        return taken.Count == count;
    }

    /// <summary>A program in a directory of its own.</summary>
    private string Program(string name)
    {
        var directory = Directory.CreateDirectory(Path.Combine(_directory, name)).FullName;
        File.WriteAllText(Path.Combine(directory, ServedProgram.Assembly), "");
        return directory;
    }

    /// <summary>Each gateway that is started has the one whose place it takes leave it at once.</summary>
    private Succession Taking(ConcurrentQueue<Taken> taken) => new(
        _directory,
        _host,
        (program, place) =>
        {
            var gateway = Start();
            YieldMark.Set(_directory, place);
            taken.Enqueue(new Taken(program, place, gateway));
            return gateway;
        },
        _log);

    private RunningProcess Start() => RunningProcess.Start(
        _host, new ProcessStart { Program = "/gateway", Environment = ImmutableSortedDictionary<string, string>.Empty, WorkingDirectory = "/" });

    private sealed record Taken(string Program, ProcessIdentity Place, RunningProcess Gateway);
}
