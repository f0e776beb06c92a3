namespace ImmutableBuild.Generations.Judging;

/// <summary>The standard normal distribution.</summary>
internal static class Normal
{
    /// <summary>
    /// The probability of a value above <paramref name="z"/>: erfc by Chebyshev fitting (Numerical Recipes, 3rd ed., 6.2.2,
    /// <c>erfccheb</c> in its short form), relative error under 1.2e-7 everywhere.
    /// </summary>
    public static double UpperTail(double z)
    {
        var x = Math.Abs(z) / Math.Sqrt(2);
        var t = 1 / (1 + (0.5 * x));
        var polynomial = -1.26551223 + (t * (1.00002368 + (t * (0.37409196 + (t * (0.09678418 + (t * (-0.18628806
            + (t * (0.27886807 + (t * (-1.13520398 + (t * (1.48851587 + (t * (-0.82215223 + (t * 0.17087277)))))))))))))))));
        var tail = 0.5 * t * Math.Exp((-x * x) + polynomial);
        return z >= 0 ? tail : 1 - tail;
    }
}
