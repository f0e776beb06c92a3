using ImmutableBuild.Generations;
using ImmutableBuild.Images;

namespace ImmutableBuild.Local.Images;

/// <summary>Which images of an app have to stay.</summary>
internal static class ImageRetention
{
    /// <summary>Those of every generation that exists in any form, and those of the newest <paramref name="entries"/> different Live generations of the ledger beside the one that serves.</summary>
    public static HashSet<Digest> Needed(Observation observed, int entries) =>
    [
        .. observed.Generations.Select(generation => generation.Spec.Image),
        .. observed.Ledger
            .Where(entry => entry.Event == LedgerEvent.Live)
            .Reverse()
            .DistinctBy(entry => entry.Spec.Id)
            .Take(entries + 1)
            .Select(entry => entry.Spec.Image),
    ];
}
