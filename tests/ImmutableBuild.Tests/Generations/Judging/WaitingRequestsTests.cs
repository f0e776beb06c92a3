using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Judging;

namespace ImmutableBuild.Tests.Generations.Judging;

/// <summary>Requests that hang never end, and are seen all the same.</summary>
public sealed class WaitingRequestsTests
{
    private static readonly DateTimeOffset s_now = new(2026, 1, 1, 0, 1, 0, TimeSpan.Zero);

    [Fact]
    public void A_generation_of_which_every_request_hangs_is_slower()
    {
        var hanging = Sample(0) with { Waiting = Latency(200, 20_000) };

        var verdict = Judge(hanging, Sample(1000));

        verdict.Verdict.ShouldBe(Verdict.Fail, verdict.Numbers);
        verdict.Numbers.ShouldContain("200 of them still waiting");
    }

    [Fact]
    public void So_is_one_of_which_some_hang() =>
        Judge(Sample(1000) with { Waiting = Latency(60, 20_000) }, Sample(1000)).Verdict.ShouldBe(Verdict.Fail);

    [Fact]
    public void The_ceiling_counts_them_also_where_there_is_nothing_to_compare_with()
    {
        var options = new JudgeOptions { LatencyCeiling = TimeSpan.FromSeconds(1) };
        var hanging = Sample(1000) with { Waiting = Latency(60, 20_000) };

        TrafficJudge.JudgeFloors(options, null, hanging, s_now.AddSeconds(-30), s_now, new JudgeLook(1)).Verdict.ShouldBe(Verdict.Fail);
    }

    [Fact]
    public void Requests_in_flight_that_may_still_be_quick_say_nothing() =>
        Judge(Sample(1000) with { Waiting = Latency(500, 2) }, Sample(1000)).Verdict.ShouldBe(Verdict.Pass);

    [Fact]
    public void An_old_one_that_hangs_as_much_is_no_better() =>
        Judge(Sample(1000) with { Waiting = Latency(60, 20_000) }, Sample(1000) with { Waiting = Latency(60, 20_000) }).Verdict.ShouldBe(Verdict.Pass);

    [Fact, Trait("Fault", "F17")]
    public void Ages_of_another_form_are_no_data() =>
        Judge(Sample(1000) with { Waiting = new LatencyHistogram([1, 2]) }, Sample(1000)).Verdict.ShouldBe(Verdict.Inconclusive);

    private static TrafficVerdict Judge(TrafficSample @new, TrafficSample old) =>
        TrafficJudge.Judge(new JudgeOptions(), old, @new, s_now.AddSeconds(-30), s_now);

    private static TrafficSample Sample(int requests) => new(s_now, requests, 0, 0, Latency(requests, 2));

    private static LatencyHistogram Latency(int count, double milliseconds)
    {
        var counts = new long[LatencyHistogram.BucketCount];
        counts[LatencyHistogram.BucketOf(TimeSpan.FromMilliseconds(milliseconds))] = count;
        return new LatencyHistogram([.. counts]);
    }
}
