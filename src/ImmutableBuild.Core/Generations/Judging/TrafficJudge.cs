using System.Globalization;

namespace ImmutableBuild.Generations.Judging;

/// <summary>
/// Compares what the new and the old generation served in the same time. Absolute floors come first, so that "not worse
/// than a bad old one" never passes (F19): success rate and slowest hundredth, each by the exact binomial test. Then new
/// against old: success rate by Fisher's exact test, the median by the Mann-Whitney test, the slowest hundredth by Fisher's
/// exact test on requests slower than the old one's tolerated p99. All are one-sided, at the level that the look may spend. A
/// difference counts only when it is both significant and larger than the tolerance.
/// </summary>
public static class TrafficJudge
{
    /// <summary>Counters that are older than this, beyond what their target needs, say nothing about now (F17).</summary>
    private static readonly TimeSpan s_maximumAge = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Judges what was served between <paramref name="since"/> and <paramref name="now"/>, both by the target's clock; <paramref name="delay"/> is how late its
    /// counters may be (<see cref="TargetPace.CounterDelay"/>).
    /// </summary>
    public static TrafficVerdict Judge(
        JudgeOptions options, TrafficSample? old, TrafficSample? @new, DateTimeOffset since, DateTimeOffset now, JudgeLook? look = null, TimeSpan delay = default)
    {
        var at = look ?? JudgeLook.EndOfStep;
        var floors = JudgeFloors(options, old, @new, since, now, at, delay);
        if (floors.Verdict != Verdict.Pass)
        {
            return floors;
        }

        if (Unusable("old", old, since, now, delay) is { } missing)
        {
            return new TrafficVerdict(Verdict.Inconclusive, $"{missing}; {floors.Numbers}");
        }

        var bound = OverdueRequests.Bound(options, old);
        var former = OverdueRequests.CountIn(old!, bound);
        return TooFew("old", former, options) is { } few
            ? new TrafficVerdict(Verdict.Inconclusive, $"{few}; {floors.Numbers}")
            : Compare(options, at, former, OverdueRequests.CountIn(@new!, bound), floors.Numbers);
    }

    /// <summary>Judges by the absolute floors alone; <paramref name="old"/> only tells how long a request in flight may take, where it can.</summary>
    public static TrafficVerdict JudgeFloors(
        JudgeOptions options, TrafficSample? old, TrafficSample? @new, DateTimeOffset since, DateTimeOffset now, JudgeLook look, TimeSpan delay = default)
    {
        if (Unusable("new", @new, since, now, delay) is { } reason)
        {
            return new TrafficVerdict(Verdict.Inconclusive, reason);
        }

        var judged = OverdueRequests.CountIn(@new!, OverdueRequests.Bound(options, Unusable("old", old, since, now, delay) is null ? old : null));
        if (TooFew("new", judged, options) is { } few)
        {
            return new TrafficVerdict(Verdict.Inconclusive, few);
        }

        var numbers = Describe("new", judged) + (judged.Requests > @new!.Requests ? $" ({judged.Requests - @new.Requests} of them still waiting)" : "");
        var (floor, why) = Floors(options, look, judged);
        return new TrafficVerdict(floor, floor == Verdict.Pass ? numbers : $"{why}; {numbers}");
    }

    private static string? Unusable(string which, TrafficSample? sample, DateTimeOffset since, DateTimeOffset now, TimeSpan delay) => sample switch
    {
        null => $"no counters of the {which} generation",
        _ when sample.At < since || sample.At > now + s_maximumAge => $"the counters of the {which} generation are of another time",
        _ when now - sample.At > s_maximumAge + delay => $"the counters of the {which} generation are {(now - sample.At).TotalSeconds:0} s old",
        _ when !IsPlausible(sample) => $"the counters of the {which} generation contradict each other",
        _ => null,
    };

    private static string? TooFew(string which, TrafficSample sample, JudgeOptions options) => sample.Requests < Math.Max(1, options.MinimumRequests)
        ? $"the {which} generation served {sample.Requests} requests, at least {options.MinimumRequests} are needed"
        : null;

    private static bool IsPlausible(TrafficSample sample) =>
        sample.Requests >= 0
        && sample.Errors >= 0 && sample.Errors <= sample.Requests
        && IsWhole(sample.Latency) && (sample.Waiting is null || IsWhole(sample.Waiting))
        && (sample.Latency.Total > 0 || sample.Requests == 0);

    private static bool IsWhole(LatencyHistogram latency) =>
        latency.Counts is { IsDefault: false, Length: LatencyHistogram.BucketCount } counts && counts.All(count => count >= 0);

    /// <summary>Below a floor by more than chance explains fails; below it at all does not pass.</summary>
    private static (Verdict Verdict, string Why) Floors(JudgeOptions options, JudgeLook look, TrafficSample sample)
    {
        var level = look.FloorLevel(options.Significance);
        var success = BinomialTail.AtLeast(sample.Errors, sample.Requests, 1 - options.SuccessFloor);
        if (SuccessRate(sample) < options.SuccessFloor)
        {
            return (Beyond(level, success), Invariant($"success {SuccessRate(sample):P2} is below the floor of {options.SuccessFloor:P2} (binomial p={success:0.######}, level {level:0.######}, look {look.Number})"));
        }

        if (options.LatencyCeiling is not { } ceiling || sample.Latency.Quantile(0.99) is not { } p99 || p99 <= ceiling)
        {
            return (Verdict.Pass, "");
        }

        var slow = BinomialTail.AtLeast(SlowerThan(sample.Latency, ceiling), sample.Latency.Total, 0.01);
        return (Beyond(level, slow), Invariant($"p99 {Milliseconds(p99)} is above the ceiling of {Milliseconds(ceiling)} (binomial p={slow:0.######}, level {level:0.######}, look {look.Number})"));
    }

    private static Verdict Beyond(double level, double probability) => probability < level ? Verdict.Fail : Verdict.Inconclusive;

    private static TrafficVerdict Compare(JudgeOptions options, JudgeLook look, TrafficSample old, TrafficSample @new, string numbers)
    {
        var level = look.ComparisonLevel(options.Significance);
        var success = FisherExact.MoreInNew(@new.Errors, @new.Requests, old.Errors, old.Requests);
        var median = MannWhitney.NewIsSlower(@new.Latency, old.Latency);
        var bound = old.Latency.Quantile(0.99)!.Value * options.LatencyTolerance;
        var tail = FisherExact.MoreInNew(SlowerThan(@new.Latency, bound), @new.Latency.Total, SlowerThan(old.Latency, bound), old.Latency.Total);

        var worse = new[]
        {
            (Is: success < level && SuccessRate(old) - SuccessRate(@new) > options.SuccessTolerance, Why: "success is worse"),
            (Is: median < level && IsSlower(0.5), Why: "the median is slower"),
            (Is: tail < level && IsSlower(0.99), Why: "p99 is slower"),
        }.Where(finding => finding.Is).Select(finding => finding.Why).ToList();

        var tests = Invariant($"{numbers}; {Describe("old", old)}; p: success {success:0.####} (Fisher), median {median:0.####} (Mann-Whitney), p99 {tail:0.####} (Fisher), level {level:0.######} each, look {look.Number}");
        return worse.Count == 0
            ? new TrafficVerdict(Verdict.Pass, tests)
            : new TrafficVerdict(Verdict.Fail, $"{string.Join(", ", worse)}; {tests}");

        bool IsSlower(double quantile) => @new.Latency.Quantile(quantile) > old.Latency.Quantile(quantile) * options.LatencyTolerance;
    }

    /// <summary>How many latencies lie in buckets wholly above <paramref name="bound"/>.</summary>
    private static long SlowerThan(LatencyHistogram latency, TimeSpan bound) =>
        latency.Counts.Skip(LatencyHistogram.BucketOf(bound) + 1).Sum();

    private static double SuccessRate(TrafficSample sample) => 1 - ((double)sample.Errors / Math.Max(1, sample.Requests));

    private static string Describe(string which, TrafficSample sample) => Invariant(
        $"{which}: {sample.Requests} requests, success {SuccessRate(sample):P2}, p50 {Milliseconds(sample.Latency.Quantile(0.5)!.Value)}, p99 {Milliseconds(sample.Latency.Quantile(0.99)!.Value)}");

    private static string Milliseconds(TimeSpan latency) => Invariant($"{latency.TotalMilliseconds:0.##} ms");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
