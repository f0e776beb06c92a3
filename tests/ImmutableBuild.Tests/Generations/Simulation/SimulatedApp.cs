namespace ImmutableBuild.Tests.Generations.Simulation;

/// <summary>How the instances of an image behave.</summary>
public sealed record SimulatedApp
{
    /// <summary>Time from start to the first answer.</summary>
    public TimeSpan StartsAfter { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>Its port never opens.</summary>
    public bool NeverListens { get; init; }

    /// <summary>What the health path answers by the number of the probe.</summary>
    public Func<int, bool> ProbePasses { get; init; } = _ => true;

    /// <summary>Whether the answer comes too late, by the number of the probe.</summary>
    public Func<int, bool> ProbeIsLate { get; init; } = _ => false;

    /// <summary>Each process ends by itself after this time.</summary>
    public TimeSpan? CrashesAfter { get; init; }

    /// <summary>Something else answers on its port.</summary>
    public bool IsForeign { get; init; }

    /// <summary>The platform can't tell who answers.</summary>
    public bool HasNoIdentity { get; init; }

    /// <summary>The target's prober got stuck at this age of the instance.</summary>
    public TimeSpan? ProbesStopAfter { get; init; }

    /// <summary>Share of requests answered with an error.</summary>
    public double ErrorRate { get; init; }

    /// <summary>Time to answer a request.</summary>
    public TimeSpan Latency { get; init; } = TimeSpan.FromMilliseconds(2);

    /// <summary>The target refuses to create it, with a fault that doesn't pass.</summary>
    public bool CannotBeCreated { get; init; }
}
