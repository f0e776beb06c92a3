using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ImmutableBuild.Generations.Drift;
using ImmutableBuild.Generations.Rollouts;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Generations;

/// <summary>Everything there is to say about an app now, for people and as JSON.</summary>
/// <param name="App">The app.</param>
/// <param name="ObservedAt">When, by the target's clock.</param>
/// <param name="Url">Where it answers; null for a worker, or when nothing runs.</param>
/// <param name="Live">The generation that is live; null when none is.</param>
/// <param name="IsServing">Whether what has traffic answers.</param>
/// <param name="Generations">All generations, newest first.</param>
/// <param name="Lease">Who is changing it right now; null when nobody is.</param>
/// <param name="RollbackTo">Where a rollback would go; null when there is nowhere to go.</param>
public sealed record Status(
    AppKey App,
    DateTimeOffset ObservedAt,
    string? Url,
    GenerationId? Live,
    bool IsServing,
    ImmutableArray<GenerationStatus> Generations,
    LeaseState? Lease,
    GenerationId? RollbackTo)
{
    /// <summary>Reads an observation.</summary>
    public static Status Of(Observation observed)
    {
        var generations = observed.Generations.Reverse().Select(generation => GenerationStatus.Of(observed, generation)).ToImmutableArray();
        return new Status(
            observed.App,
            observed.ObservedAt,
            observed.Generations.IsEmpty ? null : observed.Url,
            generations.FirstOrDefault(generation => generation.Role == GenerationRole.Live)?.Id,
            observed.Generations.Any(generation => observed.Route.Route.Names(generation.Id) && generation.Answers()),
            generations,
            observed.Lease,
            RollbackTarget.TryChoose(observed)?.Id);
    }
}

/// <summary>The JSON form of what people read.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    WriteIndented = true)]
[JsonSerializable(typeof(Status))]
[JsonSerializable(typeof(ImmutableArray<HistoryLine>))]
[JsonSerializable(typeof(DriftReport))]
[JsonSerializable(typeof(HealResult))]
public sealed partial class StatusJson : JsonSerializerContext;
