namespace ImmutableBuild.Generations.Judging;

/// <summary>The exact one-sided binomial test.</summary>
internal static class BinomialTail
{
    /// <summary>The probability of at least <paramref name="hits"/> hits in <paramref name="trials"/> trials of chance <paramref name="chance"/> each.</summary>
    public static double AtLeast(long hits, long trials, double chance)
    {
        if (hits <= 0 || chance >= 1)
        {
            return 1;
        }

        if (chance <= 0 || hits > trials)
        {
            return 0;
        }

        // Summing away from the mode lets the terms fall, so that the sum ends early and loses nothing.
        return hits > trials * chance
            ? Math.Min(1, SumUp(hits, trials, chance))
            : Math.Clamp(1 - SumDown(hits - 1, trials, chance), 0, 1);
    }

    private static double SumUp(long from, long trials, double chance)
    {
        var (sum, term) = (0.0, Term(from, trials, chance));
        for (var k = from; k <= trials && term > sum * 1e-17; k++)
        {
            sum += term;
            term *= (double)(trials - k) / (k + 1) * (chance / (1 - chance));
        }

        return sum;
    }

    private static double SumDown(long from, long trials, double chance)
    {
        var (sum, term) = (0.0, Term(from, trials, chance));
        for (var k = from; k >= 0 && term > sum * 1e-17; k--)
        {
            sum += term;
            term *= (double)k / (trials - k + 1) * ((1 - chance) / chance);
        }

        return sum;
    }

    private static double Term(long hits, long trials, double chance) =>
        Math.Exp(LogFactorial.Choose(trials, hits) + (hits * Math.Log(chance)) + ((trials - hits) * Math.Log(1 - chance)));
}
