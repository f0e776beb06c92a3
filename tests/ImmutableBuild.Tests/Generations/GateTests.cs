using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Rollouts;
using ImmutableBuild.Tests.Generations.Simulation;

namespace ImmutableBuild.Tests.Generations;

/// <summary>What gets no traffic, or loses it.</summary>
public sealed class GateTests
{
    private readonly World _world = new();

    public static TheoryData<string, SimulatedApp, string> NeverHealthy => new()
    {
        { "never listens", new SimulatedApp { NeverListens = true }, "IMB7001" },
        { "answers 500", new SimulatedApp { ProbePasses = _ => false }, "IMB7001" },
        { "flaps", new SimulatedApp { ProbePasses = probe => probe % 3 != 2 }, "IMB7001" },
        { "too slow for each probe", new SimulatedApp { ProbeIsLate = _ => true }, "IMB7001" },
        { "probed no more", new SimulatedApp { ProbesStopAfter = TimeSpan.FromSeconds(0.5) }, "IMB7001" },
        { "exits at its start", new SimulatedApp { CrashesAfter = TimeSpan.FromSeconds(0.1) }, "IMB7002" },
        { "exits once it was healthy", new SimulatedApp { CrashesAfter = TimeSpan.FromSeconds(0.6) }, "IMB7002" },
        { "something else answers", new SimulatedApp { IsForeign = true }, "IMB7003" },
    };

    [Theory, Trait("Fault", "F12"), Trait("Fault", "F15"), MemberData(nameof(NeverHealthy))]
    public async Task What_is_not_healthy_gets_no_traffic_and_goes(string _, SimulatedApp app, string code)
    {
        await _world.ReleaseAsync(1);
        _world.With(2, app);

        var failure = await _world.FailAsync(2);

        failure.Code.ShouldBe(code);
        failure.Message.ShouldContain($"{World.Id(1)} serves");
        _world.Target.Calls.ShouldNotContain(call => call.StartsWith("route", StringComparison.Ordinal) && call.Contains(World.Id(2).ToString(), StringComparison.Ordinal));
        _world.Standing.ShouldBe([World.Id(1)]);
        _world.Now.Ledger.Count(entry => entry.Event == LedgerEvent.Failed).ShouldBe(1);
        _world.Now.Ledger[^1].Reason.ShouldNotBeNullOrEmpty();
    }

    [Fact, Trait("Fault", "F12")]
    public async Task The_error_names_the_instance_its_exit_code_its_last_probe_and_its_last_lines()
    {
        await _world.ReleaseAsync(1);
        _world.With(2, new SimulatedApp { CrashesAfter = TimeSpan.FromSeconds(0.1) });

        var failure = await _world.FailAsync(2);

        failure.Message.ShouldContain("instance 0 exited with code 134");
        failure.Message.ShouldContain("last probe: connection refused");
        failure.Message.ShouldContain("Unhandled exception, code 134");
    }

    [Fact, Trait("Fault", "F13")]
    public async Task What_dies_between_the_last_look_and_the_switch_is_refused()
    {
        await _world.ReleaseAsync(1);
        _world.Target.Faults = call =>
        {
            if (call.StartsWith("route", StringComparison.Ordinal))
            {
                _world.Target.Kill(World.Id(2));
                _world.Time.Advance(TimeSpan.FromMilliseconds(100));
            }

            return Fault.None;
        };

        var failure = await _world.FailAsync(2);

        failure.Code.ShouldStartWith("IMB7");
        _world.Serving.ShouldBe(World.Id(1));
        _world.Standing.ShouldBe([World.Id(1)]);
        _world.Now.Ledger[^1].Event.ShouldBe(LedgerEvent.Failed);
    }

    [Fact, Trait("Fault", "F14")]
    public async Task What_dies_after_the_switch_loses_its_traffic_within_a_second()
    {
        await _world.ReleaseAsync(1);
        _world.With(2, new SimulatedApp { CrashesAfter = TimeSpan.FromSeconds(2) });
        DateTimeOffset? died = null;
        var routedBack = default(DateTimeOffset);
        var check = _world.Target.Watch!;
        _world.Target.Watch = change =>
        {
            check(change);
            died ??= change.Before.Find(World.Id(2))?.Instances.FirstOrDefault()?.LastProbe is { Healthy: false, Detail: "connection refused" } probe
                && change.Before.Route.Route.Names(World.Id(2)) ? probe.At : null;
            routedBack = change.What == $"route {Route.To(World.Id(1))}" ? change.After.ObservedAt : routedBack;
        };

        var failure = await _world.FailAsync(2);

        failure.Code.ShouldBe("IMB7002");
        (routedBack - died.ShouldNotBeNull()).ShouldBeLessThan(TimeSpan.FromSeconds(1));
        _world.Serving.ShouldBe(World.Id(1));
        _world.Standing.ShouldBe([World.Id(1)]);
    }

    [Fact, Trait("Fault", "F14")]
    public async Task A_failed_probe_within_the_soak_time_is_enough_even_if_the_next_one_passes()
    {
        await _world.ReleaseAsync(1);
        _world.With(2, new SimulatedApp { ProbePasses = probe => probe != 8 });

        var failure = await _world.FailAsync(2);

        failure.Code.ShouldBe("IMB7004");
        _world.Target.Calls.Count(call => call.StartsWith("route", StringComparison.Ordinal)).ShouldBe(3, "to the first, to the second, and back for good");
        _world.Standing.ShouldBe([World.Id(1)]);
    }

    [Theory, Trait("Fault", "F14")]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_late_probe_within_the_soak_time_is_neither_a_failure_nor_a_pass(int late)
    {
        await _world.ReleaseAsync(1);
        _world.Plan = _world.Plan with { Soak = TimeSpan.FromSeconds(1) };
        _world.With(2, new SimulatedApp { ProbeIsLate = probe => probe >= 8 && probe < 8 + late });
        var check = _world.Target.Watch!;
        var sawLate = false;
        _world.Target.Watch = change =>
        {
            check(change);
            if (change.What == $"record Live {World.Id(2)}")
            {
                change.Before.Find(World.Id(2))!.Instances[0].ConsecutiveHealthy.ShouldBeGreaterThanOrEqualTo(_world.Plan.HealthySuccesses, "it has to be healthy in a row again");
            }
        };
        _world.Target.Shows = seen =>
        {
            sawLate |= seen.Route.Route.Names(World.Id(2)) && seen.Find(World.Id(2))!.Instances[0].IsLate;
            return seen;
        };

        await _world.ReleaseAsync(2);

        sawLate.ShouldBeTrue();
        _world.Serving.ShouldBe(World.Id(2));
        _world.Target.Calls.Count(call => call.StartsWith("route", StringComparison.Ordinal)).ShouldBe(2, "to the first, to the second, and never back");
    }

    [Theory, Trait("Fault", "F14")]
    [InlineData(3)]
    [InlineData(100)]
    public async Task Three_late_probes_in_a_row_are_a_failure(int late)
    {
        await _world.ReleaseAsync(1);
        _world.With(2, new SimulatedApp { ProbeIsLate = probe => probe >= 8 && probe < 8 + late });

        var failure = await _world.FailAsync(2);

        failure.Code.ShouldBe("IMB7004");
        failure.Message.ShouldContain("no answer in 2 s");
        _world.Serving.ShouldBe(World.Id(1));
        _world.Standing.ShouldBe([World.Id(1)]);
    }

    [Fact, Trait("Fault", "F14")]
    public async Task A_wrong_answer_after_a_late_one_is_a_failure_at_once()
    {
        await _world.ReleaseAsync(1);
        _world.With(2, new SimulatedApp { ProbeIsLate = probe => probe == 8, ProbePasses = probe => probe != 9 });

        (await _world.FailAsync(2)).Code.ShouldBe("IMB7004");

        _world.Serving.ShouldBe(World.Id(1));
    }

    [Fact]
    public async Task The_old_one_that_is_late_stays_where_it_is_and_is_gone_back_to()
    {
        _world.With(1, new SimulatedApp { ProbeIsLate = probe => probe % 4 == 3 });
        await _world.ReleaseAsync(1);
        _world.With(2, new SimulatedApp { CrashesAfter = TimeSpan.FromSeconds(2) });

        (await _world.FailAsync(2)).Code.ShouldBe("IMB7002");

        _world.Serving.ShouldBe(World.Id(1));
        _world.Target.Calls.Count(call => call.StartsWith("route", StringComparison.Ordinal)).ShouldBe(3, "to the first, to the second, and back");
    }

    [Fact, Trait("Fault", "F25")]
    public async Task Nothing_is_destroyed_while_what_serves_is_late()
    {
        await _world.ReleaseAsync(1);
        var second = _world.Desire(2);
        await _world.RunAsync(second);
        _world.Target.Shows = seen => seen with
        {
            Generations = [.. seen.Generations.Select(generation => generation.Id != World.Id(2) ? generation : generation with
            {
                Instances = [.. generation.Instances.Select(instance => instance with { ConsecutiveHealthy = 0, IsLate = true, LastProbe = instance.LastProbe! with { Healthy = false } })],
            })],
        };

        var refused = await Should.ThrowAsync<ImmutableBuildException>(() => _world.RunAsync(second with { Goal = RolloutGoal.Converged }));

        refused.Code.ShouldStartWith("IMB7");
        _world.Standing.ShouldBe([World.Id(1), World.Id(2)], ignoreOrder: true);
    }

    [Fact]
    public async Task A_first_release_that_fails_leaves_nothing()
    {
        _world.With(1, new SimulatedApp { CrashesAfter = TimeSpan.FromSeconds(2) });

        var failure = await _world.FailAsync(1);

        failure.Message.ShouldContain("Nothing serves, as before");
        _world.Now.Generations.ShouldBeEmpty();
        _world.Now.Route.Route.ShouldBe(Route.None);
    }

    [Fact, Trait("Fault", "F24")]
    public async Task Switched_is_said_only_when_the_public_entry_answers_as_the_new_one()
    {
        await _world.ReleaseAsync(1);
        _world.Target.EntryFollowsRoute = false;
        _world.Plan = _world.Plan with { HealthTimeout = TimeSpan.FromSeconds(5) };

        var failure = await _world.FailAsync(2);

        failure.Code.ShouldBe("IMB7005");
        _world.Serving.ShouldBe(World.Id(1));
    }

    [Fact]
    public async Task An_identity_that_the_platform_cannot_tell_passes_with_a_warning()
    {
        _world.With(1, new SimulatedApp { HasNoIdentity = true });

        await _world.ReleaseAsync(1);

        _world.Reporter.Warnings.ShouldHaveSingleItem().Code.ShouldBe("IMB7011");
    }

    [Fact]
    public async Task A_failed_commit_may_be_tried_again()
    {
        await _world.ReleaseAsync(1);
        _world.With(2, new SimulatedApp { NeverListens = true });
        await _world.FailAsync(2);
        _world.With(2, new SimulatedApp());

        await _world.ReleaseAsync(2);

        _world.Serving.ShouldBe(World.Id(2));
        _world.Now.Ledger.Select(entry => entry.Event).ShouldBe([LedgerEvent.Live, LedgerEvent.Failed, LedgerEvent.Live]);
    }

    [Fact]
    public async Task What_is_left_of_a_failed_attempt_is_made_anew_rather_than_tried_again()
    {
        await _world.ReleaseAsync(1);
        _world.With(2, new SimulatedApp { CrashesAfter = TimeSpan.FromSeconds(0.1) });
        _world.Target.Faults = call => call.StartsWith("destroy", StringComparison.Ordinal) ? Fault.DiesBefore : Fault.None;
        await Should.ThrowAsync<BuildDiedException>(() => _world.ReleaseAsync(2));
        _world.Time.Advance(TimeSpan.FromMinutes(1));
        _world.With(2, new SimulatedApp());
        _world.Target.Faults = _ => Fault.None;

        await _world.ReleaseAsync(2);

        _world.Standing.ShouldBe([World.Id(2)]);
        _world.Now.Generations[0].Instances[0].Restarts.ShouldBe(0);
    }
}
