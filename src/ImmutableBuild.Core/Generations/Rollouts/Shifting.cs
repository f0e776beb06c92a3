using ImmutableBuild.Errors;
using ImmutableBuild.Generations.Judging;

namespace ImmutableBuild.Generations.Rollouts;

/// <summary>Moves traffic to a generation that passes the gate: all at once or in steps, then watches it for the soak time.</summary>
internal static class Shifting
{
    /// <summary>The next step of the route, or what it waits for.</summary>
    public static RolloutAction Next(Scene scene)
    {
        var known = scene.New!;
        if (Gate.WaitsFor(scene, known) is { } missing)
        {
            return new Wait { Why = missing };
        }

        return scene.NewPercent switch
        {
            0 => Begin(scene, known),
            100 => Soak(scene, known),
            _ => Canary(scene, known),
        };
    }

    private static SetRoute Begin(Scene scene, Known known)
    {
        var steps = IsCanary(scene) ? scene.Plan.Steps : [];
        return Step(scene, known, steps, "every instance is healthy") with { Warnings = Gate.Warnings(known) };
    }

    private static RolloutAction Canary(Scene scene, Known known)
    {
        if (!IsCanary(scene))
        {
            return new SetRoute(Route.To(known.Id)) { Why = "there is nothing steady to compare it with" };
        }

        var hold = scene.Plan.Judge.OnInconclusive == InconclusiveAction.Hold ? scene.Plan.Judge.HoldTimeout : TimeSpan.Zero;
        var look = JudgeLook.At(scene.Counted, scene.Plan.StepDuration, hold);
        var watching = $"watching {scene.NewPercent} % for {(scene.Plan.StepDuration + scene.Desired.Pace.CounterDelay).TotalSeconds:0.#} s";
        return scene.IsDue(look) ? Judge(scene, known, look, watching, mayHold: scene.Counted < scene.Plan.StepDuration + hold)
            : new Wait { Why = look.IsEarly ? watching : $"holding at {scene.NewPercent} % until the next look" };
    }

    private static RolloutAction Judge(Scene scene, Known known, JudgeLook look, string watching, bool mayHold)
    {
        var (old, @new) = (scene.Stable!.Generation.Traffic, scene.WatchedTraffic);
        var (since, now, delay) = (scene.WatchedSince, scene.Observed.ObservedAt, scene.Desired.Pace.CounterDelay);
        var verdict = look.IsEarly
            ? TrafficJudge.JudgeFloors(scene.Plan.Judge, old, @new, since, now, look, delay)
            : TrafficJudge.Judge(scene.Plan.Judge, old, @new, since, now, look, delay);
        return verdict.Verdict switch
        {
            Verdict.Fail => Refuse(scene, GateErrors.JudgedWorse(known.Id, scene.NewPercent, verdict.Numbers), isFailure: true),
            _ when look.IsEarly => new Wait { Why = watching, Looked = new Looked(since, look) },
            Verdict.Pass => Step(scene, known, scene.Plan.Steps, verdict.Numbers),
            _ when mayHold => new Wait { Why = $"holding at {scene.NewPercent} %: {verdict.Numbers}", Looked = new Looked(since, look) },
            _ => Refuse(scene, GateErrors.Inconclusive(known.Id, scene.NewPercent, verdict.Numbers), isFailure: false),
        };
    }

    private static RolloutAction Soak(Scene scene, Known known)
    {
        if (!Gate.IsServingPathConfirmed(scene, known))
        {
            return new Wait { Why = $"the public entry has been answered by {known.Id} {scene.Observed.Route.Serving?.Consecutive ?? 0} times in a row so far" };
        }

        var look = JudgeLook.At(scene.Watched, scene.Plan.Soak, TimeSpan.Zero);
        var verdict = JudgesSoak(scene) && scene.IsDue(look)
            ? TrafficJudge.JudgeFloors(scene.Plan.Judge, null, scene.WatchedTraffic, scene.WatchedSince, scene.Observed.ObservedAt, look, scene.Desired.Pace.CounterDelay)
            : null;
        if (verdict?.Verdict == Verdict.Fail)
        {
            return Refuse(scene, GateErrors.JudgedWorse(known.Id, scene.NewPercent, verdict.Numbers), isFailure: true);
        }

        if (scene.Watched < scene.Plan.Soak)
        {
            return new Wait
            {
                Why = $"watching all traffic for {scene.Plan.Soak.TotalSeconds:0.#} s",
                Looked = verdict is null ? null : new Looked(scene.WatchedSince, look),
            };
        }

        return new Record(new LedgerEntry
        {
            Event = LedgerEvent.Live,
            Cause = scene.Desired.Cause,
            Spec = known.Generation.Spec,
            Replaced = scene.NewestLiveId == known.Id ? null : scene.NewestLiveId,
            By = scene.Desired.Writer,
            Reason = scene.Desired.Reason,
        })
        { Why = $"it serves, and stayed well{(verdict is null ? "" : $": {verdict.Numbers}")}" };
    }

    /// <summary>
    /// Whether the soak time is judged, which only the floors can fail then: no other generation serves to compare with. A worker has no traffic
    /// to judge. A rollback is not judged: someone wants to be rid of the generation that it would go back to.
    /// </summary>
    private static bool JudgesSoak(Scene scene) =>
        scene.Plan.Soak > TimeSpan.Zero
        && scene.Desired.Cause != LedgerCause.Rollback
        && scene.Desired.Spec.Configuration.Port is not null;

    private static SetRoute Step(Scene scene, Known known, IEnumerable<int> steps, string why)
    {
        var next = steps.Where(percent => percent > scene.NewPercent).DefaultIfEmpty(100).Min();
        return new SetRoute(next < 100 ? Route.Split(scene.Stable!.Id, known.Id, next) : Route.To(known.Id)) { Why = why };
    }

    /// <summary>
    /// Whether traffic moves in steps. They need a stable generation that answers, and traffic, which a worker has none of. One that has faltered
    /// is no measure: two old generations that fail in turn would send the new one back to its first step for ever.
    /// </summary>
    private static bool IsCanary(Scene scene) =>
        scene.Plan.Strategy == RolloutStrategy.Canary
        && scene.Desired.Spec.Configuration.Port is not null
        && scene.Stable is { Answers: true } stable
        && !scene.Desired.Faltered.Contains(stable.Id);

    private static RolloutAction Refuse(Scene scene, Diagnostic fault, bool isFailure)
    {
        var refusal = new Refusal(fault) { IsFailure = isFailure };
        var refused = new Scene(scene.Desired with { Refused = refusal }, scene.Observed);
        return Abandoning.Next(refused, refusal) with { Refusal = refusal };
    }
}
