using System.Collections.Immutable;
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
using ImmutableBuild.Releases;

namespace ImmutableBuild.Tests.Gateway;

/// <summary>A release that is cancelled has its generation destroyed, and the gateway may be starting it just then.</summary>
public sealed class StartOrderTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(500);
    private static readonly AppKey App = new("web", "test");

    private readonly string _directory = Directory.CreateTempSubdirectory("imb-state-").FullName;
    private readonly HttpProbe _http = new();
    private readonly TellingHost _host = new();
    private readonly GatewayLog _log = new(TextWriter.Null, TimeProvider.System);
    private readonly Fleet _fleet = new(new RouteTable(Random.Shared));
    private readonly Surroundings _surroundings;

    public StartOrderTests()
    {
        var store = StateStore.Open(_directory, App, TimeProvider.System, _log);
        _surroundings = new Surroundings(_directory, store, _host, _http, TimeProvider.System, _log);
    }

    public void Dispose()
    {
        _http.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task What_is_destroyed_while_it_is_started_leaves_no_process()
    {
        await using var serving = new ServingPathWatch(null, _fleet.Routes, new ServingProbe(), TimeProvider.System);
        var orders = Open(serving);
        var lease = orders.Acquire(new LeaseRequest("release", Patience));
        _host.Starting = started =>
        {
            if (started == Worker.Size)
            {
                orders.Destroy(Worker.Id, lease);
                SpinWait.SpinUntil(() => _fleet.All.Count == 0, Moment);
            }
        };

        await orders.CreateAsync(new CreateRequest(Worker, Plan, lease));

        SpinWait.SpinUntil(() => _fleet.All.Count == 0, Patience).ShouldBeTrue("it is gone");
        (_host.Started, _host.Running).ShouldBe((Worker.Size, 0));
    }

    [Fact]
    public async Task What_is_destroyed_while_it_is_started_stays_so()
    {
        await using var serving = new ServingPathWatch(null, _fleet.Routes, new ServingProbe(), TimeProvider.System);
        var orders = Open(serving);
        var lease = orders.Acquire(new LeaseRequest("release", Patience));
        _host.Starting = started =>
        {
            if (started == 1)
            {
                _fleet.Find(Worker.Id)!.Traffic.Enter();
                orders.Destroy(Worker.Id, lease);
            }
        };

        await orders.CreateAsync(new CreateRequest(Worker, Plan, lease));

        _surroundings.Store.Current.Find(Worker.Id).ShouldNotBeNull().Phase.ShouldBe(GenerationPhase.Destroying);
        _fleet.Find(Worker.Id)!.Traffic.Leave();
        SpinWait.SpinUntil(() => _fleet.All.Count == 0, Patience).ShouldBeTrue("it is gone");
    }

    [Fact]
    public async Task What_was_stopped_is_not_started()
    {
        var record = new GenerationRecord(Worker, Plan, DateTimeOffset.UtcNow, GenerationPhase.Creating, [new InstanceRecord("0", 0)]);
        var generation = new RunningGeneration(record, _surroundings);

        await generation.StopAsync();

        Should.Throw<ImmutableBuildException>(generation.Start).Code.ShouldBe("IMB6056");
        _host.Started.ShouldBe(0);
    }

    private Orders Open(ServingPathWatch serving) => new(
        App, _fleet, LedgerFile.Open(_directory, _log), _surroundings, serving, new Destruction(_fleet, _surroundings), new Replacements(App, _fleet, _surroundings));

    /// <summary>Its program has to exist, and is not started: see <see cref="TellingHost"/>.</summary>
    private static LaunchPlan Plan => new(Environment.ProcessPath!, [], "/", ImmutableSortedDictionary<string, string>.Empty);

    private static GenerationSpec Worker => new()
    {
        App = App,
        Commit = CommitSha.Parse(1.ToString("x40")),
        Image = Digest.Of([1]),
        Repository = "local/web",
        Configuration = new RuntimeConfiguration
        {
            Port = null,
            Probe = Probe.Default with { Kind = ProbeKind.Process },
            DrainTimeout = Patience,
            StreamDrainTimeout = Patience,
            StopGrace = Patience,
        },
        Size = 2,
    };
}
