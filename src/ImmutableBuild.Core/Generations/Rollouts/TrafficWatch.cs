namespace ImmutableBuild.Generations.Rollouts;

/// <summary>
/// Adds up what was lost, and keeps the latest latencies of new and old. Counters start anew with every form of the route,
/// so each form's last reading is added when the next form is seen; what was lost before the first observation is left out.
/// </summary>
internal sealed class TrafficWatch(GenerationId newId)
{
    private DateTimeOffset? _form;
    private long _before;
    private long _earlier;
    private long _current;

    /// <summary>Requests lost since the first observation.</summary>
    public long Lost => _earlier + _current - _before;

    /// <summary>The new generation's latencies in its latest form of the route.</summary>
    public LatencyHistogram? NewLatency { get; private set; }

    /// <summary>The other routed generation's latencies in the latest form of the route in which there was one.</summary>
    public LatencyHistogram? OldLatency { get; private set; }

    public void Note(Observation observed)
    {
        var lost = observed.Generations.Sum(generation => generation.Traffic?.Lost ?? 0);
        if (_form is null)
        {
            _before = lost;
        }
        else if (_form != observed.Route.Since)
        {
            _earlier += _current;
        }

        (_form, _current) = (observed.Route.Since, lost);
        NewLatency = LatencyOf(observed, share => share == newId) ?? NewLatency;
        OldLatency = LatencyOf(observed, share => share != newId) ?? OldLatency;
    }

    private static LatencyHistogram? LatencyOf(Observation observed, Func<GenerationId, bool> which) =>
        observed.Route.Route.Shares.Where(share => which(share.Generation))
            .Select(share => observed.Find(share.Generation)?.Traffic?.Latency)
            .FirstOrDefault(latency => latency is { Total: > 0 });
}
