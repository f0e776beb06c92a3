namespace ImmutableBuild.Generations.Rollouts;

/// <summary>Users first: traffic goes to what is proven and answers, whatever a killed release or a crash made of the route.</summary>
internal static class Restoring
{
    /// <summary>Routes back to the stable generation, when the route names what it should not, or nothing that answers.</summary>
    public static RolloutAction? Next(Scene scene)
    {
        if (scene.Stable is not { Answers: true } stable)
        {
            return null;
        }

        var strangers = scene.Route.Shares.Where(share => share.Generation != scene.NewId && share.Generation != stable.Id).ToList();
        var why = !scene.IsServed ? "nothing that has traffic answers"
            : strangers.Count > 0 ? $"{strangers[0].Generation} {(scene.HasBeenLive(strangers[0].Generation) ? "does not answer" : "is of a release that did not end")}"
            : scene is { IsSpoiled: true, NewPercent: > 0 } ? $"the trial of {scene.NewId} did not go well; it is made anew"
            : null;
        return why is null ? null : new SetRoute(Route.To(stable.Id)) { Why = why };
    }
}
