namespace ImmutableBuild.Generations.Rollouts;

/// <summary>
/// Adds up what was lost, and keeps the latest latencies of new and old. Counters start anew with every form of the route and
/// every gateway, so the differences from reading to reading are added. What a generation lost stays counted when it is gone;
/// what was lost before the first observation is left out.
/// </summary>
internal sealed class TrafficWatch(GenerationId newId)
{
    private readonly Dictionary<(GenerationId Id, DateTimeOffset CreatedAt), long> _readings = [];
    private DateTimeOffset? _form;

    /// <summary>Requests lost since the first observation.</summary>
    public long Lost { get; private set; }

    /// <summary>The new generation's latencies in its latest form of the route.</summary>
    public LatencyHistogram? NewLatency { get; private set; }

    /// <summary>The other routed generation's latencies in the latest form of the route in which there was one.</summary>
    public LatencyHistogram? OldLatency { get; private set; }

    public void Note(Observation observed)
    {
        var isFirst = _form is null;
        if (_form != observed.Route.Since)
        {
            _form = observed.Route.Since;
            _readings.Clear();
        }

        foreach (var generation in observed.Generations)
        {
            var (key, lost) = ((generation.Id, generation.CreatedAt), generation.Traffic?.Lost ?? 0);
            var before = _readings.GetValueOrDefault(key);
            Lost += isFirst ? 0 : lost >= before ? lost - before : lost;
            _readings[key] = lost;
        }

        NewLatency = LatencyOf(observed, share => share == newId) ?? NewLatency;
        OldLatency = LatencyOf(observed, share => share != newId) ?? OldLatency;
    }

    private static LatencyHistogram? LatencyOf(Observation observed, Func<GenerationId, bool> which) =>
        observed.Route.Route.Shares.Where(share => which(share.Generation))
            .Select(share => observed.Find(share.Generation)?.Traffic?.Latency)
            .FirstOrDefault(latency => latency is { Total: > 0 });
}
