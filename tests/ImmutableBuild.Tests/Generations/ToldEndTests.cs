using ImmutableBuild.Generations;
using ImmutableBuild.Tests.Generations.Simulation;

namespace ImmutableBuild.Tests.Generations;

/// <summary>With what a generation's failure is told, when its instance ends about that time.</summary>
public sealed class ToldEndTests
{
    private readonly World _world = new();

    [Theory, Trait("Fault", "F14")]
    [InlineData(137, "IMB7004")]
    [InlineData(143, "IMB7004")]
    [InlineData(0, "IMB7004")]
    [InlineData(42, "IMB7002")]
    public async Task What_ends_while_it_is_destroyed_is_told_with_what_was_wrong_before_unless_its_exit_code_says_more(int exitCode, string told)
    {
        await _world.ReleaseAsync(1);
        _world.With(2, new SimulatedApp { ProbePasses = probe => probe != 8 });
        _world.Target.Shows = seen => seen with
        {
            Generations = [.. seen.Generations.Select(generation => generation.Phase != GenerationPhase.Destroying ? generation : generation with
            {
                Instances = [.. generation.Instances.Select(instance => instance with { State = InstanceState.Exited, ExitCode = exitCode, ConsecutiveHealthy = 0 })],
            })],
        };

        (await _world.FailAsync(2)).Code.ShouldBe(told);
    }

    [Fact, Trait("Fault", "F14")]
    public async Task What_stops_answering_a_moment_before_its_end_shows_is_told_with_how_it_ended()
    {
        await _world.ReleaseAsync(1);
        _world.With(2, new SimulatedApp { ProbePasses = probe => probe != 8 });
        var (hadTraffic, looks) = (false, 0);
        _world.Target.Shows = seen =>
        {
            var hasTraffic = seen.Route.Route.Names(World.Id(2));
            hadTraffic |= hasTraffic;
            return !hadTraffic || hasTraffic || ++looks < 2 ? seen : seen with
            {
                Generations = [.. seen.Generations.Select(generation => generation.Id != World.Id(2) ? generation : generation with
                {
                    Instances = [.. generation.Instances.Select(instance => instance with { State = InstanceState.Exited, ExitCode = 42, ConsecutiveHealthy = 0 })],
                })],
            };
        };

        var failure = await _world.FailAsync(2);

        failure.Code.ShouldBe("IMB7002");
        failure.Message.ShouldContain("42");
        _world.Serving.ShouldBe(World.Id(1));
        _world.Standing.ShouldBe([World.Id(1)]);
    }
}
