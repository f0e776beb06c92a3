namespace ImmutableBuild.Generations.Rollouts;

/// <summary>
/// Adds up what was lost, and keeps the latest latencies of new and old. Counters start anew with every form of the route and
/// every gateway, so the differences from reading to reading are added. What a generation lost stays counted when it is gone;
/// what was lost before the first observation is left out.
/// </summary>
internal sealed class TrafficWatch(GenerationId newId)
{
    private readonly Dictionary<(GenerationId Id, DateTimeOffset CreatedAt), long> _readings = [];
    private readonly HashSet<(GenerationId Id, DateTimeOffset CreatedAt)> _uncounted = [];
    private DateTimeOffset? _form;
    private long _lost;
    private bool _isIncomplete;

    /// <summary>Requests lost since the first observation; null where a generation had requests in a form of the route, and no reading of that form told what it lost.</summary>
    public long? Lost => _isIncomplete || _uncounted.Count > 0 ? null : _lost;

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
            _isIncomplete |= _uncounted.Count > 0;
            _readings.Clear();
            _uncounted.Clear();
        }

        foreach (var generation in observed.Generations)
        {
            Note(generation, observed.Route.Route, isFirst);
        }

        NewLatency = LatencyOf(observed, share => share == newId) ?? NewLatency;
        OldLatency = LatencyOf(observed, share => share != newId) ?? OldLatency;
    }

    private void Note(ObservedGeneration generation, Route route, bool isFirst)
    {
        var key = (generation.Id, generation.CreatedAt);
        if (generation.Traffic?.Lost is { } lost)
        {
            var before = _readings.GetValueOrDefault(key);
            _lost += isFirst ? 0 : lost >= before ? lost - before : lost;
            _readings[key] = lost;
            _uncounted.Remove(key);
        }
        else if (HasRequests(generation, route) && !_readings.ContainsKey(key))
        {
            _uncounted.Add(key);
        }
    }

    /// <summary>Whether requests reach it, or may still be in flight there. A worker gets none.</summary>
    private static bool HasRequests(ObservedGeneration generation, Route route) =>
        generation.Spec.Configuration.Port is not null
        && (route.Names(generation.Id) || (generation.Phase == GenerationPhase.Destroying && generation.InFlight is null or > 0));

    private static LatencyHistogram? LatencyOf(Observation observed, Func<GenerationId, bool> which) =>
        observed.Route.Route.Shares.Where(share => which(share.Generation))
            .Select(share => observed.Find(share.Generation)?.Traffic?.Latency)
            .FirstOrDefault(latency => latency is { Total: > 0 });
}
