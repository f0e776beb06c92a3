using ImmutableBuild.Errors;

namespace ImmutableBuild.Generations.Rollouts;

/// <summary>Why a run gives its generation up.</summary>
/// <param name="Diagnostic">The error the release ends with.</param>
public sealed record Refusal(Diagnostic Diagnostic)
{
    /// <summary>The generation itself is at fault, so the ledger says that it failed; false for a cancelled release or a fault of the target.</summary>
    public bool IsFailure { get; init; }

    /// <summary>When the run first looked after it had refused, by the target's clock; null before that.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>The instance at fault, where it is one.</summary>
    public string? Instance { get; init; }
}
