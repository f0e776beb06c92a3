using FsCheck;
using FsCheck.Fluent;
using ImmutableBuild.Generations;

namespace ImmutableBuild.Tests.Generations.Simulation;

/// <summary>A plan, apps, and what happens to them.</summary>
public sealed record GeneratedHistory(RolloutStrategy Strategy, int Keep, Behaviour[] Apps, Episode[] Episodes)
{
    public override string ToString() =>
        $"{Strategy}, keep {Keep}, apps [{string.Join(' ', Apps)}]{Environment.NewLine}{string.Join(Environment.NewLine, Episodes.Select(episode => $"  {episode}"))}";
}

/// <summary>How a generated app behaves.</summary>
public enum Behaviour
{
    Healthy,
    Slow,
    NeverListens,
    CrashesSoon,
    CrashesInSoak,
    FlapsInSoak,
    Errs,
}

/// <summary>Generates histories, and shrinks them by leaving out episodes and faults.</summary>
public static class HistoryGenerator
{
    public static SimulatedApp AppOf(Behaviour behaviour) => behaviour switch
    {
        Behaviour.Slow => new SimulatedApp { StartsAfter = TimeSpan.FromSeconds(2) },
        Behaviour.NeverListens => new SimulatedApp { NeverListens = true },
        Behaviour.CrashesSoon => new SimulatedApp { CrashesAfter = TimeSpan.FromSeconds(0.7) },
        Behaviour.CrashesInSoak => new SimulatedApp { CrashesAfter = TimeSpan.FromSeconds(1.6) },
        Behaviour.FlapsInSoak => new SimulatedApp { ProbePasses = probe => probe % 9 != 8 },
        Behaviour.Errs => new SimulatedApp { ErrorRate = 0.3 },
        _ => new SimulatedApp(),
    };

    public static Arbitrary<GeneratedHistory> Histories() => Arb.From(Generator(), Shrink);

    private static Gen<GeneratedHistory> Generator() =>
        from strategy in Gen.Elements(RolloutStrategy.BlueGreen, RolloutStrategy.Canary)
        from keep in Gen.Choose(0, 2)
        from apps in Gen.Frequency((5, Gen.Constant(Behaviour.Healthy)), (3, Gen.Elements(Enum.GetValues<Behaviour>()))).ArrayOf(4)
        from count in Gen.Choose(1, 5)
        from episodes in AnyEpisode().ArrayOf(count)
        select new GeneratedHistory(strategy, keep, apps, episodes);

    private static Gen<Episode> AnyEpisode() => Gen.Frequency(
        (6, Release().Select(release => (Episode)release)),
        (2, from first in Release()
            from second in Release()
            from length in Gen.Choose(2, 40)
            from schedule in Gen.Elements(true, false).ArrayOf(length)
            select (Episode)new Race(first, second, schedule)),
        (2, from sleeping in Release()
            from steps in Gen.Choose(1, 40)
            from meanwhile in Release()
            select (Episode)new Sleeper(sleeping, steps, meanwhile)),
        (2, Faults().Select(faults => (Episode)new GoesBack(faults))),
        (1, Gen.Constant<Episode>(new Restarts())),
        (1, Gen.Constant<Episode>(new Crash())),
        (1, Gen.Choose(1, 40).Select(seconds => (Episode)new Passes(seconds))));

    private static Gen<Releasing> Release() =>
        from commit in Gen.Choose(1, 4)
        from faults in Faults()
        select new Releasing(commit, faults);

    private static Gen<Fault[]> Faults() =>
        from length in Gen.Choose(0, 60)
        from faults in Gen.Frequency(
            (30, Gen.Constant(Fault.None)),
            (2, Gen.Elements(Fault.NotDone, Fault.ReplyLost)),
            (1, Gen.Elements(Fault.DiesBefore, Fault.DiesAfter, Fault.Slow))).ArrayOf(length)
        select faults;

    private static IEnumerable<GeneratedHistory> Shrink(GeneratedHistory history)
    {
        for (var index = 0; index < history.Episodes.Length; index++)
        {
            yield return history with { Episodes = [.. history.Episodes.Where((_, other) => other != index)] };
        }

        for (var index = 0; index < history.Episodes.Length; index++)
        {
            foreach (var simpler in Shrink(history.Episodes[index]))
            {
                yield return history with { Episodes = [.. history.Episodes.Select((episode, other) => other == index ? simpler : episode)] };
            }
        }

        for (var index = 0; index < history.Apps.Length; index++)
        {
            if (history.Apps[index] != Behaviour.Healthy)
            {
                yield return history with { Apps = [.. history.Apps.Select((app, other) => other == index ? Behaviour.Healthy : app)] };
            }
        }
    }

    private static IEnumerable<Episode> Shrink(Episode episode) => episode switch
    {
        Releasing release => Shrink(release),
        GoesBack back => Shrink(back.Faults).Select(faults => back with { Faults = faults }),
        Race race => [race.First, race.Second, .. Shrink(race.First).Select(first => race with { First = first }), .. Shrink(race.Second).Select(second => race with { Second = second })],
        Sleeper sleeper => [sleeper.Sleeping, sleeper.Meanwhile, .. Shrink(sleeper.Sleeping).Select(sleeping => sleeper with { Sleeping = sleeping })],
        _ => [],
    };

    private static IEnumerable<Releasing> Shrink(Releasing release) => Shrink(release.Faults).Select(faults => release with { Faults = faults });

    private static IEnumerable<Fault[]> Shrink(Fault[] faults)
    {
        for (var index = 0; index < faults.Length; index++)
        {
            if (faults[index] != Fault.None)
            {
                yield return [.. faults.Select((fault, other) => other == index ? Fault.None : fault)];
            }
        }

        if (faults is [.., Fault.None])
        {
            yield return faults[..^1];
        }
    }
}
