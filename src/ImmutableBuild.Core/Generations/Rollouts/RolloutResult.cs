using System.Collections.Immutable;

namespace ImmutableBuild.Generations.Rollouts;

/// <summary>What a run did.</summary>
public sealed record RolloutResult
{
    /// <summary>The last observation.</summary>
    public required Observation Observed { get; init; }

    /// <summary>The first observation, before anything was done.</summary>
    public required Observation Before { get; init; }

    /// <summary>No changing call was made: everything was as wanted (F07).</summary>
    public required bool Unchanged { get; init; }

    /// <summary>One line for each decision, in order.</summary>
    public required ImmutableArray<string> Decisions { get; init; }

    /// <summary>The generations this run destroyed.</summary>
    public required ImmutableArray<GenerationId> Destroyed { get; init; }

    /// <summary>From the call that gave the new generation all traffic to its first answer on the public entry; null when this run did not switch.</summary>
    public TimeSpan? SwitchTime { get; init; }

    /// <summary>Requests lost while this run looked; null where nobody counted them.</summary>
    public long? RequestsLost { get; init; }

    /// <summary>Latencies of the new generation while it had traffic.</summary>
    public LatencyHistogram? NewLatency { get; init; }

    /// <summary>Latencies of the old generation when it last had traffic.</summary>
    public LatencyHistogram? OldLatency { get; init; }
}
