using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Drift;

namespace ImmutableBuild.Tests.Generations.Simulation;

/// <summary>One generation of the simulated target.</summary>
internal sealed class SimulatedGeneration(GenerationSpec spec, SimulatedApp app, DateTimeOffset createdAt, Func<GenerationSpec, SimulatedApp> behaviour)
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

    /// <summary>Fresh instances by the name of the one they are to replace.</summary>
    public Dictionary<string, SimulatedInstance> Joining { get; } = [];

    /// <summary>Instances that drain, and until when.</summary>
    public List<(SimulatedInstance Instance, DateTimeOffset GoneAt)> Leaving { get; } = [];

    public IEnumerable<SimulatedInstance> All => [.. Instances, .. Joining.Values, .. Leaving.Select(leaving => leaving.Instance)];

    public bool Answers => GoneAt is null && !IsHalfCreated && Instances.Any(instance => instance.Answers);

    public void Destroy(DateTimeOffset goneAt) => GoneAt ??= goneAt;

    public void Tick(DateTimeOffset now)
    {
        Leaving.RemoveAll(leaving => leaving.GoneAt <= now);
        foreach (var instance in All)
        {
            instance.Tick(now);
        }
    }

    public void ScaleOut(int instances, DateTimeOffset now)
    {
        while (Instances.Count < instances)
        {
            Instances.Add(new SimulatedInstance($"{Instances.Count}", behaviour(Spec), Spec.Configuration.Probe, now));
        }
    }

    /// <summary>A step of replacing an instance, refused as targets refuse it; whether the fresh one has taken the place by it.</summary>
    public bool Replace(string instance, ReplacementStep change, bool looksItself, TimeSpan drainsFor, DateTimeOffset now)
    {
        var isThere = Instances.Exists(there => there.Name == instance);
        switch (change)
        {
            case ReplacementStep.Begin:
                Begin(isThere ? instance : throw GatewayErrors.NotReplaceable(Spec.App, Id, instance), now);
                return false;
            case ReplacementStep.Finish when isThere:
                var fresh = Joining.GetValueOrDefault(instance) ?? throw GatewayErrors.NotReplaceable(Spec.App, Id, instance);
                if (looksItself && !fresh.Answers)
                {
                    throw GatewayErrors.FreshNotHealthy(Id, fresh.Name, instance, "simulated");
                }

                Finish(instance, now + drainsFor);
                return true;
            case ReplacementStep.GiveUp:
                GiveUp(instance, now);
                return false;
            default:
                return false;
        }
    }

    public void Begin(string replaced, DateTimeOffset now)
    {
        var name = $"{All.Max(instance => int.Parse(instance.Name)) + 1}";
        Joining.TryAdd(replaced, new SimulatedInstance(name, behaviour(Spec), Spec.Configuration.Probe, now));
    }

    public void Finish(string replaced, DateTimeOffset goneAt)
    {
        var place = Instances.FindIndex(instance => instance.Name == replaced);
        Leaving.Add((Instances[place], goneAt));
        Instances[place] = Joining[replaced];
        Joining.Remove(replaced);
    }

    public void GiveUp(string replaced, DateTimeOffset goneAt)
    {
        if (Joining.Remove(replaced, out var fresh))
        {
            Leaving.Add((fresh, goneAt));
        }
    }

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
        new TrafficSample(now, (long)_requests, (long)_errors, (long)_lost, new LatencyHistogram([.. _latencies])))
    {
        Joining = [.. Joining.Select(joining => new JoiningInstance(joining.Key, joining.Value.Observe()))],
        Leaving = [.. Leaving.Select(leaving => leaving.Instance.Observe())],
    };
}
