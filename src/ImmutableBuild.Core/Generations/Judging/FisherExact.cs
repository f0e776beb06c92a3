namespace ImmutableBuild.Generations.Judging;

/// <summary>Fisher's exact test on two groups, one-sided: exact however small the groups are.</summary>
internal static class FisherExact
{
    /// <summary>
    /// The probability that the new group has at least <paramref name="newHits"/> of all hits if both groups had the same
    /// chance: the upper tail of the hypergeometric distribution with all margins fixed.
    /// </summary>
    public static double MoreInNew(long newHits, long newTotal, long oldHits, long oldTotal)
    {
        var hits = newHits + oldHits;
        var highest = Math.Min(hits, newTotal);
        var lowest = Math.Max(0, hits - oldTotal);
        if (newHits <= lowest)
        {
            return 1;
        }

        var mean = (double)hits * newTotal / (newTotal + oldTotal);
        return newHits > mean
            ? Math.Min(1, Sum(newHits, highest, +1))
            : Math.Clamp(1 - Sum(newHits - 1, lowest, -1), 0, 1);

        double Sum(long from, long to, int step)
        {
            var (sum, term) = (0.0, Math.Exp(
                LogFactorial.Choose(newTotal, from) + LogFactorial.Choose(oldTotal, hits - from) - LogFactorial.Choose(newTotal + oldTotal, hits)));
            for (var k = from; term > sum * 1e-17; k += step)
            {
                sum += term;
                if (k == to)
                {
                    break;
                }

                term *= step > 0
                    ? (double)(newTotal - k) * (hits - k) / ((k + 1.0) * (oldTotal - hits + k + 1))
                    : k * (double)(oldTotal - hits + k) / ((newTotal - k + 1.0) * (hits - k + 1));
            }

            return sum;
        }
    }
}
