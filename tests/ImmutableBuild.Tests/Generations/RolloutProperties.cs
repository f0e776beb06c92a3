using FsCheck;
using FsCheck.Fluent;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Rollouts;
using ImmutableBuild.Tests.Generations.Simulation;

namespace ImmutableBuild.Tests.Generations;

/// <summary>
/// The invariants over thousands of histories in which calls fail, replies are lost, builds die, race and oversleep, and
/// apps misbehave. The seed is printed; set IMMUTABLE_SEED to replay one, or to <c>random</c> for others.
/// </summary>
public sealed class RolloutProperties(ITestOutputHelper output)
{
    private const int Histories = 2000;

    [Fact, Trait("Fault", "F01"), Trait("Fault", "F03"), Trait("Fault", "F05"), Trait("Fault", "F06"), Trait("Fault", "F39")]
    public void Every_history_keeps_the_invariants_and_converges()
    {
        var (seed, gamma) = Seed();
        output.WriteLine($"seed {seed},{gamma}");
        var config = Config.QuickThrowOnFailure.WithMaxTest(Histories).WithReplay(seed, gamma);
        Prop.ForAll(HistoryGenerator.Histories(), Live).Check(config);
    }

    private static void Live(GeneratedHistory history)
    {
        var world = new World(PlanOf(history));
        for (var commit = 1; commit <= history.Apps.Length; commit++)
        {
            world.With(commit, HistoryGenerator.AppOf(history.Apps[commit - 1]));
        }

        (world.Target.Load, world.Target.LooksItself) = (history.Load, history.TargetLooks);
        foreach (var episode in history.Episodes)
        {
            Live(world, history, episode);
        }

        Converge(world, history);
    }

    private static RolloutPlan PlanOf(GeneratedHistory history) => new()
    {
        Strategy = history.Strategy,
        Keep = history.Keep,
        Steps = [20],
        StepDuration = TimeSpan.FromSeconds(1),
        Soak = TimeSpan.FromSeconds(1),
        HealthTimeout = TimeSpan.FromSeconds(4),
        Judge = new JudgeOptions { MinimumRequests = 20 },
    };

    private static void Live(World world, GeneratedHistory history, Episode episode)
    {
        switch (episode)
        {
            case Releasing release:
                var mustSucceed = MustSucceed(world, history, release);
                var build = Build(world, release).ToItsEnd();
                LeavesNothing(world, release, build);
                (mustSucceed && build.End != BuildEnd.Succeeded).ShouldBeFalse($"{release} lost nothing but replies, and ended with {build.Failure?.Message}");
                break;
            case Again again:
                new SimulatedBuild(world, again.Commit, [], again.DiesAfter).ToItsEnd();
                world.Time.Advance(TimeSpan.FromMinutes(1));
                LeavesNothing(world, new Releasing(again.Commit, again.Faults), new SimulatedBuild(world, again.Commit, again.Faults).ToItsEnd());
                break;
            case Race race:
                var (first, second) = (Build(world, race.First), Build(world, race.Second));
                foreach (var turn in race.Schedule)
                {
                    Step(turn ? first : second);
                }

                first.ToItsEnd();
                second.ToItsEnd();
                break;
            case Sleeper sleeper:
                var sleeping = Build(world, sleeper.Sleeping);
                for (var step = 0; step < sleeper.Steps; step++)
                {
                    Step(sleeping);
                }

                world.Time.Advance(TimeSpan.FromMinutes(1));
                Build(world, sleeper.Meanwhile).ToItsEnd();
                sleeping.ToItsEnd();
                break;
            case GoesBack back when RollbackTarget.TryChoose(world.Now) is { } spec:
                SimulatedBuild.Back(world, spec, back.Faults).ToItsEnd();
                break;
            case CheckFails check:
                CheckFails(world, check);
                break;
            case Restarts:
                world.Target.Restart();
                break;
            case EntrySticks sticks:
                world.Target.EntryStuckUntil = world.Time.GetUtcNow() + TimeSpan.FromSeconds(sticks.Seconds);
                break;
            case Crash:
                KillServing(world);
                break;
            case Hangs hangs:
                HangServing(world, hangs.Seconds);
                break;
            case Outage outage:
                KillServing(world);
                Live(world, history, outage.Meanwhile);
                break;
            case Passes passes:
                world.Time.Advance(TimeSpan.FromSeconds(passes.Seconds));
                break;
        }
    }

    private static void CheckFails(World world, CheckFails check)
    {
        var id = World.Id(check.Commit);
        var stands = world.Now.Find(id) is { Phase: not GenerationPhase.Destroying };
        var build = SimulatedBuild.CheckFailed(world, check.Commit, check.Faults).ToItsEnd();
        build.End.ShouldNotBe(BuildEnd.Succeeded, "what a check has failed never goes live by it");
        if (build.Failure?.Code != "IMB8030")
        {
            return;
        }

        var now = build.Left!;
        now.Ledger.LastOrDefault(entry => entry.Spec.Id == id)?.Event.ShouldBe(LedgerEvent.Failed, $"F30: not written down: {check}");
        (stands && now.Ledger.All(entry => entry.Spec.Id != id)).ShouldBeFalse($"F30: not written down: {check}");
        RollbackTarget.TryChoose(now)?.Id.ShouldNotBe(id, $"F30: a rollback would go to what failed: {check}");
        LeavesNothing(now, id, $"{check} ended with {build.Failure.Message}");
        if (now.Serving is { } serves && serves != id && now.Find(serves) is { } standby && Oracle.IsProven(now, standby))
        {
            SimulatedBuild.Back(world, standby.Spec, []).ToItsEnd();
        }
    }

    /// <summary>What was killed is seen to be dead, and not started again yet.</summary>
    private static void KillServing(World world)
    {
        if (world.Serving is { } serving)
        {
            world.Target.Kill(serving);
        }

        world.Time.Advance(TimeSpan.FromMilliseconds(200));
    }

    /// <summary>Has what serves hang for some seconds: it counts as not answering only once several probes were too late.</summary>
    private static void HangServing(World world, int seconds)
    {
        if (world.Serving is { } serving)
        {
            world.Target.Hang(serving);
        }

        world.Time.Advance(TimeSpan.FromSeconds(seconds));
    }

    /// <summary>
    /// Whether the release has to go live: that of a healthy app has to, through any number of calls that fail or lose their replies, where nobody else is at work.
    /// A generation that is live already and hangs does not get well by being released again (IMB7010).
    /// </summary>
    private static bool MustSucceed(World world, GeneratedHistory history, Releasing release)
    {
        var now = world.Now;
        return history is { Strategy: RolloutStrategy.BlueGreen } && history.Apps[release.Commit - 1] == Behaviour.Healthy
            && (now.Serving != World.Id(release.Commit) || (Oracle.IsServed(now) && !world.Target.IsHung(World.Id(release.Commit))))
            && now.Lease is null && world.Target.EntryStuckUntil <= now.ObservedAt
            && release.Faults.All(fault => fault is Fault.None or Fault.NotDone or Fault.ReplyLost or Fault.HalfDone);
    }

    /// <summary>A release that ended by its own verdict has put everything right itself: nothing of it is left, and it is written down.</summary>
    private static void LeavesNothing(World world, Releasing release, SimulatedBuild build)
    {
        if (build.Failure?.Code.StartsWith("IMB700", StringComparison.Ordinal) != true)
        {
            return;
        }

        var (now, id, says) = (build.Left!, World.Id(release.Commit), $"{release} ended with {build.Failure.Message}");
        var others = LeavesNothing(now, id, says);
        if (build.Failure.Code is not ("IMB7007" or "IMB7008" or "IMB7009"))
        {
            (now.Route.Route.Names(id) && others > 0).ShouldBeFalse($"invariant 2: ended with users at what it refused: {says}");
            build.FirstSign.ShouldBe(build.Failure.Code switch { "IMB7002" => Sign.Ended, "IMB7003" => Sign.Foreign, "IMB7004" => Sign.FailsWithTraffic, "IMB7006" => build.FirstSign, _ => null }, $"refused for another reason than what it saw: {says}");
            now.Ledger.Last(entry => entry.Spec.Id == id).Event.ShouldBe(LedgerEvent.Failed, $"F30: not written down: {says}");
        }
    }

    /// <summary>Nothing of a given-up generation is left, but where it is the last that answers, and users are at what answers; how many others that were live do.</summary>
    private static int LeavesNothing(Observation now, GenerationId id, string says)
    {
        var left = now.Find(id);
        var isLast = left is not null && Oracle.Answers(left) && !Oracle.IsServed(now);
        (left is null || now.Route.Route.Names(id) || Oracle.IsProven(now, left) || isLast).ShouldBeTrue($"invariant 5: left its generation behind: {says}");
        var others = now.Generations.Count(generation => generation.Id != id && Oracle.IsProven(now, generation) && Oracle.Answers(generation));
        (Oracle.IsServed(now) || others == 0).ShouldBeTrue($"invariant 1: ended with users at what does not answer, although something else would: {says}");
        return others;
    }

    /// <summary>Whatever happened: the next release that nothing disturbs goes live, and nothing else is left.</summary>
    private static void Converge(World world, GeneratedHistory history)
    {
        world.Time.Advance(TimeSpan.FromMinutes(1));
        (world.Target.Load, world.Plan) = (200, world.Plan with { Soak = TimeSpan.FromSeconds(history.LastSoak) });
        const int good = 9;
        var before = world.Now;

        var build = new SimulatedBuild(world, good, []).ToItsEnd();

        build.End.ShouldBe(BuildEnd.Succeeded, build.Failure?.Message);
        var now = world.Now;
        now.Route.Route.ShouldBe(Route.To(World.Id(good)));
        now.Ledger[^1].Event.ShouldBe(LedgerEvent.Live);
        now.Ledger[^1].Spec.Id.ShouldBe(World.Id(good));
        Invariants.Converged(before, now, history.Keep);

        var calls = world.Target.Calls.Count;
        new SimulatedBuild(world, good, []).ToItsEnd().End.ShouldBe(BuildEnd.Succeeded);
        world.Target.Calls.Count.ShouldBe(calls, "a second release of what is live changes nothing");
    }

    private static SimulatedBuild Build(World world, Releasing release) => new(world, release.Commit, release.Faults);

    private static void Step(SimulatedBuild build)
    {
        if (build.End == BuildEnd.Running)
        {
            build.Step();
        }
    }

    private static (ulong Seed, ulong Gamma) Seed()
    {
        var text = Environment.GetEnvironmentVariable("IMMUTABLE_SEED");
        var parts = text?.Split(',');
        return text switch
        {
            null => (20261121, 4711),
            "random" => ((ulong)Random.Shared.NextInt64(), (ulong)Random.Shared.NextInt64() | 1),
            _ => (ulong.Parse(parts![0]), ulong.Parse(parts[1])),
        };
    }
}
