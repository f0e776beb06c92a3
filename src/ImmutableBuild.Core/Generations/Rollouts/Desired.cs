using System.Collections.Immutable;
using ImmutableBuild.Generations.Judging;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Generations.Rollouts;

/// <summary>How far a rollout goes.</summary>
public enum RolloutGoal
{
    /// <summary>The generation exists beside the others, without traffic.</summary>
    Created,

    /// <summary>It passed the gate, has all the traffic, stayed well through the soak time, and the ledger says so.</summary>
    Live,

    /// <summary>It is live already; what it replaced is drained and gone, but for the standby generations.</summary>
    Converged,
}

/// <summary>What a release wants. With an <see cref="Observation"/>, it is all that <see cref="Rollout.Next"/> looks at.</summary>
public sealed record Desired
{
    /// <summary>The generation that shall serve.</summary>
    public required GenerationSpec Spec { get; init; }

    /// <summary>How traffic moves to it.</summary>
    public required RolloutPlan Plan { get; init; }

    /// <summary>How far to go.</summary>
    public required RolloutGoal Goal { get; init; }

    /// <summary>What the ledger shall say started it.</summary>
    public required LedgerCause Cause { get; init; }

    /// <summary>What the ledger's Live entry shall say of that, in one line; null for nothing.</summary>
    public string? Reason { get; init; }

    /// <summary>Who asks: the lease holder, and the writer of ledger entries.</summary>
    public required string Writer { get; init; }

    /// <summary>
    /// The sequence of the ledger's newest Live entry when the release began, 0 when there was none; null takes it from the
    /// first observation. A later Live entry of another generation means that this release was superseded (F06).
    /// </summary>
    public long? LiveSequence { get; init; }

    /// <summary>The target's clock when this run first looked. A generation that existed before gets the whole health timeout from here.</summary>
    public DateTimeOffset? Began { get; init; }

    /// <summary>
    /// How the generation stood when the release began; null takes it from the first observation, and holds nothing against it
    /// in a decision made without one.
    /// </summary>
    public EarlierTrial? Earlier { get; init; }

    /// <summary>Why this run gave the generation up; once spoken it stands, even if the generation looks well again a moment later.</summary>
    public Refusal? Refused { get; init; }

    /// <summary>The judge's latest look, so that each is taken once however often the target is observed.</summary>
    public Looked? Looked { get; init; }

    /// <summary>The other generations this run has seen not to answer while they had traffic: no measure for the new one, even when they answer again.</summary>
    public ImmutableHashSet<GenerationId> Faltered { get; init; } = [];

    /// <summary>The generations this run has seen being destroyed, so that it does not wait for one for ever.</summary>
    public ImmutableArray<Leaving> Leaving { get; init; } = [];

    /// <summary>How long the target's system takes; a run takes it from its target.</summary>
    public TargetPace Pace { get; init; } = TargetPace.Default;

    /// <summary>The app.</summary>
    public AppKey App => Spec.App;

    /// <summary>The id of the generation that shall serve.</summary>
    public GenerationId Id => Spec.Id;
}
