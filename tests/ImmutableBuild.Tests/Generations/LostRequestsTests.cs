using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Rollouts;
using ImmutableBuild.Releases;
using ImmutableBuild.Reports;
using ImmutableBuild.Tests.Generations.Simulation;
using ImmutableBuild.Tests.Releases;

namespace ImmutableBuild.Tests.Generations;

/// <summary>"No request was lost" is said of the whole release, the drain of the old generation included.</summary>
public sealed class LostRequestsTests
{
    private readonly World _world = new();
    private readonly TrafficWatch _watch = new(World.Id(2));

    [Fact, Trait("Fault", "F21")]
    public async Task Requests_cut_at_the_drain_limit_are_counted_and_said()
    {
        await _world.ReleaseAsync(1);
        await _world.RunAsync(_world.Desire(2));
        _world.Target.Shows = seen => seen with
        {
            Generations = [.. seen.Generations.Select(generation => generation.Phase == GenerationPhase.Destroying ? Losing(generation, 3) : generation)],
        };
        var record = SampleRecord.Compiled with
        {
            App = SimulatedSpecs.App,
            Deploy = new DeployRecord { Spec = SimulatedSpecs.Spec(2), AlreadyLive = false },
            HealthGate = new HealthGateRecord { Live = World.Id(2), RequestsLost = 1 },
        };
        var context = new StageContext(new ReleaseOptions { App = SimulatedSpecs.App, DataDirectory = "/data" }, _world.Reporter, _world.Time, _ => null) { WorkDirectory = "/work" };

        var result = await new DestroyOldStage(_world.Target).RunAsync(record, context, TestContext.Current.CancellationToken);

        result.Record.DestroyOld!.RequestsLost.ShouldBe(3);
        result.Summary.ShouldContain("3 requests lost while draining");
        string.Join('\n', ReleaseSummary.Of(result.Record, "web", "web.csproj")).ShouldContain("4 requests were lost");
    }

    [Fact]
    public async Task Where_nobody_counted_it_is_not_said_that_nothing_was_lost()
    {
        await _world.ReleaseAsync(1);
        _world.Target.Shows = seen => seen with { Generations = [.. seen.Generations.Select(generation => generation with { Traffic = null })] };

        var run = await _world.ReleaseAsync(2);

        run.RequestsLost.ShouldBeNull();
        var record = SampleRecord.Whole with { HealthGate = SampleRecord.Whole.HealthGate! with { RequestsLost = run.RequestsLost } };
        string.Join('\n', ReleaseSummary.Of(record, "web", "web.csproj")).ShouldContain("lost requests not counted");
        ReleaseReport.Create(record, []).ToMarkdown().ShouldContain("| Requests lost | not counted |");
    }

    [Fact]
    public void A_target_that_tells_errors_but_not_which_were_lost_counts_none()
    {
        _watch.Note(Routed(0, 0));
        var seen = Routed(1, 0);
        _watch.Note(seen with { Generations = [seen.Generations[0] with { Traffic = seen.Generations[0].Traffic! with { Lost = null } }] });

        _watch.Lost.ShouldBeNull();
    }

    [Fact]
    public void A_reading_that_comes_late_is_of_the_whole_form()
    {
        _watch.Note(Routed(0, 0));
        _watch.Note(Routed(1, null));
        _watch.Lost.ShouldBeNull();

        _watch.Note(Routed(1, 2));
        _watch.Note(Routed(1, null));

        _watch.Lost.ShouldBe(2);
    }

    [Fact]
    public void A_form_of_the_route_that_nobody_counted_in_stays_unknown()
    {
        _watch.Note(Routed(0, 0));
        _watch.Note(Routed(1, null));
        _watch.Note(Routed(2, 0));

        _watch.Lost.ShouldBeNull();
    }

    [Fact]
    public void A_worker_has_no_requests_to_lose()
    {
        _watch.Note(Routed(0, null, port: null));
        _watch.Note(Routed(1, null, port: null));

        _watch.Lost.ShouldBe(0);
    }

    [Fact]
    public void What_a_generation_lost_stays_counted_when_it_is_gone()
    {
        _watch.Note(Seen(0, (1, 5), (2, 0)));
        _watch.Note(Seen(0, (1, 7), (2, 1)));
        _watch.Note(Seen(0, (2, 1)));

        _watch.Lost.ShouldBe(3);
    }

    [Fact]
    public void Each_form_of_the_route_and_each_gateway_counts_anew()
    {
        _watch.Note(Seen(0, (1, 5)));
        _watch.Note(Seen(1, (1, 2)));
        _watch.Note(Seen(1, (1, 1)));

        _watch.Lost.ShouldBe(3, "two in the new form, and one since its counter fell, which a restart does");
    }

    private Observation Seen(int form, params (int Commit, long Lost)[] generations) => _world.Now with
    {
        Route = new RouteState(Route.None, DateTimeOffset.UnixEpoch.AddSeconds(form), null),
        Generations =
        [
            .. generations.Select(generation => Losing(
                new ObservedGeneration(SimulatedSpecs.Spec(generation.Commit), DateTimeOffset.UnixEpoch, GenerationPhase.Running, [], 0, null), generation.Lost)),
        ],
    };

    private Observation Routed(int form, long? lost, int? port = 8080)
    {
        var spec = SimulatedSpecs.Spec(1, configuration: new RuntimeConfiguration { Port = port });
        var generation = new ObservedGeneration(spec, DateTimeOffset.UnixEpoch, GenerationPhase.Running, [], 0, null);
        return _world.Now with
        {
            Route = new RouteState(Route.To(spec.Id), DateTimeOffset.UnixEpoch.AddSeconds(form), null),
            Generations = [lost is { } count ? Losing(generation, count) : generation],
        };
    }

    private static ObservedGeneration Losing(ObservedGeneration generation, long lost) =>
        generation with { Traffic = new TrafficSample(DateTimeOffset.UnixEpoch, lost, lost, lost, LatencyHistogram.Empty) };
}
