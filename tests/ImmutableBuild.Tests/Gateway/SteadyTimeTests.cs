using ImmutableBuild.Errors;
using ImmutableBuild.Gateway;
using ImmutableBuild.Gateway.State;
using ImmutableBuild.Generations;
using ImmutableBuild.Releases;
using ImmutableBuild.Tests.Generations.Simulation;

namespace ImmutableBuild.Tests.Gateway;

/// <summary>The machine's clock is set back or forward while a gateway runs, or while none does.</summary>
public sealed class SteadyTimeTests : IDisposable
{
    private static readonly AppKey App = SimulatedSpecs.App;
    private static readonly DateTimeOffset Noon = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private readonly string _directory = Directory.CreateTempSubdirectory("imb-state-").FullName;
    private readonly SystemClock _system = new(Noon);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_clock_set_back_is_not_followed_and_time_goes_on()
    {
        var time = new SteadyTime(_system);
        _system.Set(-Hour);
        time.GetUtcNow().ShouldBe(Noon);
        _system.Pass(TimeSpan.FromMinutes(10));
        time.GetUtcNow().ShouldBe(Noon.AddMinutes(10));
        _system.Set(Hour + TimeSpan.FromMinutes(5));
        time.GetUtcNow().ShouldBe(Noon.AddMinutes(15), "once the system's clock has caught up, it counts again");
    }

    [Fact]
    public void It_goes_on_from_what_was_written_down()
    {
        var time = new SteadyTime(_system);
        time.NotBefore(Noon - Hour);
        time.GetUtcNow().ShouldBe(Noon);
        time.NotBefore(Noon + Hour);
        time.GetUtcNow().ShouldBe(Noon + Hour);
        _system.Pass(TimeSpan.FromSeconds(1));
        time.GetUtcNow().ShouldBe(Noon + Hour + TimeSpan.FromSeconds(1));
    }

    [Fact]
    [Trait("Fault", "F05"), Trait("Fault", "F43")]
    public void An_abandoned_lease_ends_in_time_though_the_clock_is_set_back()
    {
        var gateway = Gateway();
        Acquire(gateway, "abandoned");
        _system.Set(-Hour);

        Should.Throw<ImmutableBuildException>(() => Acquire(gateway, "next")).Code.ShouldBe("IMB6001");
        _system.Pass(TimeSpan.FromSeconds(31));
        Acquire(gateway, "next").Holder.ShouldBe("next");
    }

    [Fact]
    [Trait("Fault", "F05"), Trait("Fault", "F43")]
    public void Also_when_it_is_set_back_while_no_gateway_runs()
    {
        var gateway = Gateway();
        Acquire(gateway, "abandoned");
        _system.Set(-Hour);

        gateway = Gateway();

        _system.Pass(TimeSpan.FromSeconds(31));
        Acquire(gateway, "next").Holder.ShouldBe("next");
    }

    [Fact]
    [Trait("Fault", "F43")]
    public void A_living_holder_keeps_its_lease_when_the_clock_is_set_back()
    {
        var gateway = Gateway();
        var lease = Acquire(gateway, "holder");
        _system.Set(-Hour);
        Should.NotThrow(() => Leases.Demand(gateway.Store.Current, lease, gateway.Time.GetUtcNow()));
        Acquire(gateway, "holder").FencingToken.ShouldBe(lease.FencingToken);
    }

    [Fact]
    [Trait("Fault", "F43")]
    public void What_went_live_is_never_older_than_its_creation()
    {
        var gateway = Gateway();
        Acquire(gateway, "holder");
        var createdAt = gateway.Time.GetUtcNow();
        _system.Set(-Hour);

        gateway = Gateway();
        gateway.Ledger.Append(Live(1), gateway.Time.GetUtcNow());
        File.Delete(Path.Combine(_directory, "state.json"));
        _system.Set(-Hour);
        gateway = Gateway();
        gateway.Ledger.Append(Live(2), gateway.Time.GetUtcNow());

        gateway.Ledger.Entries.Select(entry => entry.At).ShouldBeInOrder();
        gateway.Ledger.Entries.ShouldAllBe(entry => entry.At >= createdAt);
    }

    private static Lease Acquire(SavedState gateway, string holder)
    {
        var request = new LeaseRequest(holder, TimeSpan.FromSeconds(30));
        var held = gateway.Store.Change(state => Leases.Acquire(state, request, gateway.Time.GetUtcNow())).Lease!;
        return new Lease(held.Holder, held.FencingToken, held.ExpiresAt);
    }

    private SavedState Gateway() => SavedState.Open(_directory, App, _system, new GatewayLog(TextWriter.Null, _system));

    private static LedgerEntry Live(int version) => new()
    {
        Event = LedgerEvent.Live,
        Cause = LedgerCause.Release,
        By = "test",
        Spec = SimulatedSpecs.Spec(version),
    };

    /// <summary>A clock that can be set, and time that passes all the same.</summary>
    private sealed class SystemClock(DateTimeOffset start) : TimeProvider
    {
        private DateTimeOffset _now = start;
        private long _passed;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => _now;

        public override long GetTimestamp() => _passed;

        public void Set(TimeSpan by) => _now += by;

        public void Pass(TimeSpan time)
        {
            _now += time;
            _passed += time.Ticks;
        }
    }
}
