namespace ImmutableBuild.Generations.Judging;

/// <summary>Logarithms of factorials and binomial coefficients, for probabilities too small or counts too large for direct products.</summary>
internal static class LogFactorial
{
    private const int DirectUpTo = 32;

    /// <summary>ln n!, by summing below 32 and Stirling's series (error under 1e-14) from there.</summary>
    public static double Of(long n)
    {
        if (n < DirectUpTo)
        {
            var sum = 0.0;
            for (var factor = 2; factor <= n; factor++)
            {
                sum += Math.Log(factor);
            }

            return sum;
        }

        double x = n;
        var inverse = 1 / x;
        var square = inverse * inverse;
        var series = inverse * ((1.0 / 12) - (square * ((1.0 / 360) - (square * ((1.0 / 1260) - (square / 1680))))));
        return ((x + 0.5) * Math.Log(x)) - x + (0.5 * Math.Log(2 * Math.PI)) + series;
    }

    /// <summary>ln of n over k.</summary>
    public static double Choose(long n, long k) => Of(n) - Of(k) - Of(n - k);
}
