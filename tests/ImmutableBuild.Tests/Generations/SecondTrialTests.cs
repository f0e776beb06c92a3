using ImmutableBuild.Generations;
using ImmutableBuild.Tests.Generations.Simulation;

namespace ImmutableBuild.Tests.Generations;

/// <summary>A commit is released again, and its generation is still there from an attempt that did not go well.</summary>
public sealed class SecondTrialTests
{
    private static readonly TimeSpan s_soak = TimeSpan.FromSeconds(5);

    private readonly World _world = new(new RolloutPlan { Soak = s_soak, Judge = new JudgeOptions { MinimumRequests = 20 } });

    [Fact, Trait("Fault", "F31")]
    public async Task What_kept_its_traffic_for_want_of_anything_else_is_judged_again_where_it_is()
    {
        await KeepTrafficAndFailAsync();
        _world.Target.Kill(World.Id(1));
        _world.Time.Advance(TimeSpan.FromSeconds(20));
        var (calls, began) = (_world.Target.Calls.Count, _world.Now.ObservedAt);

        await _world.ReleaseAsync(1);

        _world.Target.Calls.Skip(calls).ShouldBe([$"record Live {World.Id(1)}"], "neither its end nor the errors of that time are held against it, and it stays where it is");
        (_world.Now.Ledger[^1].At - began).ShouldBeGreaterThanOrEqualTo(s_soak, "it is watched all the same");
    }

    [Fact, Trait("Fault", "F31")]
    public async Task What_is_down_when_it_is_judged_again_may_come_up_first()
    {
        await KeepTrafficAndFailAsync();
        _world.Target.Kill(World.Id(1));
        _world.Time.Advance(TimeSpan.FromMilliseconds(200));

        await _world.ReleaseAsync(1);

        _world.Now.Ledger[^1].Event.ShouldBe(LedgerEvent.Live);
        _world.Now.Find(World.Id(1))!.Instances.Single().Restarts.ShouldBe(1, "it was not made anew, for nothing could serve meanwhile");
    }

    [Fact, Trait("Fault", "F14"), Trait("Fault", "F31")]
    public async Task What_ends_while_it_is_judged_again_fails_again()
    {
        await KeepTrafficAndFailAsync();
        _world.Target.Kill(World.Id(1));
        _world.Time.Advance(TimeSpan.FromSeconds(20));
        var ends = _world.Now.ObservedAt + TimeSpan.FromSeconds(3);
        _world.Target.Faults = _ =>
        {
            if (_world.Time.GetUtcNow() >= ends)
            {
                _world.Target.Kill(World.Id(1));
            }

            return Fault.None;
        };

        var failure = await _world.FailAsync(1);

        failure.Code.ShouldBe("IMB7002");
    }

    [Fact, Trait("Fault", "F30")]
    public async Task What_ended_is_made_anew_where_something_else_can_serve_meanwhile()
    {
        await _world.ReleaseAsync(1);
        new SimulatedBuild(_world, 2, [], diesAfter: "route").ToItsEnd();
        _world.Target.Kill(World.Id(2));
        _world.Time.Advance(TimeSpan.FromMinutes(1));
        var calls = _world.Target.Calls.Count;

        await _world.ReleaseAsync(2);

        _world.Target.Calls.Skip(calls).ShouldBe(
        [
            $"route {World.Id(1)} 100%", $"destroy {World.Id(2)}", $"create {World.Id(2)}", $"route {World.Id(2)} 100%", $"record Live {World.Id(2)}", $"destroy {World.Id(1)}",
        ]);
    }

    [Fact, Trait("Fault", "F12"), Trait("Fault", "F31")]
    public void What_failed_before_and_has_to_stay_is_not_waited_for_without_end()
    {
        var world = new World(new RolloutPlan { HealthTimeout = TimeSpan.FromSeconds(4) }).With(2, new SimulatedApp { ProbesStopAfter = TimeSpan.FromSeconds(1.2) });
        new SimulatedBuild(world, 1, []).ToItsEnd();
        world.Target.Hang(World.Id(1));
        new SimulatedBuild(world, 2, [], diesAfter: "create").ToItsEnd();
        world.Time.Advance(TimeSpan.FromMinutes(1));

        for (var attempt = 1; attempt <= 2; attempt++)
        {
            var build = new SimulatedBuild(world, 2, []).ToItsEnd();
            (build.End, build.Failure!.Code).ShouldBe((BuildEnd.Failed, "IMB7001"));
            build.Failure.Message.ShouldContain($"{World.Id(2)} gets none and is left");
        }
    }

    /// <summary>A first release that fails only since its public entry can't be told: it answers, and nothing else would.</summary>
    private async Task KeepTrafficAndFailAsync()
    {
        _world.Target.EntryFollowsRoute = false;
        (await _world.FailAsync(1)).Message.ShouldContain("releasing it again tries it once more");
        _world.Serving.ShouldBe(World.Id(1));
        _world.Target.EntryFollowsRoute = true;
    }
}
