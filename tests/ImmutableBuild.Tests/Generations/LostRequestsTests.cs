using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Rollouts;
using ImmutableBuild.Releases;
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

    private static ObservedGeneration Losing(ObservedGeneration generation, long lost) =>
        generation with { Traffic = new TrafficSample(DateTimeOffset.UnixEpoch, lost, lost, lost, LatencyHistogram.Empty) };
}
