using System.Collections.Concurrent;
using System.Globalization;
using ImmutableBuild.Errors;
using ImmutableBuild.Gateway.State;
using ImmutableBuild.Gateway.Supervision;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Drift;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Gateway.Control;

/// <summary>
/// Fresh instances in the place of others of their generation. A place changes hands in the state first, then in the rotation; an instance
/// that lost its place, or was given up, drains and ends in the background.
/// </summary>
internal sealed class Replacements(AppKey app, Fleet fleet, Surroundings surroundings)
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<IInstance, Lazy<Task>> _departures = new();

    private DateTimeOffset Now => surroundings.Time.GetUtcNow();

    /// <summary>Makes one step. IMB8052 when there is no such place, IMB8053 when the instance that should take it does not answer.</summary>
    public Task MakeAsync(GenerationId id, string instance, ReplaceRequest request, CancellationToken cancellationToken)
    {
        switch (request.Change)
        {
            case ReplacementStep.Begin:
                Begin(id, instance, request);
                return Task.CompletedTask;
            case ReplacementStep.Finish:
                return FinishAsync(id, instance, request.Lease, cancellationToken);
            case ReplacementStep.GiveUp:
                GiveUp(id, instance, request.Lease);
                return Task.CompletedTask;
            default:
                throw GatewayErrors.RequestNotUnderstood($"there is no step {request.Change}.");
        }
    }

    /// <summary>Puts the places of <paramref name="state"/> in force, and begins with the departures it orders.</summary>
    public void Follow(GatewayState state)
    {
        foreach (var record in state.Generations)
        {
            if (fleet.Find(record.Spec.Id) is not { } generation)
            {
                continue;
            }

            generation.Follow(record);

            // The instances of a generation that is destroyed end together, by Destruction.
            foreach (var leaving in record.Phase == GenerationPhase.Destroying ? [] : generation.Roster.Leaving)
            {
                _ = _departures.GetOrAdd(leaving, _ => new Lazy<Task>(() => Task.Run(() => DepartAsync(generation, leaving)))).Value;
            }
        }
    }

    private void Begin(GenerationId id, string instance, ReplaceRequest request)
    {
        InstanceRecord? added = null;
        surroundings.Store.Change(
            state =>
            {
                Leases.Demand(state, request.Lease, Now);
                var record = Demand(state, id, instance);
                if (record.FindJoining(instance) is not null)
                {
                    return state;
                }

                added = Fresh(state, record, request.Place) with { Replaces = instance };
                return state.With(record with { Instances = record.Instances.Add(added) });
            },
            Follow);
        if (added is not null && fleet.Find(id)?.Roster.Joining.GetValueOrDefault(instance) is { } fresh)
        {
            Start(id, instance, fresh, request.Lease);
        }
    }

    private void Start(GenerationId id, string instance, IInstance fresh, Lease lease)
    {
        try
        {
            fresh.Start();
            surroundings.Store.Change(state => state.Find(id) is { } record ? state.With(record.With(fresh.Record)) : state);
            surroundings.Log.Write($"{id}/{fresh.Record.Name}: started beside {instance}");
        }
        catch (Exception)
        {
            GiveUp(id, instance, lease);
            throw;
        }
    }

    private async Task FinishAsync(GenerationId id, string instance, Lease lease, CancellationToken cancellationToken)
    {
        var before = surroundings.Store.Current;
        Leases.Demand(before, lease, Now);
        if (before.Find(id) is { Phase: GenerationPhase.Running } known && !known.HasPlace(instance))
        {
            return;
        }

        Demand(before, id, instance);
        var fresh = fleet.Find(id)?.Roster.Joining.GetValueOrDefault(instance) ?? throw GatewayErrors.NotReplaceable(app, id, instance);
        if (!await fresh.LookAsync(cancellationToken))
        {
            throw GatewayErrors.FreshNotHealthy(id, fresh.Record.Name, instance, fresh.Observe().LastProbe?.Detail ?? "not probed yet");
        }

        surroundings.Store.Change(
            state =>
            {
                Leases.Demand(state, lease, Now);
                var record = Demand(state, id, instance);
                return state.With(record.Exchange(record.FindJoining(instance) ?? throw GatewayErrors.NotReplaceable(app, id, instance)));
            },
            Follow);
        surroundings.Log.Write($"{id}/{fresh.Record.Name}: took the place of {instance}");
    }

    private void GiveUp(GenerationId id, string instance, Lease lease) => surroundings.Store.Change(
        state =>
        {
            Leases.Demand(state, lease, Now);
            return state.Find(id) is { } record && record.FindJoining(instance) is { } joining
                ? state.With(record with { Instances = record.Instances.Replace(joining, joining with { Replaces = null, IsLeaving = true }) })
                : state;
        },
        Follow);

    private GenerationRecord Demand(GatewayState state, GenerationId id, string instance) =>
        state.Find(id) is { Phase: GenerationPhase.Running } record && record.HasPlace(instance) ? record : throw GatewayErrors.NotReplaceable(app, id, instance);

    /// <summary>The fresh instance: at the place that was named, or with the next number and a port of its own.</summary>
    private static InstanceRecord Fresh(GatewayState state, GenerationRecord record, InstancePlace? place)
    {
        if (record.Launch is null)
        {
            CreateRequests.DemandPlace(record.Spec, place ?? throw GatewayErrors.RequestNotUnderstood("no place is given for the fresh instance."));
            return record.Instances.All(instance => instance.Name != place.Name)
                ? new InstanceRecord(place.Name, place.Port, Host: place.Host)
                : throw GatewayErrors.RequestNotUnderstood($"there is an instance {place.Name} already.");
        }

        var last = record.Instances.Max(instance => int.TryParse(instance.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1);
        var name = (last + 1).ToString(CultureInfo.InvariantCulture);
        var taken = state.Generations.SelectMany(generation => generation.Instances).Select(instance => instance.Port).ToHashSet();
        return new InstanceRecord(name, record.Spec.Configuration.Port is null ? 0 : Ports.Choose(record.Spec.Id, name, taken));
    }

    private async Task DepartAsync(RunningGeneration generation, IInstance leaving)
    {
        var who = $"{generation.Id}/{leaving.Record.Name}";
        while (true)
        {
            try
            {
                if (leaving.Connected is { } connected)
                {
                    await Drain.RunAsync(who, () => connected.InFlight, connected.Limits, generation.Traffic.Configuration, surroundings);
                }

                await leaving.StopAsync();
                InstanceDirectory.Remove(surroundings.StateDirectory, generation.Id, leaving.Record.Name, surroundings.Log);
                surroundings.Store.Change(state => state.Find(generation.Id) is { } record ? state.With(record.Without(leaving.Record.Name)) : state, Follow);
                surroundings.Log.Write($"{who}: gone");
                break;
            }
            catch (Exception fault)
            {
                // Never given up: others wait for this instance to be gone.
                surroundings.Log.Write($"{who}: could not be ended; trying again: {fault.Message}");
                await Task.Delay(Retry, surroundings.Time);
            }
        }

        _departures.TryRemove(leaving, out _);
        await leaving.DisposeAsync();
    }
}
