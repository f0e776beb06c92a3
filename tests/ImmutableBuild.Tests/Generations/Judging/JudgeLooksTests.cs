using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Judging;
using ImmutableBuild.Generations.Rollouts;
using ImmutableBuild.Tests.Generations.Simulation;

namespace ImmutableBuild.Tests.Generations.Judging;

/// <summary>The judge looks at fixed times, however often the target is observed, and all its looks together keep to the significance.</summary>
public sealed class JudgeLooksTests
{
    private static readonly TimeSpan s_observed = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_step = TimeSpan.FromSeconds(30);

    private readonly RolloutPlan _plan = new() { Strategy = RolloutStrategy.Canary, StepDuration = s_step };

    [Fact]
    public void All_looks_together_spend_no_more_than_the_significance()
    {
        const int tests = 5;
        var looks = Enumerable.Range(1, 10_000).Select(number => new JudgeLook(number)).ToList();

        looks.Sum(look => look.FloorLevel(0.01)).ShouldBeInRange(0.0099 / tests, 0.01 / tests);
        looks.Where(look => !look.IsEarly).Sum(look => look.ComparisonLevel(0.01)).ShouldBeInRange(0.0099 / tests, 0.01 / tests);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(7.4, 0)]
    [InlineData(7.5, 1)]
    [InlineData(29.9, 3)]
    [InlineData(30, 4)]
    [InlineData(59.9, 4)]
    [InlineData(60, 5)]
    [InlineData(90, 6)]
    [InlineData(100, 7)]
    [InlineData(1000, 7)]
    public void Looks_are_at_each_quarter_then_after_each_step_and_when_holding_ends(double seconds, int look) =>
        JudgeLook.At(TimeSpan.FromSeconds(seconds), s_step, hold: TimeSpan.FromSeconds(70)).Number.ShouldBe(look);

    [Fact]
    public async Task A_generation_exactly_at_the_floor_is_rarely_failed_by_chance()
    {
        var canary = await CanaryAsync();
        var random = new Random(11);
        var options = _plan.Judge;

        var failed = Enumerable.Range(0, 400).Count(_ =>
        {
            var (requests, errors) = (0, 0);
            return Watch(canary, _plan, s_step, _ =>
            {
                requests += 5;
                errors += Enumerable.Range(0, 5).Count(_ => random.NextDouble() < 1 - options.SuccessFloor);
                return (requests, errors);
            }) is Verdict.Fail;
        });

        failed.ShouldBeLessThanOrEqualTo(4, "a hundredth of 400; the same test at every observation fails about fifteen");
    }

    [Fact, Trait("Fault", "F17")]
    public async Task A_rate_that_crosses_the_floor_between_two_looks_does_not_pass()
    {
        var canary = await CanaryAsync();
        var plan = _plan with { Judge = new JudgeOptions { OnInconclusive = InconclusiveAction.Hold, HoldTimeout = TimeSpan.FromMinutes(2) } };

        // 59 of 60 is below the floor, but not by more than chance explains; in between, all looks well.
        var verdict = Watch(canary, plan, TimeSpan.FromMinutes(4), elapsed => (60, elapsed.TotalSeconds % 30 < 1 ? 1 : 0));

        verdict.ShouldBe(Verdict.Inconclusive);
    }

    [Fact]
    public async Task The_verdict_says_at_which_look_and_level_it_was_taken()
    {
        var world = new World(_plan);
        await world.ReleaseAsync(1);

        var run = await world.ReleaseAsync(2);

        run.Decisions.ShouldContain(decision => decision.Contains("level 0.001 each, look 4", StringComparison.Ordinal));
    }

    /// <summary>What a release sees at its first canary step.</summary>
    private async Task<(Desired Desired, Observation Observed)> CanaryAsync()
    {
        var world = new World(_plan);
        await world.ReleaseAsync(1);
        Observation? seen = null;
        world.Target.Watch = change => seen ??= change.After.Route.Route.Shares.Length == 2 ? change.After : null;
        var desired = world.Desire(2);
        await world.RunAsync(desired);
        return (desired with { LiveSequence = 1 }, seen!);
    }

    /// <summary>Shows a step to the rollout as often as a release looks, until something comes of it.</summary>
    private static Verdict? Watch((Desired Desired, Observation Observed) canary, RolloutPlan plan, TimeSpan until, Func<TimeSpan, (long Requests, long Errors)> serves)
    {
        var (since, desired) = (canary.Observed.Route.Since, canary.Desired with { Plan = plan });
        for (var elapsed = TimeSpan.Zero; elapsed <= until + s_step; elapsed += s_observed)
        {
            var (requests, errors) = serves(elapsed);
            var observed = At(canary.Observed, since + elapsed, generation => generation.Id == desired.Id
                ? Sample(since + elapsed, requests, errors)
                : Sample(since + elapsed, 10_000, 100));
            switch (Rollout.Next(desired, observed))
            {
                case { Refusal: { } refusal }:
                    return refusal.IsFailure ? Verdict.Fail : Verdict.Inconclusive;
                case SetRoute:
                    return Verdict.Pass;
                case var action:
                    desired = desired with { Looked = action.Looked ?? desired.Looked };
                    break;
            }
        }

        return null;
    }

    private static Observation At(Observation observed, DateTimeOffset now, Func<ObservedGeneration, TrafficSample> serves) => observed with
    {
        ObservedAt = now,
        Generations =
        [
            .. observed.Generations.Select(generation => generation with
            {
                Traffic = serves(generation),
                Instances = [.. generation.Instances.Select(instance => instance with { LastProbe = new ProbeResult(now, Healthy: true, "200") })],
            }),
        ],
    };

    private static TrafficSample Sample(DateTimeOffset now, long requests, long errors)
    {
        var counts = new long[LatencyHistogram.BucketCount];
        counts[20] = requests;
        return new TrafficSample(now, requests, errors, 0, new LatencyHistogram([.. counts]));
    }
}
