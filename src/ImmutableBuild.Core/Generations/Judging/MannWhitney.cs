namespace ImmutableBuild.Generations.Judging;

/// <summary>
/// The Mann-Whitney U test over two histograms with the same bounds, one-sided, by the normal approximation with tie and
/// continuity correction (Lehmann, Nonparametrics, section 1.3). All latencies of a bucket are ties. Good from about 20
/// observations in each group, which the judge's minimum ensures.
/// </summary>
internal static class MannWhitney
{
    /// <summary>The probability that the new group would rank this slow if both had the same distribution; 1 when either is empty.</summary>
    public static double NewIsSlower(LatencyHistogram @new, LatencyHistogram old)
    {
        double newTotal = @new.Total;
        double oldTotal = old.Total;
        if (newTotal == 0 || oldTotal == 0)
        {
            return 1;
        }

        var all = newTotal + oldTotal;
        var (u, ties) = Rank(@new, old);
        var variance = newTotal * oldTotal / 12 * (all + 1 - (ties / (all * (all - 1))));
        return variance <= 0 ? 1 : Normal.UpperTail((u - (newTotal * oldTotal / 2) - 0.5) / Math.Sqrt(variance));
    }

    /// <summary>U counts the pairs in which the new one is slower, ties as half; the tie term is the sum of t³ - t over the buckets.</summary>
    private static (double U, double Ties) Rank(LatencyHistogram @new, LatencyHistogram old)
    {
        var (u, ties, faster) = (0.0, 0.0, 0.0);
        for (var bucket = 0; bucket < LatencyHistogram.BucketCount; bucket++)
        {
            double fresh = @new.Counts[bucket];
            double former = old.Counts[bucket];
            u += fresh * (faster + (former / 2));
            faster += former;
            var tied = fresh + former;
            ties += (tied * tied * tied) - tied;
        }

        return (u, ties);
    }
}
