using ImmutableBuild.Gateway.Control;
using ImmutableBuild.Gateway.Supervision;
using ImmutableBuild.Gateway.Upgrading;
using ImmutableBuild.Generations;

namespace ImmutableBuild.Gateway.Serving;

/// <summary>Brings back what an earlier gateway had committed, before the first request is accepted (F08, F44).</summary>
internal static class Restoration
{
    /// <summary>Connections wait in the listening socket's queue this long for a first healthy instance.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(5);

    /// <summary>What one look uses up of the patience at most: while the machine stands still, no instance gets healthy either.</summary>
    private static readonly TimeSpan MostOfALook = TimeSpan.FromMilliseconds(250);

    /// <summary>Adopts or starts the instances of whole generations, reaps half-made ones of its own, goes on destroying, and puts the route in force.</summary>
    public static async Task RunAsync(Fleet fleet, Destruction destruction, Replacements replacements, Surroundings surroundings, Predecessor? predecessor)
    {
        var state = surroundings.Store.Current;
        foreach (var record in state.Generations)
        {
            var generation = new RunningGeneration(record, surroundings);
            if (predecessor is not null)
            {
                generation.Traffic.CountAlso(() => predecessor.InFlight(generation.Id));
            }

            fleet.Add(generation);
            if (record is { Phase: GenerationPhase.Creating, Launch: not null })
            {
                surroundings.Log.Write($"{record.Spec.Id}: its creation was cut short; removing it");
                await destruction.RemoveAsync(generation);
                continue;
            }

            foreach (var instance in generation.Roster.All)
            {
                instance.Resume();
            }

            if (record.Phase == GenerationPhase.Destroying)
            {
                _ = destruction.Begin(generation);
            }
        }

        replacements.Follow(state);
        fleet.Switch(state.Route);
        await WaitForRouteAsync(fleet, surroundings.Time);
    }

    private static async Task WaitForRouteAsync(Fleet fleet, TimeProvider time)
    {
        var (looked, waited) = (time.GetTimestamp(), TimeSpan.Zero);
        while (waited < Patience && fleet.Routes.Form.Generations.Any(generation => generation.Rotation.IsEmpty))
        {
            await Task.Delay(Poll, time);
            var now = time.GetTimestamp();
            var passed = time.GetElapsedTime(looked, now);
            (looked, waited) = (now, waited + (passed < MostOfALook ? passed : MostOfALook));
        }
    }
}
