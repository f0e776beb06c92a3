using ImmutableBuild.Generations;

namespace ImmutableBuild.Tests.Generations.Simulation;

/// <summary>One generation of the simulated target.</summary>
internal sealed class SimulatedGeneration(GenerationSpec spec, SimulatedApp app, DateTimeOffset createdAt)
{
    private readonly long[] _latencies = new long[LatencyHistogram.BucketCount];
    private double _requests;
    private double _errors;
    private double _lost;

    public GenerationId Id { get; } = spec.Id;

    public GenerationSpec Spec { get; } = spec;

    public DateTimeOffset CreatedAt { get; } = createdAt;

    /// <summary>When the last request in flight will have ended, once its destruction began.</summary>
    public DateTimeOffset? GoneAt { get; private set; }

    /// <summary>Creation was begun and its reply lost half way.</summary>
    public bool IsHalfCreated { get; set; }

    public List<SimulatedInstance> Instances { get; } =
        [.. Enumerable.Range(0, spec.Size).Select(index => new SimulatedInstance($"{index}", app, spec.Configuration.Probe, createdAt))];

    public bool Answers => GoneAt is null && !IsHalfCreated && Instances.Any(instance => instance.Answers);

    public void Destroy(DateTimeOffset goneAt) => GoneAt ??= goneAt;

    public void Tick(DateTimeOffset now) => Instances.ForEach(instance => instance.Tick(now));

    public void Serve(double requests)
    {
        _requests += requests;
        _lost += Answers ? 0 : requests;
        _errors += Answers ? requests * app.ErrorRate : requests;
        _latencies[LatencyHistogram.BucketOf(app.Latency)] = (long)_requests;
    }

    public void ResetCounters()
    {
        (_requests, _errors, _lost) = (0, 0, 0);
        Array.Clear(_latencies);
    }

    public ObservedGeneration Observe(DateTimeOffset now) => new(
        Spec,
        CreatedAt,
        GoneAt is not null ? GenerationPhase.Destroying : IsHalfCreated ? GenerationPhase.Creating : GenerationPhase.Running,
        IsHalfCreated ? [] : [.. Instances.Select(instance => instance.Observe())],
        GoneAt is null ? 0 : 1,
        new TrafficSample(now, (long)_requests, (long)_errors, (long)_lost, new LatencyHistogram([.. _latencies])));
}
