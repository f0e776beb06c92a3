using ImmutableBuild.Tests.Generations.Simulation;

namespace ImmutableBuild.Tests.Generations;

/// <summary>A destruction that never ends holds no release for ever.</summary>
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
}
