using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Rollouts;
using ImmutableBuild.Tests.Generations.Simulation;

namespace ImmutableBuild.Tests.Generations;

/// <summary>Releases that are killed, oversleep, or meet another one.</summary>
public sealed class ContendedReleaseTests
{
    private readonly World _world = new();

    [Theory, Trait("Fault", "F01")]
    [InlineData(Fault.DiesBefore)]
    [InlineData(Fault.DiesAfter)]
    public async Task Killed_at_any_call_and_run_again_it_converges(Fault death)
    {
        for (var fatal = 0; ; fatal++)
        {
            var world = new World();
            await world.ReleaseAsync(1);
            var calls = 0;
            world.Target.Faults = _ => calls++ == fatal ? death : Fault.None;
            try
            {
                await world.ReleaseAsync(2);
                fatal.ShouldBeGreaterThan(20, "a release makes more calls than that");
                return;
            }
            catch (BuildDiedException)
            {
                world.Time.Advance(TimeSpan.FromSeconds(40));
                await world.ReleaseAsync(2);
            }

            world.Standing.ShouldBe([World.Id(2)]);
            world.Now.Ledger.Length.ShouldBe(2);
            world.Now.Generations[0].Traffic!.Lost.ShouldBe(0);
        }
    }

    [Fact, Trait("Fault", "F03")]
    public async Task After_the_build_died_nothing_switches_by_itself()
    {
        await _world.ReleaseAsync(1);
        _world.Target.Faults = call => call.StartsWith("route", StringComparison.Ordinal) ? Fault.DiesBefore : Fault.None;
        await Should.ThrowAsync<BuildDiedException>(() => _world.ReleaseAsync(2));

        _world.Time.Advance(TimeSpan.FromHours(1));

        _world.Serving.ShouldBe(World.Id(1));
        _world.Now.Lease.ShouldBeNull();
    }

    [Fact, Trait("Fault", "F04")]
    public async Task Of_two_releases_at_once_one_wins_and_the_other_names_it()
    {
        var first = new SimulatedBuild(_world, 1, []);
        var second = new SimulatedBuild(_world, 2, []);
        first.Step();
        second.Step();
        second.Step();

        second.End.ShouldBe(BuildEnd.Failed);
        second.Failure!.Code.ShouldBe("IMB6001");
        second.Failure.Message.ShouldContain("release 1 of 1");
        first.ToItsEnd().End.ShouldBe(BuildEnd.Succeeded);
        _world.Standing.ShouldBe([World.Id(1)]);
        await Task.CompletedTask;
    }

    [Fact, Trait("Fault", "F05")]
    public async Task The_holders_clock_does_not_matter()
    {
        var ahead = new SkewedTime(_world.Time, TimeSpan.FromHours(1));

        await _world.RunAsync(_world.Desire(1), time: ahead);

        _world.Serving.ShouldBe(World.Id(1));
    }

    [Fact, Trait("Fault", "F05"), Trait("Fault", "F06")]
    public async Task A_holder_that_oversleeps_is_fenced_off_and_touches_nothing()
    {
        await _world.ReleaseAsync(1);
        var sleeper = new SimulatedBuild(_world, 2, []);
        for (var step = 0; step < 6; step++)
        {
            sleeper.Step();
        }

        _world.Time.Advance(TimeSpan.FromMinutes(2));
        await _world.ReleaseAsync(3);
        sleeper.ToItsEnd();

        sleeper.End.ShouldBe(BuildEnd.Failed);
        _world.Standing.ShouldBe([World.Id(3)]);
    }

    [Fact, Trait("Fault", "F06")]
    public async Task An_overtaken_release_never_brings_itself_back()
    {
        await _world.ReleaseAsync(1);
        var first = _world.Desire(2) with { LiveSequence = 1 };
        await _world.RunAsync(first);
        await _world.ReleaseAsync(3);

        var gate = await Should.ThrowAsync<ImmutableBuildException>(() => _world.RunAsync(first));
        var destroy = await Should.ThrowAsync<ImmutableBuildException>(() => _world.RunAsync(first with { Goal = RolloutGoal.Converged }));

        gate.Code.ShouldBe("IMB7008");
        destroy.Code.ShouldBe("IMB7008");
        _world.Standing.ShouldBe([World.Id(3)]);
    }

    [Fact]
    public async Task A_killed_release_of_another_commit_loses_its_traffic_first()
    {
        _world.Plan = new RolloutPlan { Strategy = RolloutStrategy.Canary };
        await _world.ReleaseAsync(1);
        _world.Target.Faults = call => call.StartsWith($"route {World.Id(1)} 50", StringComparison.Ordinal) ? Fault.DiesBefore : Fault.None;
        await Should.ThrowAsync<BuildDiedException>(() => _world.ReleaseAsync(2));
        _world.Target.Faults = _ => Fault.None;
        _world.Time.Advance(TimeSpan.FromMinutes(1));
        var calls = _world.Target.Calls.Count;

        await _world.ReleaseAsync(3);

        _world.Target.Calls.Skip(calls).Take(3).ShouldBe([$"route {World.Id(1)} 100%", $"destroy {World.Id(2)}", $"create {World.Id(3)}"]);
        _world.Standing.ShouldBe([World.Id(3)]);
    }

    [Theory, Trait("Fault", "F01")]
    [InlineData(Fault.NotDone)]
    [InlineData(Fault.ReplyLost)]
    public async Task A_lease_that_could_not_be_given_back_at_once_keeps_nobody_out(Fault fault)
    {
        var missed = 0;
        _world.Target.Faults = call => call == "release" && missed++ < 3 ? fault : Fault.None;
        await _world.RunAsync(_world.Desire(1));

        await _world.RunAsync(_world.Desire(2));

        missed.ShouldBeGreaterThan(3);
        _world.Serving.ShouldBe(World.Id(2));
    }

    [Fact, Trait("Fault", "F05")]
    public async Task One_that_can_not_be_given_back_expires_and_fails_no_release()
    {
        _world.Target.Faults = call => call == "release" ? Fault.NotDone : Fault.None;

        await _world.RunAsync(_world.Desire(1));

        _world.Serving.ShouldBe(World.Id(1));
        _world.Now.Lease.ShouldNotBeNull();
        _world.Time.Advance(TimeSpan.FromSeconds(31));
        await _world.RunAsync(_world.Desire(2));
        _world.Serving.ShouldBe(World.Id(2));
    }
}
