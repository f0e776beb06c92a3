namespace ImmutableBuild.Generations.Judging;

/// <summary>
/// Counts requests in flight that have waited longer than the judge tolerates as requests that slow. Otherwise only requests that
/// ended would be seen, and one that hangs never ends.
/// </summary>
internal static class OverdueRequests
{
    /// <summary>How long is too long: the ceiling, or what is tolerated of the old one's p99 if that is less; null when neither is known.</summary>
    public static TimeSpan? Bound(JudgeOptions options, TrafficSample? old)
    {
        var tolerated = old?.Latency.Quantile(0.99) * options.LatencyTolerance;
        return options.LatencyCeiling is { } ceiling && !(tolerated < ceiling) ? ceiling : tolerated;
    }

    /// <summary>The sample with its overdue requests among those that ended.</summary>
    public static TrafficSample CountIn(TrafficSample sample, TimeSpan? bound)
    {
        if (bound is not { } limit || sample.Waiting is not { Total: > 0 } waiting)
        {
            return sample;
        }

        var first = LatencyHistogram.BucketOf(limit) + 1;
        var counts = sample.Latency.Counts.Select((count, bucket) => bucket < first ? count : count + waiting.Counts[bucket]);
        return sample with { Requests = sample.Requests + waiting.Counts.Skip(first).Sum(), Latency = new LatencyHistogram([.. counts]) };
    }
}
