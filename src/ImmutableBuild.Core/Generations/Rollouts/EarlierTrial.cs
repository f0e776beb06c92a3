using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace ImmutableBuild.Generations.Rollouts;

/// <summary>
/// How the new generation stood when the release first looked, where an earlier attempt made it. What happened before is not this
/// attempt's evidence: a generation is made anew where that is possible; where nothing else serves it stays, and is judged by
/// what happens from here on.
/// </summary>
public sealed record EarlierTrial
{
    /// <summary>There was no such generation: everything is evidence.</summary>
    public static EarlierTrial None { get; } = new();

    /// <summary>When it was created; a namesake made later has no past. Null when there was none.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>The ledger said that it failed.</summary>
    public bool HasFailed { get; init; }

    /// <summary>How often each instance had ended, by its name.</summary>
    public ImmutableSortedDictionary<string, int> Ends { get; init; } = ImmutableSortedDictionary<string, int>.Empty;

    /// <summary>An instance did not answer then.</summary>
    public bool WasDown { get; init; }

    /// <summary>The instances that did not answer then and have not answered since.</summary>
    public ImmutableSortedSet<string> Down { get; init; } = [];

    /// <summary>Where it is judged again: since when, and what it had served until then. Null before every instance has answered.</summary>
    public TrialStart? Again { get; init; }

    /// <summary>It did not go well: the ledger said so, or an instance had ended.</summary>
    [JsonIgnore]
    public bool WentBadly => HasFailed || Ends.Values.Any(ends => ends > 0);

    /// <summary>What a first look shows of the generation named <paramref name="id"/>.</summary>
    public static EarlierTrial Of(Observation observed, GenerationId id)
    {
        if (observed.Find(id) is not { } generation)
        {
            return None;
        }

        var down = generation.Instances.Where(instance => !instance.Answers()).Select(instance => instance.Name).ToImmutableSortedSet();
        return new EarlierTrial
        {
            CreatedAt = generation.CreatedAt,
            HasFailed = observed.Ledger.LastOrDefault(entry => entry.Spec.Id == id) is { Event: LedgerEvent.Failed } failed && failed.At >= generation.CreatedAt,
            Ends = generation.Instances.ToImmutableSortedDictionary(instance => instance.Name, instance => instance.Ends()),
            WasDown = !down.IsEmpty,
            Down = down,
        };
    }

    /// <summary>The trial after one more look: instances that answer are no longer down, and once none is, the generation is judged again.</summary>
    public EarlierTrial After(Observation observed, GenerationId id)
    {
        if (observed.Find(id) is not { } generation || generation.CreatedAt != CreatedAt || Again is not null)
        {
            return this;
        }

        var down = Down.Except(generation.Instances.Where(ObservedHealth.Answers).Select(instance => instance.Name));
        return this with { Down = down, Again = down.IsEmpty ? new TrialStart(observed.ObservedAt, generation.Traffic) : null };
    }
}

/// <summary>Where a generation that keeps its traffic begins to be judged again.</summary>
/// <param name="At">When, by the target's clock.</param>
/// <param name="Traffic">What it had served by then, in the route's form of that time.</param>
public sealed record TrialStart(DateTimeOffset At, TrafficSample? Traffic);
