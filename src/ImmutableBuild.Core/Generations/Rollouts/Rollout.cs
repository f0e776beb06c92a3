namespace ImmutableBuild.Generations.Rollouts;

/// <summary>
/// The reconciler: from what is wanted and what the target shows, the next single thing to do. Pure and total; it remembers
/// nothing, so a build killed between any two calls and run again goes on from what it finds.
/// </summary>
public static class Rollout
{
    /// <summary>Decides. The order of the rules is the order of what matters: users first, then clearing up, then getting ahead.</summary>
    public static RolloutAction Next(Desired desired, Observation observed)
    {
        var scene = new Scene(desired, observed);
        if (desired.Refused is { } refused && (refused.IsFailure || !scene.IsLive))
        {
            return Abandoning.Next(scene, refused);
        }

        if (Gate.Refuse(scene) is { } refusal)
        {
            return Next(desired with { Refused = refusal }, observed) with { Refusal = refusal };
        }

        return Supersession.Next(scene)
            ?? Restoring.Next(scene)
            ?? (scene.IsLive ? Finishing.Next(scene) : null)
            ?? Supersession.NotLive(scene)
            ?? ClearingUp.Next(scene)
            ?? Creating.Next(scene)
            ?? Shifting.Next(scene);
    }
}
