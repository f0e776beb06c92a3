using ImmutableBuild.Generations;

namespace ImmutableBuild.Reports;

/// <summary>The part of the latency scale a chart shows. Buckets grow by a constant factor, so equal widths make a logarithmic axis.</summary>
/// <param name="First">The first bucket shown.</param>
/// <param name="Last">The last bucket shown.</param>
internal sealed record LatencyAxis(int First, int Last)
{
    private const int MinimumBuckets = 12;

    private static readonly int[] RoundDigits = [1, 2, 5];

    /// <summary>How many buckets are shown.</summary>
    public int Buckets => Last - First + 1;

    /// <summary>An axis that holds every latency counted in <paramref name="histograms"/>, with a little room on both sides.</summary>
    public static LatencyAxis Around(IEnumerable<LatencyHistogram> histograms)
    {
        var used = histograms.SelectMany(histogram => Enumerable.Range(0, histogram.Counts.Length).Where(bucket => histogram.Counts[bucket] > 0)).ToArray();
        var first = Math.Max(0, used.Min() - 2);
        var last = Math.Min(LatencyHistogram.BucketCount - 1, Math.Max(used.Max() + 2, first + MinimumBuckets));
        return new LatencyAxis(Math.Min(first, last - MinimumBuckets), last);
    }

    /// <summary>Where <paramref name="latency"/> lies, from 0 (left end) to 1 (right end).</summary>
    public double PositionOf(TimeSpan latency)
    {
        // Bucket i ends at 50 µs × 2^(i/4), so its right edge is at i + 1 - First.
        var edge = 4 * Math.Log2(latency / LatencyHistogram.UpperBound(0));
        return Math.Clamp((edge + 1 - First) / Buckets, 0, 1);
    }

    /// <summary>Round latencies (1, 2 and 5 of each power of ten) for the axis' labels, at most about eight.</summary>
    public IEnumerable<TimeSpan> Ticks()
    {
        var all = Enumerable.Range(1, 8)
            .SelectMany(power => RoundDigits.Select(digit => TimeSpan.FromMicroseconds(digit * Math.Pow(10, power))))
            .Where(tick => PositionOf(tick) is > 0.01 and < 0.99)
            .ToArray();
        return all.Length <= 8 ? all : all.Where(tick => Math.Log10(tick.TotalMicroseconds) % 1 is < 1e-9 or > 1 - 1e-9);
    }
}
