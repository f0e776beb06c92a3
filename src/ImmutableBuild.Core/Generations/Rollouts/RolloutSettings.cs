namespace ImmutableBuild.Generations.Rollouts;

/// <summary>How the runner goes about its work; what it does is decided by <see cref="Desired"/> alone, and how long it waits by the target's <see cref="TargetPace"/>.</summary>
public sealed record RolloutSettings
{
    /// <summary>Time between two observations while there is nothing to do but wait.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long the lease lasts without renewal; it is renewed after a third of it.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Keep the lease when all went well, for the next stage of the same process; it expires by itself.</summary>
    public bool KeepLease { get; init; }

    /// <summary>How many of an instance's last lines go into the error.</summary>
    public int LogLines { get; init; } = 20;
}
