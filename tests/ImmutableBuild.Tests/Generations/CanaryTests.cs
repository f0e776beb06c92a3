using ImmutableBuild.Generations;
using ImmutableBuild.Tests.Generations.Simulation;

namespace ImmutableBuild.Tests.Generations;

/// <summary>Traffic that moves in steps, with a verdict between.</summary>
public sealed class CanaryTests
{
    private readonly World _world = new(new RolloutPlan { Strategy = RolloutStrategy.Canary, StepDuration = TimeSpan.FromSeconds(10) });

    [Fact]
    public async Task Good_traffic_moves_on_step_by_step()
    {
        await _world.ReleaseAsync(1);

        var run = await _world.ReleaseAsync(2);

        _world.Target.Calls.Where(call => call.StartsWith("route", StringComparison.Ordinal)).Skip(1).ShouldBe(
        [
            $"route {World.Id(1)} 90%, {World.Id(2)} 10%", $"route {World.Id(1)} 50%, {World.Id(2)} 50%", $"route {World.Id(2)} 100%",
        ]);
        run.Decisions.ShouldContain(decision => decision.Contains("Mann-Whitney", StringComparison.Ordinal));
    }

    [Fact, Trait("Fault", "F31")]
    public async Task Two_old_ones_that_fail_in_turn_do_not_hold_the_new_one_back_for_ever()
    {
        _world.Plan = _world.Plan with { Keep = 1 };
        await _world.ReleaseAsync(1);
        await _world.ReleaseAsync(2);
        _world.Target.Faults = _ =>
        {
            if (_world.Now.Route is var route && route.Route.PercentOf(World.Id(3)) is > 0 and < 100 && _world.Now.ObservedAt - route.Since > TimeSpan.FromSeconds(3))
            {
                _world.Target.Kill(_world.Serving!.Value);
            }

            return Fault.None;
        };

        await _world.ReleaseAsync(3);

        _world.Serving.ShouldBe(World.Id(3));
    }

    [Fact]
    public async Task A_first_release_has_nothing_to_be_compared_with()
    {
        await _world.ReleaseAsync(1);

        _world.Target.Calls.Count(call => call.StartsWith("route", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Theory]
    [InlineData(0.2, 2, "success")]
    [InlineData(0, 40, "slower")]
    public async Task Worse_traffic_goes_back(double errors, int milliseconds, string why)
    {
        await _world.ReleaseAsync(1);
        _world.With(2, new SimulatedApp { ErrorRate = errors, Latency = TimeSpan.FromMilliseconds(milliseconds) });

        var failure = await _world.FailAsync(2);

        failure.Code.ShouldBe("IMB7006");
        failure.Message.ShouldContain(why);
        _world.Standing.ShouldBe([World.Id(1)]);
    }

    [Fact]
    public async Task Worse_traffic_goes_back_to_an_old_one_that_was_made_smaller_since()
    {
        var old = SimulatedSpecs.Spec(1, instances: 4).Id;
        await _world.ReleaseAsync(1, instances: 4);
        _world.With(2, new SimulatedApp { ErrorRate = 0.2 });
        _world.Target.Shows = observation => observation with
        {
            Generations = [.. observation.Generations.Select(generation => generation.Id == old ? generation with { Instances = [generation.Instances[0]], Wanted = 1 } : generation)],
        };

        (await _world.FailAsync(2)).Code.ShouldBe("IMB7006");

        _world.Now.Route.Route.ShouldBe(Route.To(old));
        _world.Standing.ShouldBe([old]);
    }

    [Fact, Trait("Fault", "F19")]
    public async Task Not_worse_than_a_bad_old_one_is_not_good_enough()
    {
        _world.With(1, new SimulatedApp { ErrorRate = 0.2 }).With(2, new SimulatedApp { ErrorRate = 0.2 });
        _world.Target.Load = 0;
        await _world.ReleaseAsync(1);
        _world.Target.Load = 200;

        (await _world.FailAsync(2)).Message.ShouldContain("below the floor");
    }

    [Theory, Trait("Fault", "F17"), Trait("Fault", "F18")]
    [InlineData("none")]
    [InlineData("idle")]
    [InlineData("stale")]
    [InlineData("other time")]
    public async Task What_cannot_be_judged_is_given_up(string data)
    {
        await _world.ReleaseAsync(1);
        _world.Target.Load = data == "idle" ? 0 : _world.Target.Load;
        _world.Target.Shows = seen => Without(seen, data);

        var failure = await _world.FailAsync(2);

        failure.Code.ShouldBe("IMB7007");
        _world.Standing.ShouldBe([World.Id(1)]);
        _world.Now.Ledger.ShouldHaveSingleItem("not judged is not failed").Event.ShouldBe(LedgerEvent.Live);
    }

    [Theory, Trait("Fault", "F17")]
    [InlineData(0, null)]
    [InlineData(0.2, "IMB7006")]
    public async Task Counters_that_come_by_the_minute_are_waited_for_where_the_target_says_so(double errors, string? code)
    {
        _world.Target.Pace = new TargetPace { CounterDelay = TimeSpan.FromMinutes(1) };
        _world.Target.Shows = ByTheMinute();
        _world.With(2, new SimulatedApp { ErrorRate = errors });
        await _world.ReleaseAsync(1);

        if (code is null)
        {
            (await _world.ReleaseAsync(2)).Decisions.Count(decision => decision.Contains("Mann-Whitney", StringComparison.Ordinal)).ShouldBe(2, "at each step");
        }
        else
        {
            (await _world.FailAsync(2)).Code.ShouldBe(code);
        }
    }

    [Fact, Trait("Fault", "F17")]
    public async Task Where_it_does_not_say_so_they_are_no_evidence()
    {
        _world.Target.Shows = ByTheMinute();
        await _world.ReleaseAsync(1);

        (await _world.FailAsync(2)).Code.ShouldBe("IMB7007");
    }

    [Fact, Trait("Fault", "F17")]
    public async Task It_holds_when_asked_to_until_there_is_enough()
    {
        _world.Plan = _world.Plan with { Judge = new JudgeOptions { OnInconclusive = InconclusiveAction.Hold } };
        await _world.ReleaseAsync(1);
        _world.Target.Load = 0;
        var began = _world.Time.GetUtcNow();
        _world.Target.Faults = _ =>
        {
            _world.Target.Load = _world.Time.GetUtcNow() - began > TimeSpan.FromMinutes(4) ? 200 : 0;
            return Fault.None;
        };

        await _world.ReleaseAsync(2);

        _world.Serving.ShouldBe(World.Id(2));
    }

    [Fact, Trait("Fault", "F17")]
    public async Task It_does_not_hold_for_ever()
    {
        _world.Plan = _world.Plan with { Judge = new JudgeOptions { OnInconclusive = InconclusiveAction.Hold, HoldTimeout = TimeSpan.FromSeconds(30) } };
        await _world.ReleaseAsync(1);
        _world.Target.Load = 0;

        (await _world.FailAsync(2)).Code.ShouldBe("IMB7007");
    }

    [Fact, Trait("Fault", "F31")]
    public async Task When_the_old_one_dies_half_way_the_one_that_answers_gets_everything()
    {
        await _world.ReleaseAsync(1);
        _world.Target.Faults = call =>
        {
            if (call == "observe" && _world.Target.Calls[^1].Contains(" 10%", StringComparison.Ordinal))
            {
                _world.Target.Kill(World.Id(1));
            }

            return Fault.None;
        };

        await _world.ReleaseAsync(2);

        _world.Serving.ShouldBe(World.Id(2));
    }

    /// <summary>What a system shows whose counters come at the beginning of each minute.</summary>
    private static Func<Observation, Observation> ByTheMinute()
    {
        var told = new Dictionary<GenerationId, TrafficSample>();
        return seen => seen with { Generations = [.. seen.Generations.Select(generation => generation with { Traffic = Tell(generation) })] };

        TrafficSample Tell(ObservedGeneration generation)
        {
            var now = generation.Traffic!;
            if (!told.TryGetValue(generation.Id, out var latest) || latest.At.Minute != now.At.Minute)
            {
                told[generation.Id] = latest = now;
            }

            return latest;
        }
    }

    private static Observation Without(Observation seen, string data) => seen with
    {
        Generations =
        [
            .. seen.Generations.Select(generation => generation with
            {
                Traffic = data switch
                {
                    "none" => null,
                    "stale" => generation.Traffic! with { At = seen.ObservedAt - TimeSpan.FromMinutes(1) },
                    "other time" => generation.Traffic! with { At = seen.ObservedAt + TimeSpan.FromHours(1) },
                    _ => generation.Traffic,
                },
            }),
        ],
    };
}
