using ImmutableBuild.Generations;

namespace ImmutableBuild.Releases;

/// <summary>A generation that went live without the stages of a release.</summary>
/// <param name="Cause">Why.</param>
/// <param name="Live">The generation that serves now.</param>
/// <param name="Replaced">What it replaced; null for nothing.</param>
/// <param name="Url">Where the app answers; null for a worker.</param>
/// <param name="RequestsLost">Requests lost meanwhile; null where nobody counted them.</param>
public sealed record LiveChange(LedgerCause Cause, GenerationSpec Live, GenerationId? Replaced, string? Url, long? RequestsLost)
{
    /// <summary>What a rollback did.</summary>
    public static LiveChange Of(RollbackResult rollback) => new(
        LedgerCause.Rollback,
        rollback.Run.Observed.Find(rollback.To)!.Spec,
        rollback.From == rollback.To ? null : rollback.From,
        rollback.Run.Observed.Url,
        rollback.Run.RequestsLost);
}
