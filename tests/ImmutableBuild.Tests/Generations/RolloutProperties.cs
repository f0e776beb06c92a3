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

        foreach (var episode in history.Episodes)
        {
            Live(world, episode);
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

    private static void Live(World world, Episode episode)
    {
        switch (episode)
        {
            case Releasing release:
                LeavesNothing(world, release, Build(world, release).ToItsEnd());
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
            case Restarts:
                world.Target.Restart();
                break;
            case Crash:
                if (world.Serving is { } serving)
                {
                    world.Target.Kill(serving);
                }

                world.Time.Advance(TimeSpan.FromMilliseconds(100));
                break;
            case Passes passes:
                world.Time.Advance(TimeSpan.FromSeconds(passes.Seconds));
                break;
        }
    }

    /// <summary>A release that ended by its own verdict has put everything right itself: nothing unproven without traffic is left.</summary>
    private static void LeavesNothing(World world, Releasing release, SimulatedBuild build)
    {
        if (build.Failure?.Code.StartsWith("IMB700", StringComparison.Ordinal) == true)
        {
            var now = world.Now;
            now.Generations.Any(generation => generation.Id == World.Id(release.Commit)
                && generation.Phase != GenerationPhase.Destroying && !now.Route.Route.Names(generation.Id) && !Invariants.IsProven(now, generation))
                .ShouldBeFalse($"invariant 5: {release} left its generation behind: {build.Failure.Message}");
            (Invariants.IsServed(now) || !now.Generations.Any(generation => generation.Answers() && Invariants.IsProven(now, generation)))
                .ShouldBeTrue($"invariant 1: {release} ended with users at what does not answer, although something else would");
        }
    }

    /// <summary>Whatever happened: the next release that nothing disturbs goes live, and nothing else is left.</summary>
    private static void Converge(World world, GeneratedHistory history)
    {
        world.Time.Advance(TimeSpan.FromMinutes(1));
        const int good = 9;

        var build = new SimulatedBuild(world, good, []).ToItsEnd();

        build.End.ShouldBe(BuildEnd.Succeeded, build.Failure?.Message);
        var now = world.Now;
        now.Route.Route.ShouldBe(Route.To(World.Id(good)));
        now.Ledger[^1].Event.ShouldBe(LedgerEvent.Live);
        now.Ledger[^1].Spec.Id.ShouldBe(World.Id(good));
        Invariants.Converged(now, history.Keep);

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
