namespace ImmutableBuild.Generations.Rollouts;

/// <summary>Nothing of a failed or killed release stays.</summary>
internal static class ClearingUp
{
    /// <summary>Destroys one leftover, or waits until it may.</summary>
    public static RolloutAction? Next(Scene scene) => scene.Leftovers.FirstOrDefault() is { } leftover
        ? new Destroy(leftover.Id) { Why = WhyOf(scene, leftover) }
        : scene.HasToKeepLeftovers ? new Wait { Why = "what serves is late to answer its latest probe: nothing is destroyed meanwhile" }
        : null;

    private static string WhyOf(Scene scene, Known leftover) =>
        scene.HasFailed(leftover) ? "it failed"
        : scene.IsProven(leftover) ? "it was kept for a rollback and does not answer any more; it is made anew"
        : "it is left over from a release that did not end";
}
