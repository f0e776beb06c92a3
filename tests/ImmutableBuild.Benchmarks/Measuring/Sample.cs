namespace ImmutableBuild.Benchmarks.Measuring;

/// <summary>Statistics over the rounds of one run.</summary>
internal static class Sample
{
    /// <summary>The middle value; the mean of the two middle ones when their number is even.</summary>
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /// <summary>The value that <paramref name="quantile"/> (0 to 1) of the values do not exceed.</summary>
    public static double Quantile(IEnumerable<double> values, double quantile)
    {
        var sorted = values.Order().ToArray();
        return sorted[Math.Clamp((int)Math.Ceiling(quantile * sorted.Length) - 1, 0, sorted.Length - 1)];
    }
}
