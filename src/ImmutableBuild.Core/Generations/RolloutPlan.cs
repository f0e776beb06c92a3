using System.Collections.Immutable;

namespace ImmutableBuild.Generations;

/// <summary>How the route moves.</summary>
public enum RolloutStrategy
{
    /// <summary>0 to 100 in one step.</summary>
    BlueGreen,

    /// <summary>In <see cref="RolloutPlan.Steps"/>, with a verdict of the judge between.</summary>
    Canary,
}

/// <summary>Everything that decides how, when and whether traffic moves. None of it is part of a generation's identity.</summary>
public sealed record RolloutPlan
{
    /// <summary>How the route moves.</summary>
    public RolloutStrategy Strategy { get; init; } = RolloutStrategy.BlueGreen;

    /// <summary>Percentages of a canary before 100, growing.</summary>
    public ImmutableArray<int> Steps { get; init; } = [10, 50];

    /// <summary>Time traffic is watched at each canary step before the judge speaks.</summary>
    public TimeSpan StepDuration { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Probes each instance must pass in a row.</summary>
    public int HealthySuccesses { get; init; } = 3;

    /// <summary>How long a new generation may take until all its instances are healthy.</summary>
    public TimeSpan HealthTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long the new generation is watched after the switch; the old one stays warm meanwhile.</summary>
    public TimeSpan Soak { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Generations kept running without traffic, for instant rollback.</summary>
    public int Keep { get; init; }

    /// <summary>How the judge compares new with old.</summary>
    public JudgeOptions Judge { get; init; } = new();
}

/// <summary>What to do when the judge can't tell.</summary>
public enum InconclusiveAction
{
    /// <summary>Give up: route back.</summary>
    Abort,

    /// <summary>Stay at the step and look again, until <see cref="JudgeOptions.HoldTimeout"/>; then abort.</summary>
    Hold,
}

/// <summary>The judge's bounds.</summary>
public sealed record JudgeOptions
{
    /// <summary>Requests the new generation must have served at a step, or of all traffic after the switch, before the judge can tell.</summary>
    public int MinimumRequests { get; init; } = 50;

    /// <summary>Success rate (0 to 1) below which the new generation fails, whatever the old one does (F19); also after the switch.</summary>
    public double SuccessFloor { get; init; } = 0.99;

    /// <summary>p99 latency above which the new generation fails, whatever the old one does; null for no floor.</summary>
    public TimeSpan? LatencyCeiling { get; init; }

    /// <summary>How likely a generation that is not worse may fail a step by chance alone (0 to 1), over all tests and looks together.</summary>
    public double Significance { get; init; } = 0.01;

    /// <summary>How much slower (as a factor of the old one's p99 and median) the new one may be before a significant difference counts.</summary>
    public double LatencyTolerance { get; init; } = 1.25;

    /// <summary>How much lower the success rate may be before a significant difference counts.</summary>
    public double SuccessTolerance { get; init; } = 0.005;

    /// <summary>What to do when it can't tell (F17, F18).</summary>
    public InconclusiveAction OnInconclusive { get; init; } = InconclusiveAction.Abort;

    /// <summary>How long <see cref="InconclusiveAction.Hold"/> lasts.</summary>
    public TimeSpan HoldTimeout { get; init; } = TimeSpan.FromMinutes(5);
}
