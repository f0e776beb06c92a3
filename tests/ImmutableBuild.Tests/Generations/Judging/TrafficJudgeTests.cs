using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Judging;

namespace ImmutableBuild.Tests.Generations.Judging;

public sealed class TrafficJudgeTests
{
    private static readonly DateTimeOffset s_now = new(2026, 1, 1, 0, 1, 0, TimeSpan.Zero);

    [Fact]
    public void Equal_traffic_passes_with_all_its_numbers()
    {
        var verdict = Judge(Sample(1000, 1), Sample(9000, 9));

        verdict.Verdict.ShouldBe(Verdict.Pass, verdict.Numbers);
        foreach (var word in new[] { "1000 requests", "9000 requests", "99.90", "p50", "p99", "Fisher", "Mann-Whitney" })
        {
            verdict.Numbers.ShouldContain(word);
        }

        verdict.Numbers.ShouldNotContain('\n');
    }

    [Theory]
    [InlineData(1000, 30, false, Verdict.Fail)]
    [InlineData(1000, 30, true, Verdict.Pass)]
    [InlineData(60, 1, true, Verdict.Pass)]
    public void A_lower_success_rate_fails_when_it_is_significant_and_matters(int requests, int errors, bool tolerant, Verdict expected)
    {
        var options = new JudgeOptions { SuccessFloor = 0.9, SuccessTolerance = tolerant ? 0.05 : 0.005 };

        Judge(Sample(requests, errors), Sample(9000, 9), options).Verdict.ShouldBe(expected);
    }

    [Theory]
    [InlineData(2, 2, Verdict.Pass)]
    [InlineData(2.2, 2, Verdict.Pass)]
    [InlineData(3, 2, Verdict.Fail)]
    public void A_slower_median_fails_beyond_the_tolerance(double newMilliseconds, double oldMilliseconds, Verdict expected) =>
        Judge(Sample(500, 0, newMilliseconds), Sample(500, 0, oldMilliseconds)).Verdict.ShouldBe(expected);

    [Fact]
    public void A_slower_hundredth_fails_although_the_median_is_the_same()
    {
        var slow = Sample(1000, 0) with { Latency = Latency((950, 2), (50, 80)) };

        var verdict = Judge(slow, Sample(1000, 0));

        verdict.Verdict.ShouldBe(Verdict.Fail);
        verdict.Numbers.ShouldStartWith("p99 is slower");
    }

    [Fact, Trait("Fault", "F19")]
    public void Below_the_floor_never_passes_however_bad_the_old_one_is()
    {
        var verdict = Judge(Sample(1000, 100), Sample(1000, 500));

        verdict.Verdict.ShouldBe(Verdict.Fail);
        verdict.Numbers.ShouldContain("below the floor");
    }

    [Fact]
    public void Below_the_floor_by_chance_is_inconclusive() => Judge(Sample(60, 1), Sample(9000, 9)).Verdict.ShouldBe(Verdict.Inconclusive);

    [Fact]
    public void Above_the_latency_ceiling_fails() =>
        Judge(Sample(1000, 0, 20), Sample(1000, 0, 20), new JudgeOptions { LatencyCeiling = TimeSpan.FromMilliseconds(10) }).Verdict.ShouldBe(Verdict.Fail);

    public static TheoryData<string, TrafficSample?, TrafficSample?> Unusable()
    {
        var good = Sample(1000, 0);
        return new TheoryData<string, TrafficSample?, TrafficSample?>
        {
            { "no new counters", null, good },
            { "no old counters", good, null },
            { "no traffic", Sample(0, 0), good },
            { "too little", Sample(49, 0), good },
            { "too little old", good, Sample(3, 0) },
            { "stale", good with { At = s_now - TimeSpan.FromSeconds(11) }, good },
            { "from before the step", good with { At = s_now - TimeSpan.FromMinutes(2) }, good },
            { "from the future", good with { At = s_now + TimeSpan.FromMinutes(2) }, good },
            { "more errors than requests", good with { Errors = 1001 }, good },
            { "negative", good with { Errors = -1 }, good },
            { "no latencies", good with { Latency = LatencyHistogram.Empty }, good },
            { "another form", good with { Latency = new LatencyHistogram([1, 2, 3]) }, good },
            { "no form", good with { Latency = new LatencyHistogram(default) }, good },
        };
    }

    [Theory, Trait("Fault", "F17"), Trait("Fault", "F18"), MemberData(nameof(Unusable))]
    public void What_is_missing_stale_or_implausible_is_inconclusive(string _, TrafficSample? @new, TrafficSample? old) =>
        Judge(@new, old).Verdict.ShouldBe(Verdict.Inconclusive);

    [Theory]
    [InlineData(65, 60, Verdict.Pass)]
    [InlineData(71, 60, Verdict.Inconclusive)]
    [InlineData(65, 0, Verdict.Inconclusive)]
    public void Counters_may_be_older_by_as_much_as_they_are_late(int age, int delay, Verdict expected)
    {
        var (at, since) = (s_now - TimeSpan.FromSeconds(age), s_now - TimeSpan.FromSeconds(90));

        TrafficJudge.Judge(new JudgeOptions(), Sample(9000, 9) with { At = at }, Sample(1000, 1) with { At = at }, since, s_now, delay: TimeSpan.FromSeconds(delay))
            .Verdict.ShouldBe(expected);
    }

    [Fact]
    public void Equal_generations_are_rarely_called_worse()
    {
        // The test's own error rate: under the null hypothesis at most about the significance level of each of the three tests.
        var random = new Random(7);
        var failures = Enumerable.Range(0, 1000).Count(_ => Judge(Random(random, 200), Random(random, 1800)).Verdict == Verdict.Fail);

        failures.ShouldBeLessThan(30);
    }

    private static TrafficVerdict Judge(TrafficSample? @new, TrafficSample? old, JudgeOptions? options = null) =>
        TrafficJudge.Judge(options ?? new JudgeOptions(), old, @new, s_now - TimeSpan.FromSeconds(30), s_now);

    private static TrafficSample Sample(int requests, int errors, double milliseconds = 2) =>
        new(s_now, requests, errors, 0, Latency((requests, milliseconds)));

    private static TrafficSample Random(Random random, int requests)
    {
        var latencies = Enumerable.Range(0, requests).Select(_ => (1, Math.Exp(random.NextDouble() * 3)));
        return new TrafficSample(s_now, requests, Enumerable.Range(0, requests).Count(_ => random.NextDouble() < 0.002), 0, Latency([.. latencies]));
    }

    private static LatencyHistogram Latency(params (int Count, double Milliseconds)[] parts)
    {
        var counts = new long[LatencyHistogram.BucketCount];
        foreach (var (count, milliseconds) in parts)
        {
            counts[LatencyHistogram.BucketOf(TimeSpan.FromMilliseconds(milliseconds))] += count;
        }

        return new LatencyHistogram([.. counts]);
    }
}
