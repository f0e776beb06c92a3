using ImmutableBuild.Errors;

namespace ImmutableBuild.Generations.Rollouts;

/// <summary>The new generation is live: makes sure it serves, then destroys what nobody needs any more.</summary>
internal static class Finishing
{
    /// <summary>One generation to destroy, something to wait for, or the end.</summary>
    public static RolloutAction Next(Scene scene)
    {
        var live = scene.New!;
        if (!live.Generation.AnsweredLast() || !Gate.IsServingPathConfirmed(scene, live))
        {
            return NotAnswering(scene, live);
        }

        if (scene.Desired.Goal != RolloutGoal.Converged)
        {
            return new Done { Why = $"{live.Id} is live" };
        }

        return ClearingUp.Next(scene) ?? DestroyUnkept(scene) ?? WaitUntilGone(scene) ?? new Done { Why = $"only {live.Id} and its standby generations are left" };
    }

    private static RolloutAction NotAnswering(Scene scene, Known live) =>
        scene.Observed.ObservedAt - (scene.Desired.Began ?? scene.Observed.ObservedAt) <= scene.Plan.HealthTimeout
            ? new Wait { Why = $"{live.Id} is live but does not answer at the moment" }
            : new Fail(GateErrors.LiveNotAnswering(live.Id, live.Generation.Instances)) { Why = $"{live.Id} is live but does not answer" };

    /// <summary>Standby generations are the newest that were live, as many as the plan keeps.</summary>
    private static Destroy? DestroyUnkept(Scene scene) => scene.Generations
        .Where(known => known.Id != scene.NewId && scene.IsProven(known) && known.Generation.Phase != GenerationPhase.Destroying)
        .OrderByDescending(known => scene.LatestEntry(known.Id)!.Sequence)
        .Skip(scene.Plan.Keep)
        .Where(scene.MayDestroy)
        .Select(known => new Destroy(known.Id) { Why = scene.Plan.Keep == 0 ? "it was replaced" : $"{scene.Plan.Keep} newer ones are kept" })
        .FirstOrDefault();

    private static RolloutAction? WaitUntilGone(Scene scene) =>
        scene.Generations.FirstOrDefault(known => known.Generation.Phase == GenerationPhase.Destroying) is { } going
            ? Leaving.WaitFor(scene, going, going.Generation.InFlight is { } working ? $"{going.Id} drains, {working} requests in flight" : $"{going.Id} drains and goes")
            : null;
}
