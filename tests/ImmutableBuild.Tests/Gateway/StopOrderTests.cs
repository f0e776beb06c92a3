using ImmutableBuild.Errors;
using ImmutableBuild.Gateway;
using ImmutableBuild.Gateway.Control;
using ImmutableBuild.Gateway.Forwarding;
using ImmutableBuild.Gateway.Probing;
using ImmutableBuild.Gateway.Routing;
using ImmutableBuild.Gateway.Serving;
using ImmutableBuild.Gateway.State;
using ImmutableBuild.Gateway.Supervision;
using ImmutableBuild.Generations;
using ImmutableBuild.Images;
using ImmutableBuild.Processes;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Tests.Gateway;

/// <summary>A stop waits for what is in flight, and its lease may end before.</summary>
public sealed class StopOrderTests : IDisposable
{
    private static readonly AppKey App = new("web", "test");

    private readonly string _directory = Directory.CreateTempSubdirectory("imb-state-").FullName;
    private readonly HttpProbe _http = new();
    private readonly SettableTime _time = new();
    private readonly GatewayLog _log;
    private readonly Fleet _fleet = new(new RouteTable(Random.Shared));
    private readonly RunningGeneration _generation;
    private readonly Surroundings _surroundings;

    public StopOrderTests()
    {
        _log = new GatewayLog(TextWriter.Null, _time);
        var store = StateStore.Open(_directory, App, _time, _log);
        var record = new GenerationRecord(Spec, null, _time.Now, GenerationPhase.Running, [new InstanceRecord("0", 8080, Host: "instance")]);
        store.Change(state => state with { Generations = [record] });
        _surroundings = new Surroundings(_directory, store, ProcessHost.ForThisSystem(), _http, _time, _log);
        _generation = new RunningGeneration(record, _surroundings);
        _fleet.Add(_generation);
    }

    public void Dispose()
    {
        _http.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task What_the_next_holder_of_the_lease_has_begun_is_left_alone()
    {
        await using var serving = new ServingPathWatch(null, _fleet.Routes, new ServingProbe(), _time);
        var orders = Open(serving);
        var stopping = BeginStop(orders);

        _time.Now += TimeSpan.FromMinutes(3);
        var next = orders.Acquire(new LeaseRequest("release", TimeSpan.FromMinutes(2)));
        _generation.Traffic.Leave();

        (await Should.ThrowAsync<ImmutableBuildException>(() => stopping)).Code.ShouldBe(DeployErrors.LeaseLostCode);
        StateStore.Open(_directory, App, _time, _log).Current.Lease.ShouldNotBeNull().FencingToken.ShouldBe(next.FencingToken);
    }

    [Fact]
    public async Task Where_nobody_has_the_lease_since_it_is_a_stop_like_any_other()
    {
        await using var serving = new ServingPathWatch(null, _fleet.Routes, new ServingProbe(), _time);
        var stopping = BeginStop(Open(serving));

        _time.Now += TimeSpan.FromMinutes(3);
        _generation.Traffic.Leave();
        await stopping;

        File.Exists(Path.Combine(_directory, "state.json")).ShouldBeFalse();
    }

    [Fact]
    [Trait("Fault", "F04")]
    public async Task Nobody_gets_the_lease_of_a_gateway_that_is_ending()
    {
        await using var serving = new ServingPathWatch(null, _fleet.Routes, new ServingProbe(), _time);
        var orders = Open(serving);
        var stopping = BeginStop(orders);
        _time.Now += TimeSpan.FromMinutes(3);
        _generation.Traffic.Leave();
        await stopping;

        var refused = Should.Throw<ImmutableBuildException>(() => orders.Acquire(new LeaseRequest("release", TimeSpan.FromMinutes(2))));

        (refused.Code, refused.IsTransient).ShouldBe(("IMB6003", true), "the next gateway gives it");
        File.Exists(Path.Combine(_directory, "state.json")).ShouldBeFalse();
    }

    private Task BeginStop(Orders orders)
    {
        _generation.Traffic.Enter();
        return orders.StopAsync(orders.Acquire(new LeaseRequest("stop", TimeSpan.FromMinutes(2))));
    }

    private Orders Open(ServingPathWatch serving) => new(
        App, _fleet, LedgerFile.Open(_directory, _log), _surroundings, serving, new Destruction(_fleet, _surroundings), new Replacements(App, _fleet, _surroundings));

    private static GenerationSpec Spec => new()
    {
        App = App,
        Commit = CommitSha.Parse(1.ToString("x40")),
        Image = Digest.Of([1]),
        Repository = "local/web",
        Configuration = new RuntimeConfiguration { Port = 8080 },
        Size = 1,
    };

    private sealed class SettableTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 11, 21, 8, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
