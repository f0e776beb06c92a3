using ImmutableBuild.Errors;

namespace ImmutableBuild.Generations.Rollouts;

/// <summary>A release that another one overtook never touches what serves now (F06).</summary>
internal static class Supersession
{
    /// <summary>Ends the release when a later one went live since it began.</summary>
    public static RolloutAction? Next(Scene scene) => scene.IsSuperseded ? Superseded(scene) : null;

    /// <summary>Converging only clears up after a generation that is live; it never brings one there.</summary>
    public static RolloutAction? NotLive(Scene scene) => scene.Desired.Goal == RolloutGoal.Converged
        ? scene.NewestLiveId is { } live && live != scene.NewId ? Superseded(scene) : NotLiveAnyMore(scene)
        : null;

    private static Fail Superseded(Scene scene) => new(GateErrors.Superseded(scene.NewId, scene.NewestLiveId!.Value, scene.NewestLive!))
    {
        Why = $"{scene.NewestLiveId} went live meanwhile",
    };

    private static Fail NotLiveAnyMore(Scene scene) => new(GateErrors.NotLive(scene.NewId, scene.Route))
    {
        Why = $"{scene.NewId} is not live",
    };
}
