using System.Numerics;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Judging;

namespace ImmutableBuild.Tests.Generations.Judging;

/// <summary>The statistics against exact enumeration in integers, and against published values.</summary>
public sealed class StatisticsTests
{
    [Fact]
    public void Factorials_are_right_on_both_sides_of_the_series()
    {
        for (var n = 0; n <= 170; n++)
        {
            var exact = BigInteger.Log(Enumerable.Range(1, n).Aggregate(BigInteger.One, (product, factor) => product * factor));
            LogFactorial.Of(n).ShouldBe(exact, 1e-11 * Math.Max(1, exact));
        }
    }

    [Theory]
    [InlineData(20, 1, 10)]
    [InlineData(50, 1, 100)]
    [InlineData(200, 3, 1000)]
    public void The_binomial_tail_equals_exact_enumeration(int trials, int numerator, int denominator)
    {
        for (var hits = 0; hits <= trials; hits++)
        {
            var tail = Enumerable.Range(hits, trials - hits + 1)
                .Aggregate(BigInteger.Zero, (sum, k) => sum + (Choose(trials, k) * BigInteger.Pow(numerator, k) * BigInteger.Pow(denominator - numerator, trials - k)));
            var exact = Ratio(tail, BigInteger.Pow(denominator, trials));

            BinomialTail.AtLeast(hits, trials, (double)numerator / denominator).ShouldBe(exact, Math.Max(1e-13, exact * 1e-9));
        }
    }

    [Theory]
    [InlineData(12, 17)]
    [InlineData(50, 450)]
    [InlineData(400, 40)]
    public void Fishers_test_equals_exact_enumeration(int newTotal, int oldTotal)
    {
        foreach (var hits in new[] { 1, 5, newTotal / 2, newTotal })
        {
            for (var newHits = 0; newHits <= Math.Min(hits, newTotal); newHits++)
            {
                if (hits - newHits > oldTotal)
                {
                    continue;
                }

                var tail = Enumerable.Range(newHits, Math.Min(hits, newTotal) - newHits + 1)
                    .Aggregate(BigInteger.Zero, (sum, k) => sum + (Choose(newTotal, k) * Choose(oldTotal, hits - k)));
                var exact = Ratio(tail, Choose(newTotal + oldTotal, hits));

                FisherExact.MoreInNew(newHits, newTotal, hits - newHits, oldTotal).ShouldBe(exact, Math.Max(1e-12, exact * 1e-9));
            }
        }
    }

    [Fact]
    public void Fishers_lady_tasting_tea()
    {
        // Fisher, The Design of Experiments (1935): all four cups right has chance 1/70, three or more 17/70.
        FisherExact.MoreInNew(4, 4, 0, 4).ShouldBe(1.0 / 70, 1e-12);
        FisherExact.MoreInNew(3, 4, 1, 4).ShouldBe(17.0 / 70, 1e-12);
    }

    [Fact]
    public void Fishers_test_stands_large_counts()
    {
        FisherExact.MoreInNew(5_000, 1_000_000, 50_000, 10_000_000).ShouldBe(0.5, 0.01);
        FisherExact.MoreInNew(6_000, 1_000_000, 50_000, 10_000_000).ShouldBeLessThan(1e-30);
    }

    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(1.959963984540054, 0.025)]
    [InlineData(2.3263478740408408, 0.01)]
    [InlineData(-1.2815515655446004, 0.9)]
    [InlineData(6, 9.865876450376946e-10)]
    public void The_normal_tail_has_its_known_values(double z, double tail) => Normal.UpperTail(z).ShouldBe(tail, tail * 2e-7);

    [Fact]
    public void Mann_Whitney_comes_near_the_exact_permutation_distribution()
    {
        long[] fresh = [0, 1, 2, 4, 4, 3];
        long[] former = [2, 4, 3, 3, 1, 0];

        MannWhitney.NewIsSlower(Histogram(fresh), Histogram(former)).ShouldBe(ExactlySlower(fresh, former), 0.003);
    }

    [Fact]
    public void Mann_Whitney_cannot_tell_equal_or_empty_groups_apart()
    {
        long[] counts = [5, 10, 20, 10, 5];

        MannWhitney.NewIsSlower(Histogram(counts), Histogram(counts)).ShouldBeInRange(0.49, 0.51);
        MannWhitney.NewIsSlower(Histogram([100]), Histogram([100])).ShouldBe(1);
        MannWhitney.NewIsSlower(LatencyHistogram.Empty, Histogram(counts)).ShouldBe(1);
    }

    private static LatencyHistogram Histogram(long[] counts) => new([.. counts, .. new long[LatencyHistogram.BucketCount - counts.Length]]);

    /// <summary>P(U at least as large as seen) over all ways to divide the pooled buckets, counted exactly.</summary>
    private static double ExactlySlower(long[] fresh, long[] former)
    {
        var size = (int)fresh.Sum();
        var pooled = fresh.Zip(former, (a, b) => (int)(a + b)).ToArray();
        var seen = TwiceU(fresh, pooled);
        var (slower, all) = (BigInteger.Zero, Choose(pooled.Sum(), size));
        Divide(0, [], size, BigInteger.One);
        return Ratio(slower, all);

        void Divide(int bucket, long[] taken, int left, BigInteger ways)
        {
            if (bucket == pooled.Length)
            {
                slower += left == 0 && TwiceU(taken, pooled) >= seen ? ways : 0;
                return;
            }

            for (var take = 0; take <= Math.Min(left, pooled[bucket]); take++)
            {
                Divide(bucket + 1, [.. taken, take], left - take, ways * Choose(pooled[bucket], take));
            }
        }
    }

    private static long TwiceU(long[] fresh, int[] pooled)
    {
        var (twice, faster) = (0L, 0L);
        for (var bucket = 0; bucket < pooled.Length; bucket++)
        {
            var former = pooled[bucket] - fresh[bucket];
            twice += fresh[bucket] * ((2 * faster) + former);
            faster += former;
        }

        return twice;
    }

    private static BigInteger Choose(int n, int k)
    {
        var result = BigInteger.One;
        for (var i = 1; i <= k; i++)
        {
            result = result * (n - k + i) / i;
        }

        return result;
    }

    private static double Ratio(BigInteger part, BigInteger whole) =>
        part.IsZero ? 0 : Math.Exp(BigInteger.Log(part) - BigInteger.Log(whole));
}
