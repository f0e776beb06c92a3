namespace ImmutableBuild.Generations.Judging;

/// <summary>
/// One of the fixed times at which a form of the route is judged, and how much of the significance it may spend. A judge that
/// looked whenever it liked would find chance guilty sooner or later.
/// </summary>
/// <remarks>
/// A step has four looks, at each quarter; early ones can only fail a floor. Holding, there is one more after each further
/// duration of the step, and a last one when holding ends. The significance is split evenly over the judge's tests; each test
/// may spend half of its share in the step (a floor an eighth at each look) and at hold look h a further 1/(h(h+1)) of the other
/// half. By Bonferroni's inequality the chance of failing a generation that is not worse stays below the significance.
/// </remarks>
/// <param name="Number">Counted from 1; 0 before the first.</param>
public readonly record struct JudgeLook(int Number)
{
    /// <summary>Looks within a step.</summary>
    public const int InStep = 4;

    /// <summary>The tests that share the significance: two floors, and three of new against old.</summary>
    private const int Tests = 5;

    /// <summary>The look at the end of a step.</summary>
    public static JudgeLook EndOfStep { get; } = new(InStep);

    /// <summary>Only the floors can be judged yet.</summary>
    public bool IsEarly => Number < InStep;

    /// <summary>The latest look that is due <paramref name="elapsed"/> after the route took its form.</summary>
    public static JudgeLook At(TimeSpan elapsed, TimeSpan step, TimeSpan hold)
    {
        if (elapsed < step)
        {
            return new JudgeLook(Math.Max(0, (int)(InStep * (elapsed / step))));
        }

        var held = elapsed - step;
        return step <= TimeSpan.Zero || hold <= TimeSpan.Zero ? EndOfStep
            : held < hold ? new JudgeLook(InStep + Whole(held / step))
            : new JudgeLook(InStep + Whole(hold / step) + 1);
    }

    /// <summary>The level at which a floor is tested.</summary>
    public double FloorLevel(double significance) => IsEarly || Number == InStep ? Half(significance) / InStep : HoldLevel(significance);

    /// <summary>The level at which new is tested against old.</summary>
    public double ComparisonLevel(double significance) => Number <= InStep ? Half(significance) : HoldLevel(significance);

    private static double Half(double significance) => significance / Tests / 2;

    private static int Whole(double windows) => (int)Math.Min(windows, 1_000_000);

    private double HoldLevel(double significance)
    {
        double look = Number - InStep;
        return Half(significance) / (look * (look + 1));
    }
}

/// <summary>The latest look that a run took, and at which form of the route.</summary>
/// <param name="Since">When the route took that form.</param>
/// <param name="Look">Which look.</param>
public sealed record Looked(DateTimeOffset Since, JudgeLook Look);
