using System.Collections.Immutable;
using ImmutableBuild.Generations.Rollouts;
using ImmutableBuild.Images;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Generations;

/// <summary>What a generation is for at the moment.</summary>
public enum GenerationRole
{
    /// <summary>It has traffic, and the ledger says it is live.</summary>
    Live,

    /// <summary>It has traffic, and its release has not ended, or failed with nothing to go back to.</summary>
    OnTrial,

    /// <summary>It was live, runs, and has no traffic: ready for a rollback.</summary>
    Standby,

    /// <summary>It has no traffic and was never live: a release works on it, or was killed.</summary>
    New,

    /// <summary>It drains and goes.</summary>
    Leaving,
}

/// <summary>One generation, as <see cref="Status"/> shows it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Role">What it is for.</param>
/// <param name="Percent">Its share of traffic.</param>
/// <param name="Commit">The commit it was made from.</param>
/// <param name="Image">Its image.</param>
/// <param name="CreatedAt">When it was created.</param>
/// <param name="Healthy">How many of its instances answer.</param>
/// <param name="Instances">Its instances.</param>
/// <param name="InFlight">Requests it works on; null when the target can't tell.</param>
/// <param name="Requests">Requests since the route took its present form; null when the target can't tell.</param>
/// <param name="Errors">Of these, errors.</param>
public sealed record GenerationStatus(
    GenerationId Id,
    GenerationRole Role,
    int Percent,
    CommitSha Commit,
    Digest Image,
    DateTimeOffset CreatedAt,
    int Healthy,
    ImmutableArray<InstanceStatus> Instances,
    long? InFlight,
    long? Requests,
    long? Errors)
{
    /// <summary>Why it failed, where the ledger's latest entry about it since its creation says that it did; null otherwise.</summary>
    public string? Failure { get; init; }

    /// <summary>Reads one generation of an observation.</summary>
    public static GenerationStatus Of(Observation observed, ObservedGeneration generation) => new(
        generation.Id,
        RoleOf(observed, generation),
        observed.Route.Route.PercentOf(generation.Id),
        generation.Spec.Commit,
        generation.Spec.Image,
        generation.CreatedAt,
        generation.Instances.Count(instance => instance.Answers()),
        [.. generation.Instances.Select(instance => new InstanceStatus(instance.Name, instance.Answers(), instance.Describe(), instance.Address, instance.Restarts))],
        generation.InFlight,
        generation.Traffic?.Requests,
        generation.Traffic?.Errors)
    {
        Failure = LastWord(observed, generation) is { Event: LedgerEvent.Failed } failed ? failed.Reason : null,
    };

    private static LedgerEntry? LastWord(Observation observed, ObservedGeneration generation) =>
        observed.Ledger.LastOrDefault(entry => entry.Spec.Id == generation.Id) is { } last && last.At >= generation.CreatedAt ? last : null;

    private static GenerationRole RoleOf(Observation observed, ObservedGeneration generation)
    {
        var id = generation.Id;
        var wasLive = LastWord(observed, generation) is { Event: LedgerEvent.Live };
        return generation.Phase == GenerationPhase.Destroying ? GenerationRole.Leaving
            : observed.Route.Route.Names(id) ? (wasLive ? GenerationRole.Live : GenerationRole.OnTrial)
            : wasLive ? GenerationRole.Standby
            : GenerationRole.New;
    }
}

/// <summary>One instance, as <see cref="Status"/> shows it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Answers">Its latest probe passed.</param>
/// <param name="Detail">What it does, in a few words.</param>
/// <param name="Address">Where it is reached.</param>
/// <param name="Restarts">How often it was started again.</param>
public sealed record InstanceStatus(string Name, bool Answers, string Detail, string? Address, int Restarts);
