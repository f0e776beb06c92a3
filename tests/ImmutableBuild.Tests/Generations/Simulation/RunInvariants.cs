using System.Globalization;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Rollouts;

namespace ImmutableBuild.Tests.Generations.Simulation;

/// <summary>What one run may do, given what it was shown before it did it.</summary>
public sealed class RunInvariants(RolloutPlan plan)
{
    public void Check(Change change, ActingRun run)
    {
        var seen = run.Seen.ShouldNotBeNull("a run looks before it acts");
        OneLeaseForAll(change, run, seen);
        UsersFirst(change, run, seen);
        OvertakenTouchesNothing(change, run, seen);
        OnlyLiveWhenWatched(change, run, seen);
        if (Raises(change, run))
        {
            OnlyTheGoalsWay(change, run);
            NeverWhatFailed(change, run, seen);
            NotWorseThanOld(change, run, seen);
        }
    }

    private static bool Raises(Change change, ActingRun run) =>
        change.After.Route.Route.PercentOf(run.Wants) > change.Before.Route.Route.PercentOf(run.Wants);

    private static void OneLeaseForAll(Change change, ActingRun run, Observation seen)
    {
        seen.Lease?.FencingToken.ShouldBe(change.Lease.FencingToken, $"invariant 6: '{change.What}' for what was seen before the lease was held");
        seen.Lease.ShouldNotBeNull($"invariant 6: '{change.What}' for what was seen without a lease");
        run.Token ??= change.Lease.FencingToken;
        change.Lease.FencingToken.ShouldBe(run.Token.Value, $"invariant 6: '{change.What}' by a run that had lost its lease");
    }

    /// <summary>Where something proven answers, nothing is done before the users are there, and not at what a killed release left.</summary>
    private void UsersFirst(Change change, ActingRun run, Observation seen)
    {
        var others = seen.Generations.Where(generation => generation.Id != run.Wants).ToList();
        if (!others.Exists(generation => Oracle.IsProven(seen, generation) && Oracle.Answers(seen, generation, plan.HealthTimeout)))
        {
            return;
        }

        var strangers = others.Where(generation => seen.Route.Route.Names(generation.Id) && !Oracle.IsProven(seen, generation)).ToList();
        if (strangers.Count > 0 || !Oracle.IsServed(seen, plan.HealthTimeout))
        {
            change.What.ShouldStartWith("route", customMessage: $"invariant 1: '{change.What}' before the users were brought to what is proven and answers");
            strangers.Exists(stranger => change.After.Route.Route.Names(stranger.Id)).ShouldBeFalse($"invariant 1: '{change.What}' left users at what a killed release made");
        }
    }

    private static void OvertakenTouchesNothing(Change change, ActingRun run, Observation seen)
    {
        if (Oracle.NewestLive(seen) is { } newest && newest.Spec.Id != run.Wants && newest.Sequence > run.LiveSequence)
        {
            change.What.ShouldNotStartWith("create", customMessage: "F06: created by a run that another one overtook");
            Raises(change, run).ShouldBeFalse($"F06: '{change.What}' by a run that another one overtook");
            change.What.ShouldNotBe($"destroy {newest.Spec.Id}", "F06: destroyed what went live meanwhile");
        }
    }

    /// <summary>Live is only what had all the traffic, answered at the public entry and stayed well, all through the soak time.</summary>
    private void OnlyLiveWhenWatched(Change change, ActingRun run, Observation seen)
    {
        if (!change.What.StartsWith("record Live", StringComparison.Ordinal))
        {
            return;
        }

        var generation = seen.Find(run.Wants).ShouldNotBeNull();
        seen.Route.Route.ShouldBe(Route.To(run.Wants), "F14: live without all the traffic");
        (seen.ObservedAt - seen.Route.Since).ShouldBeGreaterThanOrEqualTo(plan.Soak, "F14: live before the soak time was over");
        if (run.IsJudgedAgain(generation))
        {
            (seen.ObservedAt - run.AllAnsweredAt!.Value).ShouldBeGreaterThanOrEqualTo(plan.Soak, "F14: live by what was served in an earlier trial");
        }

        seen.Route.Serving!.Generation.ShouldBe(run.Wants, "F24");
        seen.Route.Serving.Consecutive.ShouldBeGreaterThanOrEqualTo(plan.HealthySuccesses, "F24: the public entry did not answer often enough");
        Oracle.IsHealthy(generation, plan.HealthySuccesses, seen.ObservedAt).ShouldBeTrue("live but not healthy");
        run.FirstSign.ShouldBeNull("F14: live after a sign that speaks against it");
        run.HasToBeMadeAnew(seen).ShouldBeFalse("live although it had to be made anew");
    }

    private static void OnlyTheGoalsWay(Change change, ActingRun run) =>
        run.Goal.ShouldBe(RolloutGoal.Live, $"'{change.What}': only the run that goes live moves traffic to the new generation");

    /// <summary>
    /// What failed is made anew before it gets traffic. Not so what kept its traffic since nothing else was there (F31), which is judged
    /// again where it is, and what is the last that answers, when what has traffic does not: invariant 1 is before F30.
    /// </summary>
    private void NeverWhatFailed(Change change, ActingRun run, Observation seen)
    {
        var generation = seen.Find(run.Wants).ShouldNotBeNull();
        run.FirstSign.ShouldBeNull($"F14: '{change.What}' after a sign that speaks against it");
        var isJudgedAgain = seen.Route.Route.Names(run.Wants) || !Oracle.IsServed(seen, plan.HealthTimeout);
        (Oracle.HasFailed(seen, generation) && !isJudgedAgain).ShouldBeFalse($"F30: '{change.What}' although the ledger says that it failed");
        run.HasToBeMadeAnew(seen).ShouldBeFalse($"'{change.What}' although its trial did not go well, and something else can serve until it is made anew");
    }

    /// <summary>A canary begins with its first step and goes on only after a step's time, with enough numbers, and good ones. What failed its users before the run's eyes is no measure.</summary>
    private void NotWorseThanOld(Change change, ActingRun run, Observation seen)
    {
        var old = seen.Generations.FirstOrDefault(generation =>
            generation.Id != run.Wants && seen.Route.Route.Names(generation.Id) && Oracle.IsProven(seen, generation) && Oracle.Answers(seen, generation, plan.HealthTimeout));
        if (plan.Strategy != RolloutStrategy.Canary || old is null || run.Faltered.Contains(old.Id))
        {
            return;
        }

        var (before, after) = (seen.Route.Route.PercentOf(run.Wants), change.After.Route.Route.PercentOf(run.Wants));
        if (before == 0)
        {
            after.ShouldBe(plan.Steps[0], $"'{change.What}' skips the canary's steps");
            return;
        }

        var traffic = seen.Find(run.Wants)!.Traffic.ShouldNotBeNull("F17: no numbers are no pass");
        (seen.ObservedAt - seen.Route.Since).ShouldBeGreaterThanOrEqualTo(plan.StepDuration, "before the step's time was over");
        traffic.Requests.ShouldBeGreaterThanOrEqualTo(plan.Judge.MinimumRequests, "F18: too few numbers are no pass");
        ((double)traffic.Errors / traffic.Requests).ShouldBeLessThan(0.1, $"F19: {traffic.Errors.ToString(CultureInfo.InvariantCulture)} errors of {traffic.Requests.ToString(CultureInfo.InvariantCulture)}");
        Slowest(traffic).ShouldBeLessThanOrEqualTo(Slowest(old.Traffic!), "F19: slower than the old one");
    }

    private static int Slowest(TrafficSample traffic) => traffic.Latency.Counts.LastIndexOf(traffic.Latency.Counts.Last(count => count > 0));
}
