using ImmutableBuild.Generations;
using ImmutableBuild.Tests.Generations.Simulation;

namespace ImmutableBuild.Tests.Generations;

/// <summary>Neither a destruction that never ends nor a target that no longer looks holds a release for ever.</summary>
public sealed class BoundedWaitTests
{
    private readonly World _world = new();

    [Fact]
    public async Task What_was_replaced_and_does_not_go_ends_the_release_with_an_error_while_the_new_one_serves()
    {
        await _world.ReleaseAsync(1);
        _world.Target.DrainsFor = TimeSpan.FromDays(1);

        var failure = await _world.FailAsync(2);

        failure.Code.ShouldBe("IMB8005");
        failure.Message.ShouldContain(World.Id(1).ToString());
        failure.Message.ShouldContain("1 requests in flight");
        _world.Serving.ShouldBe(World.Id(2));
        _world.Now.Lease.ShouldBeNull();
    }

    [Fact]
    public async Task A_target_that_can_not_tell_what_is_in_flight_does_not_say_that_nothing_is()
    {
        await _world.ReleaseAsync(1);
        _world.Target.DrainsFor = TimeSpan.FromDays(1);
        _world.Target.Shows = observation => observation with { Generations = [.. observation.Generations.Select(generation => generation with { InFlight = null })] };

        var failure = await _world.FailAsync(2);

        failure.Code.ShouldBe("IMB8005");
        failure.Message.ShouldNotContain("in flight");
    }

    [Fact]
    public async Task Everything_the_configuration_allows_for_is_waited_for()
    {
        await _world.ReleaseAsync(1);
        var configuration = SimulatedSpecs.Spec(1).Configuration;
        _world.Target.DrainsFor = configuration.DrainTimeout + configuration.StopGrace;

        await _world.ReleaseAsync(2);

        _world.Standing.ShouldBe([World.Id(2)]);
    }

    [Fact]
    public async Task A_refused_generation_that_does_not_go_is_named_beside_the_reason_of_its_refusal()
    {
        await _world.ReleaseAsync(1);
        _world.With(2, new SimulatedApp { CrashesAfter = TimeSpan.FromSeconds(0.5) });
        _world.Target.DrainsFor = TimeSpan.FromDays(1);

        var failure = await _world.FailAsync(2);

        failure.Code.ShouldBe("IMB7002");
        failure.Message.ShouldContain("still there after");
        _world.Serving.ShouldBe(World.Id(1));
    }

    [Fact, Trait("Fault", "F32")]
    public async Task A_namesake_that_does_not_go_is_not_waited_for_for_ever()
    {
        await _world.ReleaseAsync(1);
        _world.Target.DrainsFor = TimeSpan.FromDays(1);
        await _world.FailAsync(2);

        var failure = await _world.FailAsync(1);

        failure.Code.ShouldBe("IMB8005");
        _world.Serving.ShouldBe(World.Id(2));
    }

    [Theory, Trait("Fault", "F31"), InlineData(2), InlineData(3)]
    public void What_was_late_when_the_target_looked_last_is_not_taken_for_well_for_ever(int commit)
    {
        var world = new World(new RolloutPlan { HealthTimeout = TimeSpan.FromSeconds(4) });
        new SimulatedBuild(world, 1, []).ToItsEnd();
        world.Plan = world.Plan with { HealthySuccesses = 100 };
        world.Target.Hang(World.Id(1));
        new SimulatedBuild(world, 2, []).ToItsEnd().End.ShouldBe(BuildEnd.Failed);
        world.Standing.ShouldBe([World.Id(1), World.Id(2)]);
        ShowLateFromNowOn(world, World.Id(1));
        world.Plan = world.Plan with { HealthySuccesses = 3 };

        new SimulatedBuild(world, commit, []).ToItsEnd().End.ShouldBe(BuildEnd.Succeeded);

        world.Serving.ShouldBe(World.Id(commit));
    }

    private static void ShowLateFromNowOn(World world, GenerationId late)
    {
        var latest = new ProbeResult(world.Time.GetUtcNow(), Healthy: false, "no answer in 2 s");
        world.Target.Shows = observation => observation with
        {
            Generations =
            [
                .. observation.Generations.Select(generation => generation.Id != late ? generation : generation with
                {
                    Instances = [.. generation.Instances.Select(instance => instance with { ConsecutiveHealthy = 0, LastProbe = latest, IsLate = true })],
                }),
            ],
        };
    }
}
