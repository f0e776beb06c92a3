using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Tests.Generations.Simulation;

namespace ImmutableBuild.Tests.Generations;

/// <summary>After the switch, what users get counts, not only what the health path says.</summary>
public sealed class SoakTrafficTests
{
    private readonly World _world = new();

    [Fact, Trait("Fault", "F14"), Trait("Fault", "F19")]
    public async Task One_that_answers_its_users_with_errors_goes_back_although_its_probes_pass()
    {
        await _world.ReleaseAsync(1);
        _world.With(2, new SimulatedApp { ErrorRate = 1 });

        var failure = await _world.FailAsync(2);

        failure.Code.ShouldBe("IMB7006");
        failure.Message.ShouldContain("below the floor");
        failure.Message.ShouldContain($"{World.Id(1)} serves");
        _world.Standing.ShouldBe([World.Id(1)]);
        _world.Now.Ledger[^1].Event.ShouldBe(LedgerEvent.Failed);
    }

    [Fact]
    public async Task It_goes_back_at_a_look_within_the_soak_time_and_does_not_wait_for_its_end()
    {
        _world.Plan = _world.Plan with { Soak = TimeSpan.FromMinutes(10) };
        _world.With(2, new SimulatedApp { ErrorRate = 0.5 });
        await _world.RunAsync(_world.Desire(1) with { Plan = _world.Plan with { Soak = TimeSpan.Zero } });
        var began = _world.Time.GetUtcNow();

        await _world.FailAsync(2);

        (_world.Time.GetUtcNow() - began).ShouldBeLessThan(TimeSpan.FromMinutes(5));
    }

    [Fact, Trait("Fault", "F18")]
    public async Task Without_traffic_there_is_nothing_to_hold_against_it()
    {
        _world.Target.Load = 5;
        await _world.ReleaseAsync(1);
        _world.With(2, new SimulatedApp { ErrorRate = 1 });

        var run = await _world.ReleaseAsync(2);

        run.Decisions.ShouldContain(decision => decision.Contains("at least 50 are needed", StringComparison.Ordinal));
        _world.Serving.ShouldBe(World.Id(2));
    }

    [Fact]
    public async Task A_latency_ceiling_counts_too()
    {
        _world.Plan = _world.Plan with { Judge = new JudgeOptions { LatencyCeiling = TimeSpan.FromMilliseconds(100) } };
        await _world.ReleaseAsync(1);
        _world.With(2, new SimulatedApp { Latency = TimeSpan.FromSeconds(1) });

        (await _world.FailAsync(2)).Message.ShouldContain("above the ceiling");
    }

    [Fact]
    public async Task Someone_who_rolls_back_is_not_sent_to_what_they_wanted_to_leave()
    {
        _world.With(1, new SimulatedApp { ErrorRate = 0.1 });
        _world.Target.Load = 0;
        await _world.ReleaseAsync(1);
        await _world.ReleaseAsync(2);
        _world.Target.Load = 200;

        await _world.RunAsync(_world.Desire(1) with { Cause = LedgerCause.Rollback });

        _world.Serving.ShouldBe(World.Id(1));
    }

    [Fact]
    public async Task A_ledger_that_keeps_nothing_ends_the_release_although_the_numbers_go_on_changing()
    {
        _world.Target.Shows = seen => seen with { Ledger = [] };

        (await Should.ThrowAsync<ImmutableBuildException>(() => _world.RunAsync(_world.Desire(1)))).Code.ShouldBe("IMB6006");
    }
}
