using System.Collections.Immutable;
using ImmutableBuild.Gateway.Serving;
using ImmutableBuild.Gateway.State;
using ImmutableBuild.Gateway.Supervision;
using ImmutableBuild.Generations;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Gateway.Control;

/// <summary>Puts together what there is to see, from the committed state and what its processes do.</summary>
internal sealed class Observer(AppKey app, string? url, ListeningAddress? listensOn, Fleet fleet, LedgerFile ledger, Surroundings surroundings, ServingPathWatch serving)
{
    /// <summary>Everything, now.</summary>
    public Observation Observe()
    {
        var now = surroundings.Time.GetUtcNow();
        var state = surroundings.Store.Current;
        return new Observation(
            app,
            now,
            [.. state.Generations.Select(record => Observe(record, now))],
            new RouteState(state.Route, state.RouteSince, serving.Current),
            Leases.Current(state, now),
            LedgerView.Of(ledger.Entries, state.Generations.Select(record => record.Spec.Id)))
        {
            Url = url,
            ListensOn = listensOn,
        };
    }

    private ObservedGeneration Observe(GenerationRecord record, DateTimeOffset now)
    {
        if (fleet.Find(record.Spec.Id) is not { } generation)
        {
            return new ObservedGeneration(record.Spec, record.CreatedAt, record.Phase, [], 0, null);
        }

        var roster = generation.Roster;
        return new ObservedGeneration(
            record.Spec, record.CreatedAt, record.Phase, [.. roster.Placed.Select(instance => instance.Observe())], generation.Traffic.InFlight, generation.Traffic.Read(now))
        {
            Joining = [.. roster.Joining.Select(joining => new JoiningInstance(joining.Key, joining.Value.Observe()))],
            Leaving = [.. roster.Leaving.Select(instance => instance.Observe())],
        };
    }
}
