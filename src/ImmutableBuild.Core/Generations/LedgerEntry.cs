using System.Text.Json.Serialization;

namespace ImmutableBuild.Generations;

/// <summary>Why the ledger got an entry.</summary>
public enum LedgerEvent
{
    /// <summary>A generation passed its gate, stayed well through the soak time and serves.</summary>
    Live,

    /// <summary>A generation did not pass, or failed after the switch; it must never be chosen for a rollback (F30).</summary>
    Failed,
}

/// <summary>What started the release that made an entry.</summary>
public enum LedgerCause
{
    /// <summary>A new commit or configuration was released.</summary>
    Release,

    /// <summary>Someone asked to go back.</summary>
    Rollback,

    /// <summary>The same digest was promoted from another environment.</summary>
    Promote,

    /// <summary>Instances of what was live already had drifted, and were replaced by fresh ones.</summary>
    Heal,
}

/// <summary>One line of an app's history. Entries are only ever appended; the target numbers them.</summary>
public sealed record LedgerEntry
{
    /// <summary>The entry's place, counted from 1 by the target; 0 before it was appended.</summary>
    public long Sequence { get; init; }

    /// <summary>When, by the target's clock; set by the target.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>What happened.</summary>
    public required LedgerEvent Event { get; init; }

    /// <summary>What started it.</summary>
    public required LedgerCause Cause { get; init; }

    /// <summary>The generation, whole, so that it can be created again.</summary>
    public required GenerationSpec Spec { get; init; }

    /// <summary>The generation that served before, when there was one.</summary>
    public GenerationId? Replaced { get; init; }

    /// <summary>The lease holder that wrote it.</summary>
    public required string By { get; init; }

    /// <summary>For a failure: what was wrong; for a heal: what was replaced; for a promotion: where from. In one line.</summary>
    public string? Reason { get; init; }

    /// <summary>Whether the generation went live by it. A heal changes nothing about what is live, so it overtakes no release (F06).</summary>
    [JsonIgnore]
    public bool WentLive => Event == LedgerEvent.Live && Cause != LedgerCause.Heal;
}
