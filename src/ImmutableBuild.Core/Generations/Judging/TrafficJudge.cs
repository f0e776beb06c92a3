using System.Globalization;

namespace ImmutableBuild.Generations.Judging;

/// <summary>
/// Compares what the new and the old generation served in the same time. Absolute floors come first, so that "not worse
/// than a bad old one" never passes (F19). Then new against old: success rate by Fisher's exact test, the median by the
/// Mann-Whitney test, the slowest hundredth by Fisher's exact test on requests slower than the old one's tolerated p99; all
/// one-sided. A difference counts only when it is both significant and larger than the tolerance.
/// </summary>
public static class TrafficJudge
{
    /// <summary>Counters older than this say nothing about now (F17).</summary>
    private static readonly TimeSpan s_maximumAge = TimeSpan.FromSeconds(10);

    /// <summary>Judges what was served between <paramref name="since"/> and <paramref name="now"/>, both by the target's clock.</summary>
    public static TrafficVerdict Judge(JudgeOptions options, TrafficSample? old, TrafficSample? @new, DateTimeOffset since, DateTimeOffset now)
    {
        if (Unusable("new", @new, options, since, now) is { } reason)
        {
            return new TrafficVerdict(Verdict.Inconclusive, reason);
        }

        var numbers = Describe("new", @new!);
        if (Floors(options, @new!) is var (floor, why) && floor != Verdict.Pass)
        {
            return new TrafficVerdict(floor, $"{why}; {numbers}") { IsBelowFloor = floor == Verdict.Fail };
        }

        return Unusable("old", old, options, since, now) is { } missing
            ? new TrafficVerdict(Verdict.Inconclusive, $"{missing}; {numbers}")
            : Compare(options, old!, @new!, numbers);
    }

    private static string? Unusable(string which, TrafficSample? sample, JudgeOptions options, DateTimeOffset since, DateTimeOffset now) => sample switch
    {
        null => $"no counters of the {which} generation",
        _ when sample.At < since || sample.At > now + s_maximumAge => $"the counters of the {which} generation are of another time",
        _ when now - sample.At > s_maximumAge => $"the counters of the {which} generation are {(now - sample.At).TotalSeconds:0} s old",
        _ when !IsPlausible(sample) => $"the counters of the {which} generation contradict each other",
        _ when sample.Requests < Math.Max(1, options.MinimumRequests) =>
            $"the {which} generation served {sample.Requests} requests, at least {options.MinimumRequests} are needed",
        _ => null,
    };

    private static bool IsPlausible(TrafficSample sample) =>
        sample.Requests >= 0
        && sample.Errors >= 0 && sample.Errors <= sample.Requests
        && sample.Latency.Counts is { IsDefault: false, Length: LatencyHistogram.BucketCount } counts && counts.All(count => count >= 0)
        && (sample.Latency.Total > 0 || sample.Requests == 0);

    /// <summary>Below a floor by more than chance explains fails; below it at all does not pass.</summary>
    private static (Verdict Verdict, string Why) Floors(JudgeOptions options, TrafficSample sample)
    {
        var success = BinomialTail.AtLeast(sample.Errors, sample.Requests, 1 - options.SuccessFloor);
        if (SuccessRate(sample) < options.SuccessFloor)
        {
            return (Significant(options, success), Invariant($"success {SuccessRate(sample):P2} is below the floor of {options.SuccessFloor:P2} (binomial p={success:0.####})"));
        }

        if (options.LatencyCeiling is not { } ceiling || sample.Latency.Quantile(0.99) is not { } p99 || p99 <= ceiling)
        {
            return (Verdict.Pass, "");
        }

        var slow = BinomialTail.AtLeast(SlowerThan(sample.Latency, ceiling), sample.Latency.Total, 0.01);
        return (Significant(options, slow), Invariant($"p99 {Milliseconds(p99)} is above the ceiling of {Milliseconds(ceiling)} (binomial p={slow:0.####})"));
    }

    private static Verdict Significant(JudgeOptions options, double probability) =>
        probability < options.Significance ? Verdict.Fail : Verdict.Inconclusive;

    private static TrafficVerdict Compare(JudgeOptions options, TrafficSample old, TrafficSample @new, string numbers)
    {
        var success = FisherExact.MoreInNew(@new.Errors, @new.Requests, old.Errors, old.Requests);
        var median = MannWhitney.NewIsSlower(@new.Latency, old.Latency);
        var bound = old.Latency.Quantile(0.99)!.Value * options.LatencyTolerance;
        var tail = FisherExact.MoreInNew(SlowerThan(@new.Latency, bound), @new.Latency.Total, SlowerThan(old.Latency, bound), old.Latency.Total);

        var worse = new[]
        {
            (Is: success < options.Significance && SuccessRate(old) - SuccessRate(@new) > options.SuccessTolerance, Why: "success is worse"),
            (Is: median < options.Significance && IsSlower(0.5), Why: "the median is slower"),
            (Is: tail < options.Significance && IsSlower(0.99), Why: "p99 is slower"),
        }.Where(finding => finding.Is).Select(finding => finding.Why).ToList();

        var tests = Invariant($"{numbers}; {Describe("old", old)}; p: success {success:0.####} (Fisher), median {median:0.####} (Mann-Whitney), p99 {tail:0.####} (Fisher)");
        return worse.Count == 0
            ? new TrafficVerdict(Verdict.Pass, tests)
            : new TrafficVerdict(Verdict.Fail, $"{string.Join(", ", worse)}; {tests}");

        bool IsSlower(double quantile) => @new.Latency.Quantile(quantile) > old.Latency.Quantile(quantile) * options.LatencyTolerance;
    }

    /// <summary>How many latencies lie in buckets wholly above <paramref name="bound"/>.</summary>
    private static long SlowerThan(LatencyHistogram latency, TimeSpan bound) =>
        latency.Counts.Skip(LatencyHistogram.BucketOf(bound) + 1).Sum();

    private static double SuccessRate(TrafficSample sample) => 1 - ((double)sample.Errors / sample.Requests);

    private static string Describe(string which, TrafficSample sample) => Invariant(
        $"{which}: {sample.Requests} requests, success {SuccessRate(sample):P2}, p50 {Milliseconds(sample.Latency.Quantile(0.5)!.Value)}, p99 {Milliseconds(sample.Latency.Quantile(0.99)!.Value)}");

    private static string Milliseconds(TimeSpan latency) => Invariant($"{latency.TotalMilliseconds:0.##} ms");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
