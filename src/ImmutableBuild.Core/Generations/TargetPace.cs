namespace ImmutableBuild.Generations;

/// <summary>
/// How long a target's system takes, at the most, for what the engine waits for. What takes longer is a fault, and ends the release: so these are
/// bounds, not estimates, and a slow system costs nothing where it is quick for once.
/// </summary>
public sealed record TargetPace
{
    /// <summary>That of processes and containers behind a gateway of ours.</summary>
    public static TargetPace Default { get; } = new();

    /// <summary>
    /// How long faults that may pass are answered by observing again, and how long a changing call may be repeated without any effect being seen of it (IMB6006).
    /// Several observations have to fit into it.
    /// </summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a release that was cancelled may take to route back and clear up (F02, IMB6007). Who cancels waits for it.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long ending instances and removing what they had may take beyond the drain time and stop grace of their configuration (IMB8005).</summary>
    public TimeSpan Removal { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long it takes until a request that has ended is in the counters (<see cref="ObservedGeneration.Traffic"/>): zero where that is at once, a minute or more
    /// where they come by the minute. Counters may be as much older, and a canary step lasts as much longer, so that it is judged by what it served.
    /// </summary>
    public TimeSpan CounterDelay { get; init; } = TimeSpan.Zero;

    /// <summary>The longest that an instance, or a whole generation, with <paramref name="configuration"/> takes to drain and go.</summary>
    public TimeSpan LongestDeparture(RuntimeConfiguration configuration) =>
        (configuration.DrainTimeout > configuration.StreamDrainTimeout ? configuration.DrainTimeout : configuration.StreamDrainTimeout)
        + configuration.StopGrace + Removal;
}
