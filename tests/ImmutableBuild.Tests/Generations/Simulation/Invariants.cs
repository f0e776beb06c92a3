using ImmutableBuild.Generations;

namespace ImmutableBuild.Tests.Generations.Simulation;

/// <summary>The six invariants of the design, asserted on every change that is made to the simulated target.</summary>
public sealed class Invariants(RolloutPlan plan)
{
    public void Check(Change change)
    {
        OnlyTheHolderChanges(change);
        if (change.What == "stop")
        {
            return;
        }

        ServedStaysServed(change);
        OnlyHealthyGetTraffic(change);
        NothingIsModified(change);
        NothingNeededIsDestroyed(change);
        if (change.Run is { } run)
        {
            new RunInvariants(plan).Check(change, run);
        }
    }

    /// <summary>Nothing of a failed or killed release is left (invariant 5).</summary>
    public static void Converged(Observation before, Observation observed, int keep)
    {
        observed.Lease.ShouldBeNull("the lease was given back");
        var routed = observed.Generations.Where(generation => observed.Route.Route.Names(generation.Id)).ToList();
        var others = observed.Generations.Except(routed).ToList();
        others.All(generation => Oracle.IsProven(observed, generation)).ShouldBeTrue("invariant 5: only generations that were live are kept");
        var standbys = before.Generations
            .Where(generation => generation.Phase != GenerationPhase.Destroying && Oracle.IsProven(before, generation) && !routed.Exists(serves => serves.Id == generation.Id))
            .OrderByDescending(generation => before.Ledger.Last(entry => entry.Spec.Id == generation.Id).Sequence);
        others.Select(generation => generation.Id).ShouldBe(standbys.Take(keep).Select(generation => generation.Id), ignoreOrder: true, "the newest, as many as asked for, are kept for a rollback");
        observed.Ledger.Select(entry => entry.Sequence).ShouldBe(Enumerable.Range(1, observed.Ledger.Length).Select(number => (long)number));
    }

    private static void ServedStaysServed(Change change)
    {
        var becameUnserved = Oracle.IsServed(change.Before) && !Oracle.IsServed(change.After);
        becameUnserved.ShouldBeFalse($"invariant 1: '{change.What}' left the users with nothing that answers");
    }

    /// <summary>A target that doesn't check again itself moves traffic on what the engine has observed, so that has to be enough.</summary>
    private void OnlyHealthyGetTraffic(Change change)
    {
        var seen = change.LooksItself ? change.Before : change.Run?.Seen ?? change.Before;
        foreach (var share in change.After.Route.Route.Shares.Where(share => share.Percent > change.Before.Route.Route.PercentOf(share.Generation)))
        {
            var generation = seen.Find(share.Generation).ShouldNotBeNull();
            var isFallback = Oracle.Answers(generation) && (Oracle.IsProven(seen, generation) || seen.Route.Route.Names(generation.Id));
            (isFallback || Oracle.IsHealthy(generation, plan.HealthySuccesses, seen.ObservedAt))
                .ShouldBeTrue($"invariant 2: '{change.What}' gave traffic to what is neither healthy nor what it can fall back to");
            generation.Instances.Any(instance => instance.Identity == InstanceIdentity.Foreign).ShouldBeFalse("invariant 2: another identity got traffic");
        }
    }

    private static void NothingIsModified(Change change)
    {
        foreach (var before in change.Before.Generations)
        {
            if (change.After.Find(before.Id) is { } after)
            {
                (after.Spec, after.CreatedAt).ShouldBe((before.Spec, before.CreatedAt), $"invariant 3: '{change.What}' changed a generation");
            }
        }
    }

    private static void NothingNeededIsDestroyed(Change change)
    {
        foreach (var after in change.After.Generations.Where(generation => generation.Phase == GenerationPhase.Destroying))
        {
            var before = change.Before.Find(after.Id)!;
            if (before.Phase == GenerationPhase.Destroying)
            {
                continue;
            }

            change.Before.Route.Route.Names(after.Id).ShouldBeFalse($"invariant 4: '{change.What}' destroyed what has traffic");
            var servedNobody = change.Before.Route.Route == Route.None && !Oracle.IsProven(change.Before, before);
            (Oracle.IsServedForSure(change.Before) || !Oracle.Answers(before) || servedNobody).ShouldBeTrue($"invariant 4: '{change.What}' destroyed the last one that answers");
        }

        change.Before.Generations.Select(generation => generation.Id).Except(change.After.Generations.Select(generation => generation.Id))
            .ShouldBeEmpty($"invariant 4: '{change.What}' removed a generation without draining it");
    }

    private static void OnlyTheHolderChanges(Change change) =>
        change.Before.Lease.ShouldNotBeNull($"invariant 6: '{change.What}' without a lease").FencingToken.ShouldBe(change.Lease.FencingToken);
}
