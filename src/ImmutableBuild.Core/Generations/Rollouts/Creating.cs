namespace ImmutableBuild.Generations.Rollouts;

/// <summary>Makes the new generation exist beside the others.</summary>
internal static class Creating
{
    /// <summary>Creates it, or waits until its destroyed namesake is gone (F32).</summary>
    public static RolloutAction? Next(Scene scene) => scene.New?.Generation.Phase switch
    {
        null => new Create(scene.Desired.Spec with { Size = Size(scene) }) { Why = SizeReason(scene) },
        GenerationPhase.Destroying => Leaving.WaitFor(scene, scene.New, $"the earlier {scene.NewId} is still being destroyed; it is created again once that ended"),
        GenerationPhase.Creating => new Create(scene.New.Generation.Spec) { Why = "its creation did not end" },
        _ => scene.Desired.Goal == RolloutGoal.Created ? new Done { Why = $"{scene.NewId} exists, without traffic" } : null,
    };

    /// <summary>
    /// As many instances as configured; as many as serve now where the stable generation was scaled out beyond what its own
    /// configuration asked for (F16). Asking for fewer in the configuration still makes fewer.
    /// </summary>
    private static int Size(Scene scene)
    {
        var asked = scene.Desired.Spec.Configuration.Instances;
        return scene.Stable is { Generation: { } stable } && stable.Instances.Length > stable.Spec.Configuration.Instances
            ? Math.Max(asked, stable.Instances.Length)
            : asked;
    }

    private static string SizeReason(Scene scene) => Size(scene) > scene.Desired.Spec.Configuration.Instances
        ? $"sized to {scene.Stable!.Id}, which was scaled out"
        : "it does not exist yet";
}
