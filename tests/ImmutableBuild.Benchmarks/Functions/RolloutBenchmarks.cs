using System.Collections.Immutable;
using BenchmarkDotNet.Attributes;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Rollouts;
using ImmutableBuild.Images;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Benchmarks.Functions;

/// <summary>One decision of the reconciler, over an app with a long history.</summary>
[MemoryDiagnoser]
public class RolloutBenchmarks
{
    private static readonly AppKey App = new("web", "production");
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private Desired _desired = null!;
    private Observation _observed = null!;

    /// <summary>Entries of the ledger.</summary>
    [Params(1, 1000)]
    public int Ledger { get; set; }

    /// <summary>A release that begins while an older generation serves.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var live = Spec(0);
        _desired = new Desired { Spec = Spec(1), Plan = new RolloutPlan(), Goal = RolloutGoal.Live, Cause = LedgerCause.Release, Writer = "benchmark" };
        var instance = new ObservedInstance("0", InstanceState.Running, "127.0.0.1:1", InstanceIdentity.Confirmed, 9, new ProbeResult(Now, true, "200"), 0, null);
        var entries = Enumerable.Range(1, Ledger).Select(number => new LedgerEntry { Sequence = number, At = Now, Event = LedgerEvent.Live, Cause = LedgerCause.Release, Spec = live, By = "benchmark" });
        _observed = new Observation(
            App,
            Now,
            [new ObservedGeneration(live, Now, GenerationPhase.Running, [instance], 0, null)],
            new RouteState(Route.To(live.Id), Now, new ServingPath(live.Id, 9)),
            null,
            [.. entries]);
    }

    /// <summary>Decides.</summary>
    [Benchmark]
    public object Next() => Rollout.Next(_desired, _observed);

    /// <summary>Derives a generation's id.</summary>
    [Benchmark]
    public GenerationId Derive() => _desired.Spec.Id;

    private static GenerationSpec Spec(int number) => new()
    {
        App = App,
        Commit = CommitSha.Parse(new string((char)('a' + number), 40)),
        Image = Digest.Of([(byte)number]),
        Repository = "local/web",
        Configuration = new RuntimeConfiguration(),
        Size = 1,
    };
}
