using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations.Judging;

namespace ImmutableBuild.Generations.Rollouts;

/// <summary>The next single thing to do. The set is closed: the records in this file are all there are.</summary>
public abstract record RolloutAction
{
    private protected RolloutAction()
    {
    }

    /// <summary>Why, in one line for people.</summary>
    public required string Why { get; init; }

    /// <summary>Set on the action with which a run gives its generation up; the run remembers it in <see cref="Desired.Refused"/>.</summary>
    public Refusal? Refusal { get; init; }

    /// <summary>Set when the judge looked and nothing came of it; the run remembers it in <see cref="Desired.Looked"/>.</summary>
    public Looked? Looked { get; init; }

    /// <summary>What is done, without the reason.</summary>
    public abstract string What { get; }

    /// <summary>Whether doing it changes the target.</summary>
    public virtual bool Changes => true;

    /// <inheritdoc/>
    public sealed override string ToString() => $"{What}: {Why}";
}

/// <summary>Create the generation, without traffic.</summary>
public sealed record Create(GenerationSpec Spec) : RolloutAction
{
    /// <inheritdoc/>
    public override string What => $"create {Spec.Id} with {Spec.Size} instance{(Spec.Size == 1 ? "" : "s")}";
}

/// <summary>Move traffic.</summary>
public sealed record SetRoute(Route Route) : RolloutAction
{
    /// <summary>What the release should know although traffic moves.</summary>
    public ImmutableArray<Diagnostic> Warnings { get; init; } = [];

    /// <inheritdoc/>
    public override string What => $"route {Route}";
}

/// <summary>Append to the ledger.</summary>
public sealed record Record(LedgerEntry Entry) : RolloutAction
{
    /// <inheritdoc/>
    public override string What => $"record {Entry.Spec.Id} {Entry.Event}";
}

/// <summary>Drain and remove a generation.</summary>
public sealed record Destroy(GenerationId Generation) : RolloutAction
{
    /// <inheritdoc/>
    public override string What => $"destroy {Generation}";
}

/// <summary>Nothing to do yet: look again in a moment.</summary>
public sealed record Wait : RolloutAction
{
    /// <inheritdoc/>
    public override bool Changes => false;

    /// <inheritdoc/>
    public override string What => "wait";
}

/// <summary>The goal can't be reached; everything that had to be put right has been.</summary>
public sealed record Fail(Diagnostic Diagnostic) : RolloutAction
{
    /// <inheritdoc/>
    public override bool Changes => false;

    /// <inheritdoc/>
    public override string What => "fail";
}

/// <summary>The goal is reached.</summary>
public sealed record Done : RolloutAction
{
    /// <inheritdoc/>
    public override bool Changes => false;

    /// <inheritdoc/>
    public override string What => "done";
}
