using ImmutableBuild.Errors;

namespace ImmutableBuild.Generations.Rollouts;

/// <summary>Gives the new generation up: traffic back, the ledger told, the generation gone, then the error.</summary>
internal static class Abandoning
{
    /// <summary>How soon after it was refused for not answering an instance that is ending has ended.</summary>
    private static readonly TimeSpan EndShowsWithin = TimeSpan.FromSeconds(5);

    /// <summary>The next thing to put right, at last the error.</summary>
    public static RolloutAction Next(Scene scene, Refusal refusal) =>
        RouteBack(scene)
        ?? Restoring.Next(scene)
        ?? WaitForItsEnd(scene, refusal)
        ?? RecordFailure(scene, refusal)
        ?? ClearingUp.Next(scene)
        ?? WaitUntilGone(scene)
        ?? (RolloutAction?)WaitUntilItMayGo(scene, refusal)
        ?? new Fail(Error(scene, refusal)) { Why = refusal.Diagnostic.Message };

    /// <summary>
    /// Traffic back to the stable generation, unless fewer of its instances answer than of the new one's: both are bad then, and the one that
    /// answers better keeps it (F31). With nothing to go back to, a generation that doesn't answer loses its traffic.
    /// </summary>
    private static SetRoute? RouteBack(Scene scene)
    {
        if (scene is not { NewPercent: > 0, New: { } refused })
        {
            return null;
        }

        if (scene.Stable is { } stable)
        {
            return stable.Answers && !IsWorse(stable, refused) ? new SetRoute(Route.To(stable.Id)) { Why = $"back to {stable.Id}" } : null;
        }

        return refused.Answers || scene.IsProven(refused) ? null : new SetRoute(Route.None) { Why = "it does not answer, and nothing served before it" };
    }

    private static bool IsWorse(Known stable, Known refused) =>
        stable.Generation.AnsweringShare() <= 0.5 && stable.Generation.AnsweringShare() < refused.Generation.AnsweringShare();

    /// <summary>Waits a moment once traffic is back, where an instance stopped answering and may be about to end: how it ends is what the error should say first.</summary>
    private static Wait? WaitForItsEnd(Scene scene, Refusal refusal) =>
        refusal.Diagnostic.Code == GateErrors.FailedWithTrafficCode && scene is { NewPercent: 0, New: { } refused }
        && refused.Generation.Instances.Any(instance => instance.Name == refusal.Instance && instance is { State: InstanceState.Running, LastProbe.Healthy: false })
        && scene.Observed.ObservedAt - (refusal.At ?? scene.Observed.ObservedAt) <= EndShowsWithin
            ? new Wait { Why = $"instance {refusal.Instance} does not answer, and may be ending" }
            : null;

    /// <summary>Writes the failure into the ledger, also of a generation that was live and is gone already: a rollback would choose it otherwise.</summary>
    private static Record? RecordFailure(Scene scene, Refusal refusal)
    {
        var latest = scene.LatestEntry(scene.NewId);
        var isRecorded = latest is { Event: LedgerEvent.Failed } && !(scene.New?.Generation.CreatedAt > latest.At);
        var spec = scene.New?.Generation.Spec ?? latest?.Spec;
        return !refusal.IsFailure || isRecorded || spec is null ? null : new Record(new LedgerEntry
        {
            Event = LedgerEvent.Failed,
            Cause = scene.Desired.Cause,
            Spec = spec,
            By = scene.Desired.Writer,
            Reason = refusal.Diagnostic.Message,
        })
        { Why = refusal.Diagnostic.Code };
    }

    private static Wait? WaitUntilGone(Scene scene) => scene.New is { Generation.Phase: GenerationPhase.Destroying } going && !Leaving.IsOverdue(scene, going)
        ? new Wait { Why = $"{scene.NewId} drains and goes" }
        : null;

    /// <summary>Keeps a new generation that answers while the one with the traffic does not: until that one answers again, or has had the health timeout to do so.</summary>
    private static Wait? WaitUntilItMayGo(Scene scene, Refusal refusal) =>
        scene is { New: { Answers: true, Generation.Phase: not GenerationPhase.Destroying } last, NewPercent: 0 }
        && !scene.IsProven(last) && !scene.MayDestroy(last)
        && scene.Observed.ObservedAt - (refusal.At ?? scene.Observed.ObservedAt) <= scene.Plan.HealthTimeout
            ? new Wait { Why = $"{scene.NewId} is the last that answers, and goes once what serves answers again" }
            : null;

    /// <summary>The error: why the generation was given up, and after that, where it is so, that its destruction does not end.</summary>
    private static Diagnostic Error(Scene scene, Refusal refusal)
    {
        var error = GateErrors.Abandoned(refusal, scene.NewId, scene.Observed.Serving, scene.IsServed, isLeft: scene.New is { } refused && scene.HasToStay(refused));
        return scene.New is { Generation.Phase: GenerationPhase.Destroying } stuck
            ? error with { Message = $"{error.Message} {Leaving.NotGone(scene, stuck).Message}" }
            : error;
    }
}
