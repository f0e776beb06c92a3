using ImmutableBuild.Errors;
using ImmutableBuild.Gateway;
using ImmutableBuild.Gateway.State;
using ImmutableBuild.Generations;
using ImmutableBuild.Releases;
using ImmutableBuild.Tests.Generations.Simulation;

namespace ImmutableBuild.Tests.Gateway;

public sealed class StateStoreTests : IDisposable
{
    private static readonly AppKey App = SimulatedSpecs.App;
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(500);
    private readonly string _directory = Directory.CreateTempSubdirectory("imb-state-").FullName;
    private readonly StringWriter _words = new();

    private string StatePath => Path.Combine(_directory, "state.json");

    public void Dispose()
    {
        _words.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void What_was_changed_is_there_after_a_restart()
    {
        Open().Change(state => state with { FencingToken = 7 });
        Open().Current.FencingToken.ShouldBe(7);
    }

    [Fact]
    public void Only_its_owner_may_read_it()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes.");
        Open().Change(state => state with { FencingToken = 7 });
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(StatePath).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    [Fact]
    [Trait("Fault", "F08")]
    public void A_torn_file_falls_back_to_the_one_before_and_says_so()
    {
        var store = Open();
        var (before, newest) = (DateTimeOffset.UnixEpoch.AddDays(1), DateTimeOffset.UnixEpoch.AddDays(2));
        store.Change(state => state with { RouteSince = before });
        store.Change(state => state with { RouteSince = newest });
        File.WriteAllText(StatePath, "");
        Open().Current.RouteSince.ShouldBe(before);
        _words.ToString().ShouldContain("state.previous.json");
    }

    [Fact]
    [Trait("Fault", "F08")]
    public void A_file_that_cannot_be_read_at_the_moment_is_not_taken_for_a_torn_one()
    {
        var newest = DateTimeOffset.UnixEpoch.AddDays(2);
        var store = Open();
        store.Change(state => state with { RouteSince = DateTimeOffset.UnixEpoch.AddDays(1) });
        store.Change(state => state with { RouteSince = newest });
        using var held = new FileStream(StatePath, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        using var words = new HeardWords(_ => held.Dispose());

        var opened = StateStore.Open(_directory, App, TimeProvider.System, new GatewayLog(words, TimeProvider.System));

        words.ToString().ShouldContain("trying again");
        opened.Current.RouteSince.ShouldBe(newest);
    }

    [Fact]
    [Trait("Fault", "F11")]
    public void Once_closed_it_takes_no_change_and_says_that_another_has_it()
    {
        var store = Open();
        store.Change(state => state with { FencingToken = 7 });
        store.Close();

        var refusal = Should.Throw<ImmutableBuildException>(() => store.Change(state => state with { FencingToken = 8 }));

        (refusal.Code, refusal.IsTransient).ShouldBe(("IMB6060", true));
        Open().Current.FencingToken.ShouldBe(7);
    }

    [Fact]
    [Trait("Fault", "F08"), Trait("Fault", "F11")]
    public void Once_another_gateway_has_it_the_one_before_writes_nothing()
    {
        var before = Open();
        before.Change(state => state with { FencingToken = 7 });
        Open().Change(state => state with { FencingToken = 8 });
        var effects = 0;

        var refusal = Should.Throw<ImmutableBuildException>(() => before.Change(state => state with { FencingToken = 9 }, _ => effects++));

        (refusal.Code, refusal.IsTransient).ShouldBe(("IMB6060", true));
        Should.Throw<ImmutableBuildException>(() => before.Change(state => state, _ => effects++)).Code.ShouldBe("IMB6060", "nor does it append to the ledger");
        effects.ShouldBe(0);
        Open().Current.FencingToken.ShouldBe(8);
    }

    [Fact]
    [Trait("Fault", "F08"), Trait("Fault", "F11")]
    public async Task Another_gateway_reads_it_only_once_a_change_that_is_under_way_has_ended()
    {
        var before = Open();
        Task<StateStore>? opening = null;

        before.Change(state =>
        {
            opening = Task.Run(() => Open(), TestContext.Current.CancellationToken);
            SpinWait.SpinUntil(() => opening.IsCompleted, Moment).ShouldBeFalse("it waits");
            return state with { FencingToken = 7 };
        });

        (await opening!).Current.FencingToken.ShouldBe(7);
    }

    [Fact]
    [Trait("Fault", "F08")]
    public void What_was_stopped_is_not_brought_back_by_a_gateway_that_missed_it()
    {
        var before = Open();
        before.Change(state => state with { FencingToken = 7 });
        var after = Open();
        after.Change(state => state, _ => after.Delete());
        StateFence.Forget(_directory);

        Should.Throw<ImmutableBuildException>(() => before.Change(state => state with { FencingToken = 9 })).Code.ShouldBe("IMB6060");

        Directory.GetFiles(_directory).ShouldBeEmpty();
    }

    [Fact]
    [Trait("Fault", "F10")]
    public void A_file_that_is_broken_twice_is_not_overwritten()
    {
        File.WriteAllText(StatePath, "{");
        Should.Throw<ImmutableBuildException>(Open).Code.ShouldBe("IMB6052");
        File.ReadAllText(StatePath).ShouldBe("{");
    }

    [Fact]
    [Trait("Fault", "F10")]
    public void A_newer_schema_is_refused_and_left_alone()
    {
        File.WriteAllText(StatePath, """{"schema":2}""");
        Should.Throw<ImmutableBuildException>(Open).Code.ShouldBe("IMB6053");
        File.ReadAllText(StatePath).ShouldBe("""{"schema":2}""");
    }

    [Fact]
    [Trait("Fault", "F09")]
    public void A_change_that_cannot_be_written_has_no_effect()
    {
        var store = Open();
        store.Change(state => state with { FencingToken = 1 });
        Directory.CreateDirectory(StatePath + ".tmp");
        var effects = 0;
        Should.Throw<ImmutableBuildException>(() => store.Change(state => state with { FencingToken = 2 }, _ => effects++)).Code.ShouldBe("IMB6050");
        effects.ShouldBe(0);
        store.Current.FencingToken.ShouldBe(1);
        Open().Current.FencingToken.ShouldBe(1);
    }

    [Fact]
    public void The_ledger_numbers_its_entries_and_takes_an_equal_one_once()
    {
        var ledger = LedgerFile.Open(_directory, Log());
        ledger.Append(Entry(1), DateTimeOffset.UnixEpoch);
        ledger.Append(Entry(1), DateTimeOffset.UnixEpoch);
        ledger.Append(Entry(2), DateTimeOffset.UnixEpoch);
        LedgerFile.Open(_directory, Log()).Entries.Select(entry => entry.Sequence).ShouldBe([1, 2]);
    }

    [Fact]
    [Trait("Fault", "F08")]
    public void A_last_line_that_was_cut_short_is_dropped()
    {
        LedgerFile.Open(_directory, Log()).Append(Entry(1), DateTimeOffset.UnixEpoch);
        File.AppendAllText(Path.Combine(_directory, "ledger.jsonl"), """{"sequence":2,"at":""");
        var ledger = LedgerFile.Open(_directory, Log());
        ledger.Entries.ShouldHaveSingleItem();
        ledger.Append(Entry(2), DateTimeOffset.UnixEpoch);
        LedgerFile.Open(_directory, Log()).Entries.Select(entry => entry.Sequence).ShouldBe([1, 2]);
    }

    private static LedgerEntry Entry(int version) => new()
    {
        Event = LedgerEvent.Live,
        Cause = LedgerCause.Release,
        By = "test",
        Spec = SimulatedSpecs.Spec(version),
    };

    private GatewayLog Log() => new(_words, TimeProvider.System);

    private StateStore Open() => StateStore.Open(_directory, App, TimeProvider.System, Log());

    /// <summary>Does something about each line that is written.</summary>
    private sealed class HeardWords(Action<string> heard) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            heard(value!);
        }
    }
}
