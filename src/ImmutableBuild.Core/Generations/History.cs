using System.Collections.Immutable;
using ImmutableBuild.Images;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Generations;

/// <summary>One line of an app's history.</summary>
/// <param name="Sequence">Its place in the ledger.</param>
/// <param name="At">When, by the target's clock.</param>
/// <param name="Event">What happened.</param>
/// <param name="Cause">What started it.</param>
/// <param name="Generation">The generation.</param>
/// <param name="Commit">Its commit.</param>
/// <param name="Image">Its image.</param>
/// <param name="Replaced">What it replaced.</param>
/// <param name="By">Who did it.</param>
/// <param name="Reason">For a failure: what was wrong; for a promotion: where from.</param>
public sealed record HistoryLine(
    long Sequence,
    DateTimeOffset At,
    LedgerEvent Event,
    LedgerCause Cause,
    GenerationId Generation,
    CommitSha Commit,
    Digest Image,
    GenerationId? Replaced,
    string By,
    string? Reason);

/// <summary>The history of an app, newest first.</summary>
public static class History
{
    /// <summary>Reads the ledger of an observation.</summary>
    public static ImmutableArray<HistoryLine> Of(Observation observed) =>
    [
        .. observed.Ledger.Reverse().Select(entry => new HistoryLine(
            entry.Sequence, entry.At, entry.Event, entry.Cause, entry.Spec.Id, entry.Spec.Commit, entry.Spec.Image, entry.Replaced, entry.By, entry.Reason)),
    ];
}
