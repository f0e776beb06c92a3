using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Gateway.Keeping;
using ImmutableBuild.Gateway.Serving;
using ImmutableBuild.Gateway.State;
using ImmutableBuild.Gateway.Supervision;
using ImmutableBuild.Generations;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Gateway.Control;

/// <summary>
/// What a lease holder may order. Every order is checked against the state it finds, made durable, and only then carried out;
/// repeating one finds its work done.
/// </summary>
internal sealed class Orders(AppKey app, Fleet fleet, LedgerFile ledger, Surroundings surroundings, ServingPathWatch serving, Destruction destruction, Replacements replacements)
{
    private DateTimeOffset Now => surroundings.Time.GetUtcNow();

    /// <summary>Gives or renews the lease.</summary>
    public Lease Acquire(LeaseRequest request)
    {
        var held = surroundings.Store.Change(state => Leases.Acquire(state, request, Now), replacements.Follow).Lease!;
        return new Lease(held.Holder, held.FencingToken, held.ExpiresAt);
    }

    /// <summary>Takes the lease back.</summary>
    public void Release(Lease lease) => surroundings.Store.Change(state => Leases.Release(state, lease), replacements.Follow);

    /// <summary>Creates a generation's instances, without traffic. The intent is durable before the first process exists, so a killed gateway leaves nothing unknown behind.</summary>
    public async Task CreateAsync(CreateRequest request)
    {
        CreateRequests.Demand(app, request);
        var (spec, id) = (request.Spec, request.Spec.Id);
        RunningGeneration? created = null;
        surroundings.Store.Change(
            state =>
            {
                Leases.Demand(state, request.Lease, Now);
                return state.Find(id) switch
                {
                    { Phase: GenerationPhase.Destroying } => throw GatewayErrors.BeingDestroyed(id),
                    { Phase: GenerationPhase.Creating, Launch: null } known when request.AllStarted => state.With(known with { Phase = GenerationPhase.Running }),
                    not null => state,
                    null => state with { Generations = state.Generations.Add(Record(state, request)) },
                };
            },
            state =>
            {
                if (fleet.Find(id) is null)
                {
                    created = new RunningGeneration(state.Find(id)!, surroundings);
                    fleet.Add(created);
                }
            });
        if (created is not null)
        {
            await StartAsync(created, isWhole: request.Launch is not null || request.AllStarted);
        }
    }

    /// <summary>Moves traffic. A generation that is new to the route is looked at once more, now (F13).</summary>
    public async Task RouteAsync(RouteRequest request, CancellationToken cancellationToken)
    {
        Leases.Demand(surroundings.Store.Current, request.Lease, Now);
        foreach (var share in request.Route.Shares)
        {
            var generation = fleet.Find(share.Generation) ?? throw GatewayErrors.UnknownGeneration(app, share.Generation);
            if (!surroundings.Store.Current.Route.Names(share.Generation) && !await generation.LookAsync(cancellationToken))
            {
                throw GatewayErrors.NoHealthyInstance(app, share.Generation, Found(generation));
            }
        }

        surroundings.Store.Change(
            state =>
            {
                Leases.Demand(state, request.Lease, Now);
                DemandRoutable(state, request.Route);
                return state.Route.Equals(request.Route) ? state : state with { Route = request.Route, RouteSince = Now };
            },
            state => Switch(state.Route));
    }

    /// <summary>Begins to destroy a generation that gets no traffic.</summary>
    public void Destroy(GenerationId id, Lease lease)
    {
        var state = surroundings.Store.Change(state =>
        {
            Leases.Demand(state, lease, Now);
            if (state.Find(id) is not { } record)
            {
                return state;
            }

            DemandDestroyable(state, id);
            return record.Phase == GenerationPhase.Destroying ? state : state.With(record with { Phase = GenerationPhase.Destroying });
        });
        if (state.Find(id) is not null && fleet.Find(id) is { } generation)
        {
            _ = destruction.Begin(generation);
        }
    }

    /// <summary>Makes one step of replacing an instance.</summary>
    public Task ReplaceAsync(GenerationId id, string instance, ReplaceRequest request, CancellationToken cancellationToken) =>
        replacements.MakeAsync(id, instance, request, cancellationToken);

    /// <summary>Appends to the ledger.</summary>
    public void Append(AppendRequest request)
    {
        surroundings.Store.Change(
            state =>
            {
                Leases.Demand(state, request.Lease, Now);
                return state;
            },
            _ => ledger.Append(request.Entry, Now));
    }

    /// <summary>Writes down the program that shall serve; the keeper sees it, and starts it beside this one (F11).</summary>
    public void Upgrade(UpgradeRequest request)
    {
        Leases.Demand(surroundings.Store.Current, request.Lease, Now);
        if (!ServedProgram.IsProgram(request.Program))
        {
            throw GatewayErrors.NoSuchProgram(app, request.Program);
        }

        surroundings.Store.Change(state => state, _ => ServedProgram.Write(surroundings.StateDirectory, request.Program));
    }

    /// <summary>Takes everything down but the ledger; ends when it is down.</summary>
    public async Task StopAsync(Lease lease)
    {
        surroundings.Store.Change(
            state =>
            {
                Leases.Demand(state, lease, Now);
                var destroying = state.Generations.Select(generation => generation with { Phase = GenerationPhase.Destroying });
                return state with { Route = Route.None, RouteSince = Now, Generations = [.. destroying] };
            },
            state => Switch(state.Route));
        await Task.WhenAll(fleet.All.Select(destruction.Begin));
        // Draining may outlast the lease. Whoever got the lease since then has begun anew, and its state must stay.
        surroundings.Store.Change(
            state => state.FencingToken == lease.FencingToken ? state : throw DeployErrors.LeaseLost(app, lease),
            _ => surroundings.Store.Delete());
    }

    private async Task StartAsync(RunningGeneration created, bool isWhole)
    {
        try
        {
            created.Start();
            if (!isWhole)
            {
                return;
            }

            // Its destruction may have been ordered meanwhile: only one that is still being created becomes a running one.
            surroundings.Store.Change(state => state.Find(created.Id) is { Phase: GenerationPhase.Creating } record
                ? state.With(record with { Phase = GenerationPhase.Running, Instances = [.. created.Instances.Select(instance => instance.Record)] })
                : state);
        }
        catch (Exception)
        {
            await destruction.RemoveAsync(created);
            throw;
        }
    }

    private void Switch(Route route)
    {
        if (!fleet.Routes.Form.Stands(route))
        {
            fleet.Switch(route);
            serving.Restart();
        }
    }

    private void DemandRoutable(GatewayState state, Route route)
    {
        foreach (var share in route.Shares)
        {
            if (state.Find(share.Generation) is not { Phase: GenerationPhase.Running } || fleet.Find(share.Generation) is not { } generation)
            {
                throw GatewayErrors.UnknownGeneration(app, share.Generation);
            }

            if (!state.Route.Names(share.Generation) && !generation.IsHealthy)
            {
                throw GatewayErrors.NoHealthyInstance(app, share.Generation, Found(generation));
            }
        }
    }

    private void DemandDestroyable(GatewayState state, GenerationId id)
    {
        if (state.Route.PercentOf(id) is var percent and > 0)
        {
            throw GatewayErrors.StillRouted(app, id, percent);
        }

        var servesElsewhere = state.Route.Shares.Any(share => fleet.Find(share.Generation) is { IsHealthy: true });
        if (!state.Route.Shares.IsEmpty && !servesElsewhere && fleet.Find(id) is { IsHealthy: true })
        {
            throw GatewayErrors.LastHealthy(app, id);
        }
    }

    private GenerationRecord Record(GatewayState state, CreateRequest request)
    {
        if (!request.Places.IsDefaultOrEmpty)
        {
            return new GenerationRecord(request.Spec, null, Now, GenerationPhase.Creating, [.. request.Places.Select(place => new InstanceRecord(place.Name, place.Port, Host: place.Host))]);
        }

        var spec = request.Spec;
        var taken = state.Generations.SelectMany(generation => generation.Instances).Select(instance => instance.Port).ToHashSet();
        var instances = ImmutableArray.CreateBuilder<InstanceRecord>();
        for (var i = 0; i < spec.Size; i++)
        {
            var port = spec.Configuration.Port is null ? 0 : Ports.Choose(spec.Id, i.ToString(), taken);
            taken.Add(port);
            instances.Add(new InstanceRecord(i.ToString(), port));
        }

        return new GenerationRecord(spec, request.Launch, Now, GenerationPhase.Creating, instances.ToImmutable());
    }

    private static string Found(RunningGeneration generation) => string.Join("; ", generation.Instances.Select(instance =>
    {
        var seen = instance.Observe();
        return $"instance {seen.Name}: {(seen.State == InstanceState.Running ? seen.LastProbe?.Detail ?? "not probed yet" : $"ended with code {seen.ExitCode?.ToString() ?? "?"}")}";
    }));
}
