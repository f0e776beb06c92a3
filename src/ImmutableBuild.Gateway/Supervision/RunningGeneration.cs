using System.Collections.Immutable;
using ImmutableBuild.Gateway.Routing;
using ImmutableBuild.Gateway.State;
using ImmutableBuild.Generations;

namespace ImmutableBuild.Gateway.Supervision;

/// <summary>A generation's instances and the traffic they get.</summary>
internal sealed class RunningGeneration
{
    private readonly Lock _gate = new();
    private readonly Surroundings _surroundings;
    private volatile Roster _roster = Roster.Empty;
    private Task? _stopped;

    public RunningGeneration(GenerationRecord record, Surroundings surroundings)
    {
        _surroundings = surroundings;
        Id = record.Spec.Id;
        Traffic = new GenerationTraffic(Id, record.Spec.Configuration);
        Follow(record);
    }

    /// <summary>Which one.</summary>
    public GenerationId Id { get; }

    /// <summary>Its requests.</summary>
    public GenerationTraffic Traffic { get; }

    /// <summary>Its instances, those without a place too.</summary>
    public Roster Roster => _roster;

    /// <summary>Its instances that have their place.</summary>
    public ImmutableArray<IInstance> Instances => _roster.Placed;

    /// <summary>Whether any instance may get requests.</summary>
    public bool IsHealthy => !Instances.IsEmpty && Instances.Any(instance => instance.Observe() is { ConsecutiveHealthy: > 0 } or { IsLate: true });

    /// <summary>Starts every instance. IMB6054 when one can't be; the caller then ends the others (F40).</summary>
    public void Start()
    {
        foreach (var instance in Instances)
        {
            instance.Start();
        }
    }

    /// <summary>Takes the places that <paramref name="record"/> gives: a new instance is known from now on, and not started; one that lost its place gets no more requests.</summary>
    public void Follow(GenerationRecord record)
    {
        lock (_gate)
        {
            _roster = _roster.Of(record, instance => record.Launch is null
                ? new RemoteInstance(record, instance, _surroundings, Traffic.Limits, Rotate)
                : new ProcessInstance(record, instance, _surroundings, Traffic.Limits, Rotate));
            Rotate();
        }
    }

    /// <summary>Looks at every instance now; true when at least one may get requests.</summary>
    public async Task<bool> LookAsync(CancellationToken cancellationToken)
    {
        var looks = await Task.WhenAll(Instances.Select(instance => instance.LookAsync(cancellationToken)));
        return looks.Contains(true);
    }

    /// <summary>Ends every instance and removes what it had. A second call waits for the first one's ending, and begins another only where that failed.</summary>
    public Task StopAsync()
    {
        lock (_gate)
        {
            return _stopped = _stopped is { IsFaulted: false } ? _stopped : Task.Run(EndAsync);
        }
    }

    private async Task EndAsync()
    {
        var all = _roster.All;
        await Task.WhenAll(all.Select(instance => instance.StopAsync()));
        await Strays.EndAsync(InstanceEnvironment.Markers(_surroundings.StateDirectory, Id), _surroundings.Time);
        InstanceDirectory.Remove(_surroundings.StateDirectory, Id, _surroundings.Log);
        foreach (var instance in all)
        {
            await instance.DisposeAsync();
        }
    }

    private void Rotate()
    {
        lock (_gate)
        {
            Traffic.Rotate([.. Instances.Select(instance => instance.Upstream).OfType<Upstream>()]);
        }
    }
}
