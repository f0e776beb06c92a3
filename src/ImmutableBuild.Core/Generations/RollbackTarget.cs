using ImmutableBuild.Errors;

namespace ImmutableBuild.Generations;

/// <summary>Which generation a rollback goes to. Pure: from the ledger and the route alone.</summary>
public static class RollbackTarget
{
    /// <summary>
    /// The named generation, or else the one that was live before the present one; failed ones are skipped (F30). When what has
    /// traffic never went live, as after a killed release, that is the newest live one. Throws IMB8001 to IMB8003.
    /// </summary>
    public static GenerationSpec Choose(Observation observed, GenerationId? named)
    {
        if (named is { } id)
        {
            return Named(observed, id);
        }

        return TryChoose(observed) ?? throw DestroyErrors.NothingToRollBackTo(observed.App, observed.Serving, Lives(observed).Count(entry => !IsTrusted(observed, entry)));
    }

    /// <summary>Where a rollback would go; null when there is nowhere to go.</summary>
    public static GenerationSpec? TryChoose(Observation observed)
    {
        var live = Lives(observed).Where(entry => IsTrusted(observed, entry)).ToList();
        var now = live is [var newest, ..] && observed.Route.Route.Names(newest.Spec.Id) ? 1 : 0;
        return live.ElementAtOrDefault(now)?.Spec;
    }

    private static GenerationSpec Named(Observation observed, GenerationId id) =>
        observed.Ledger.LastOrDefault(entry => entry.Spec.Id == id) switch
        {
            null => throw DestroyErrors.UnknownGeneration(observed.App, id),
            { Event: LedgerEvent.Failed } failed => throw DestroyErrors.FailedGeneration(id, failed),
            var live => live.Spec,
        };

    /// <summary>What was ever live, newest first, each generation once.</summary>
    private static IEnumerable<LedgerEntry> Lives(Observation observed) =>
        observed.Ledger.Where(entry => entry.Event == LedgerEvent.Live).Reverse().DistinctBy(entry => entry.Spec.Id);

    /// <summary>The generation has not failed since it went live by <paramref name="live"/>.</summary>
    internal static bool IsTrusted(Observation observed, LedgerEntry live) =>
        !observed.Ledger.Any(entry => entry.Event == LedgerEvent.Failed && entry.Sequence > live.Sequence && entry.Spec.Id == live.Spec.Id);
}
