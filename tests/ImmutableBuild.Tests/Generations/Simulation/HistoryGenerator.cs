using FsCheck;
using FsCheck.Fluent;
using ImmutableBuild.Generations;

namespace ImmutableBuild.Tests.Generations.Simulation;

/// <summary>A plan, a target, apps, and what happens to them.</summary>
/// <param name="Strategy">How traffic moves.</param>
/// <param name="Keep">Standby generations.</param>
/// <param name="LastSoak">Seconds that the last release is watched; long ones outlast a lease.</param>
/// <param name="Load">Requests in a second.</param>
/// <param name="TargetLooks">The target refuses by itself what the engine should never ask for.</param>
/// <param name="Apps">How each commit behaves.</param>
/// <param name="Episodes">What happens.</param>
public sealed record GeneratedHistory(RolloutStrategy Strategy, int Keep, int LastSoak, int Load, bool TargetLooks, Behaviour[] Apps, Episode[] Episodes)
{
    public override string ToString() =>
        $"{Strategy}, keep {Keep}, {LastSoak} s soak at last, {Load} requests/s, {(TargetLooks ? "a target that looks itself" : "a target that trusts")}, apps [{string.Join(' ', Apps)}]{Environment.NewLine}{string.Join(Environment.NewLine, Episodes.Select(episode => $"  {episode}"))}";
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
    Foreign,
    ProbesStop,
    Sluggish,
    LateAtTimes,
    HangsInSoak,
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
        Behaviour.Foreign => new SimulatedApp { IsForeign = true },
        Behaviour.ProbesStop => new SimulatedApp { ProbesStopAfter = TimeSpan.FromSeconds(1.2) },
        Behaviour.Sluggish => new SimulatedApp { Latency = TimeSpan.FromMilliseconds(200) },
        Behaviour.LateAtTimes => new SimulatedApp { ProbeIsLate = probe => probe % 9 > 6 },
        Behaviour.HangsInSoak => new SimulatedApp { ProbeIsLate = probe => probe % 20 is > 8 and < 16 },
        _ => new SimulatedApp(),
    };

    public static Arbitrary<GeneratedHistory> Histories() => Arb.From(Generator(), Shrink);

    private static Gen<GeneratedHistory> Generator() =>
        from strategy in Gen.Elements(RolloutStrategy.BlueGreen, RolloutStrategy.Canary)
        from keep in Gen.Choose(0, 2)
        from soak in Gen.Frequency((9, Gen.Constant(1)), (1, Gen.Constant(40)))
        from load in Gen.Frequency((4, Gen.Constant(200)), (1, Gen.Constant(20)), (1, Gen.Constant(0)))
        from looks in Gen.Frequency((2, Gen.Constant(true)), (1, Gen.Constant(false)))
        from apps in Gen.Frequency((5, Gen.Constant(Behaviour.Healthy)), (3, Gen.Elements(Enum.GetValues<Behaviour>()))).ArrayOf(4)
        from count in Gen.Choose(1, 7)
        from episodes in AnyEpisode().ArrayOf(count)
        select new GeneratedHistory(strategy, keep, soak, load, looks, apps, episodes);

    private static Gen<Episode> AnyEpisode() => Gen.Frequency(
        (6, Release().Select(release => (Episode)release)),
        (2, from first in Release()
            from second in Release()
            from length in Gen.Choose(2, 40)
            from schedule in Gen.Elements(true, false).ArrayOf(length)
            select (Episode)new Race(first, second, schedule)),
        (2, from sleeping in Gen.OneOf(Release(), Hesitating())
            from steps in Gen.OneOf(Gen.Choose(1, 3), Gen.Choose(1, 40))
            from meanwhile in Release()
            select (Episode)new Sleeper(sleeping, steps, meanwhile)),
        (2, from commit in Gen.Choose(1, 4)
            from call in Gen.Elements("create", "route", "record", "destroy")
            from faults in Faults()
            select (Episode)new Again(commit, call, faults)),
        (2, Faults().Select(faults => (Episode)new GoesBack(faults))),
        (2, from commit in Gen.Choose(1, 4)
            from faults in Faults()
            select (Episode)new CheckFails(commit, faults)),
        (1, Gen.Constant<Episode>(new Restarts())),
        (4, Gen.Constant<Episode>(new Crash())),
        (2, Gen.Choose(0, 6).Select(seconds => (Episode)new Hangs(seconds))),
        (3, Release().Select(release => (Episode)new Outage(release))),
        (1, Gen.Choose(1, 12).Select(seconds => (Episode)new EntrySticks(seconds))),
        (1, Gen.Choose(1, 40).Select(seconds => (Episode)new Passes(seconds))));

    private static Gen<Releasing> Release() =>
        from commit in Gen.Choose(1, 4)
        from faults in Faults()
        select new Releasing(commit, faults);

    /// <summary>It looks, and its first try to get the lease goes wrong: it has seen what was live, and holds nothing.</summary>
    private static Gen<Releasing> Hesitating() => Gen.Choose(1, 4).Select(commit => new Releasing(commit, [Fault.None, Fault.NotDone]));

    private static Gen<Fault[]> Faults() => Gen.Frequency((1, Gen.Constant<Fault[]>([])), (2, SomeFaults()));

    private static Gen<Fault[]> SomeFaults() =>
        from length in Gen.Choose(1, 60)
        from faults in Gen.Frequency(
            (30, Gen.Constant(Fault.None)),
            (2, Gen.Elements(Fault.NotDone, Fault.ReplyLost, Fault.HalfDone)),
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
        Again again => [new Releasing(again.Commit, []), .. Shrink(again.Faults).Select(faults => again with { Faults = faults })],
        Outage outage => [new Crash(), outage.Meanwhile, .. Shrink(outage.Meanwhile).Select(meanwhile => new Outage(meanwhile))],
        GoesBack back => Shrink(back.Faults).Select(faults => back with { Faults = faults }),
        CheckFails check => Shrink(check.Faults).Select(faults => check with { Faults = faults }),
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
