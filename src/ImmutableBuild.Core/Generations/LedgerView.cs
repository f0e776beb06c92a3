using System.Collections.Immutable;

namespace ImmutableBuild.Generations;

/// <summary>The part of a ledger that an observation carries: all that decisions rest on, however long the history is.</summary>
public static class LedgerView
{
    /// <summary>The newest entries that are carried whole.</summary>
    public const int Window = 1000;

    /// <summary>Generations whose latest word is Live that are kept in view beyond the window, so that there is somewhere to roll back to.</summary>
    private const int LiveInView = 20;

    /// <summary>
    /// The newest <see cref="Window"/> entries, and of the older ones the latest word on every generation
    /// that exists, and on the newest ones that were live and did not fail since. Oldest first.
    /// </summary>
    /// <param name="entries">The whole ledger, oldest first.</param>
    /// <param name="existing">The generations there are.</param>
    public static ImmutableArray<LedgerEntry> Of(IReadOnlyList<LedgerEntry> entries, IEnumerable<GenerationId> existing)
    {
        var older = entries.Count - Window;
        if (older <= 0)
        {
            return [.. entries];
        }

        var there = existing.ToHashSet();
        var inWindow = entries.Skip(older).Select(entry => entry.Spec.Id).ToHashSet();
        var latest = entries.Take(older).Reverse().DistinctBy(entry => entry.Spec.Id).Where(entry => !inWindow.Contains(entry.Spec.Id)).ToList();
        var live = latest.Where(entry => entry.Event == LedgerEvent.Live).Take(LiveInView);
        var kept = latest.Where(entry => there.Contains(entry.Spec.Id)).Union(live).OrderBy(entry => entry.Sequence);
        return [.. kept, .. entries.Skip(older)];
    }
}
