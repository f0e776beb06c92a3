using System.Text.Json.Serialization;

namespace ImmutableBuild.Generations.Drift;

/// <summary>One thing that is otherwise than it was released. It holds names and figures, never the value of a variable or an argument.</summary>
/// <param name="Generation">The generation; null for what belongs to none.</param>
/// <param name="Instance">The instance; null for what is no instance.</param>
/// <param name="Kind">In what it differs.</param>
/// <param name="Subject">What differs, in a few words: <c>variable DATABASE</c>, <c>memory</c>, <c>/app/appsettings.json</c>.</param>
/// <param name="Expected">How it was released.</param>
/// <param name="Found">How it is.</param>
public sealed record DriftFinding(GenerationId? Generation, string? Instance, DriftKind Kind, string Subject, string Expected, string Found)
{
    /// <summary>Whether a fresh instance in its place mends it. What is foreign, and the gateway, are nobody's to replace but the owner's.</summary>
    [JsonIgnore]
    public bool IsMendable => Generation is not null && Instance is not null && Kind is not (DriftKind.Foreign or DriftKind.Gateway);

    /// <summary>What to do about it.</summary>
    public string Cure => Kind switch
    {
        DriftKind.Foreign => "remove it yourself, if it should not be there",
        DriftKind.Gateway => "stop the app and roll back (-t:Stop, -t:Rollback): that makes the gateway anew",
        _ when IsMendable => "-t:Heal replaces the instance",
        _ => "release again",
    };
}
