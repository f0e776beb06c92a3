namespace ImmutableBuild.Generations.Rollouts;

/// <summary>Nothing of a failed or killed release stays.</summary>
internal static class ClearingUp
{
    /// <summary>Destroys one leftover, or waits until it may.</summary>
    public static RolloutAction? Next(Scene scene) => scene.Leftovers.FirstOrDefault() is { } leftover
        ? new Destroy(leftover.Id) { Why = scene.HasFailed(leftover) ? "it failed" : "it is left over from a release that did not end" }
        : scene.HasToKeepLeftovers ? new Wait { Why = "what serves is late to answer its latest probe: nothing is destroyed meanwhile" }
        : null;
}
