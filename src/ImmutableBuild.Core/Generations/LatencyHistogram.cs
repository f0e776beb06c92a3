using System.Collections.Immutable;

namespace ImmutableBuild.Generations;

/// <summary>
/// Counts of latencies in buckets that grow by 2^(1/4) (about 19 %) from 50 µs: bucket i holds latencies up to
/// <see cref="UpperBound"/>(i), the last one everything slower. The same bounds everywhere, so histograms can be compared.
/// </summary>
/// <param name="Counts">Exactly <see cref="BucketCount"/> counts.</param>
public sealed record LatencyHistogram(ImmutableArray<long> Counts)
{
    /// <summary>The number of buckets; the last finite bound is about 85 s.</summary>
    public const int BucketCount = 84;

    private const double FirstBoundMicroseconds = 50;

    /// <summary>No latencies.</summary>
    public static LatencyHistogram Empty { get; } = new([.. new long[BucketCount]]);

    /// <summary>All latencies counted.</summary>
    public long Total => Counts.Sum();

    /// <summary>The bucket that holds <paramref name="latency"/>.</summary>
    public static int BucketOf(TimeSpan latency)
    {
        var microseconds = latency.TotalMicroseconds;
        return microseconds <= FirstBoundMicroseconds
            ? 0
            : Math.Min(BucketCount - 1, (int)Math.Ceiling(4 * Math.Log2(microseconds / FirstBoundMicroseconds)));
    }

    /// <summary>What was counted since <paramref name="before"/>, an earlier reading of the same counts.</summary>
    public LatencyHistogram Since(LatencyHistogram before) => new([.. Counts.Zip(before.Counts, (now, then) => Math.Max(0, now - then))]);

    /// <summary>The largest latency of bucket <paramref name="bucket"/>.</summary>
    public static TimeSpan UpperBound(int bucket) =>
        TimeSpan.FromMicroseconds(FirstBoundMicroseconds * Math.Pow(2, bucket / 4.0));

    /// <summary>The upper bound of the bucket in which the <paramref name="quantile"/> (0 to 1) lies; null when nothing was counted.</summary>
    public TimeSpan? Quantile(double quantile)
    {
        var total = Total;
        if (total == 0)
        {
            return null;
        }

        var rank = Math.Max(1, (long)Math.Ceiling(quantile * total));
        long seen = 0;
        for (var bucket = 0; bucket < Counts.Length; bucket++)
        {
            seen += Counts[bucket];
            if (seen >= rank)
            {
                return UpperBound(bucket);
            }
        }

        return UpperBound(BucketCount - 1);
    }
}
