using ImmutableBuild.Errors;

namespace ImmutableBuild.Generations.Rollouts;

/// <summary>A generation on its way out, and since when this run has seen it so, by the target's clock.</summary>
/// <param name="Id">Which one.</param>
/// <param name="CreatedAt">When it was created: its namesake made later is another one.</param>
/// <param name="Since">When this run first saw its destruction.</param>
public sealed record Leaving(GenerationId Id, DateTimeOffset CreatedAt, DateTimeOffset Since)
{
    /// <summary>Waits for <paramref name="known"/> to be gone; fails once that takes longer than anything it may wait for.</summary>
    internal static RolloutAction WaitFor(Scene scene, Known known, string why) => IsOverdue(scene, known)
        ? new Fail(NotGone(scene, known)) { Why = $"{known.Id} does not go" }
        : new Wait { Why = why };

    /// <summary>Whether its destruction takes longer than it may.</summary>
    internal static bool IsOverdue(Scene scene, Known known) => Elapsed(scene, known) > LimitOf(scene, known);

    /// <summary>The error.</summary>
    internal static Diagnostic NotGone(Scene scene, Known known) =>
        DestroyErrors.NotGone(known.Id, known.Generation, Elapsed(scene, known), LimitOf(scene, known));

    private static TimeSpan LimitOf(Scene scene, Known known) => scene.Desired.Pace.LongestDeparture(known.Generation.Spec.Configuration);

    private static TimeSpan Elapsed(Scene scene, Known known) =>
        scene.Desired.Leaving.FirstOrDefault(leaving => leaving.Id == known.Id && leaving.CreatedAt == known.Generation.CreatedAt) is { } seen
            ? scene.Observed.ObservedAt - seen.Since
            : TimeSpan.Zero;
}
