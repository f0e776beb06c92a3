using System.Collections.Immutable;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Rollouts;
using ImmutableBuild.Tests.Generations.Simulation;

namespace ImmutableBuild.Tests.Generations;

/// <summary>However long an app's history is, what decisions rest on stays in view.</summary>
public sealed class LedgerViewTests
{
    private readonly List<LedgerEntry> _ledger = [];

    [Fact]
    public void A_short_history_is_shown_whole()
    {
        Add(LedgerEvent.Live, 1);
        Add(LedgerEvent.Failed, 2);

        LedgerView.Of(_ledger, []).ShouldBe(_ledger);
    }

    [Fact, Trait("Fault", "F30")]
    public void After_a_thousand_failed_releases_what_serves_is_still_proven_and_there_is_a_way_back()
    {
        Add(LedgerEvent.Live, 1);
        Add(LedgerEvent.Live, 3);
        Add(LedgerEvent.Failed, 3);
        Add(LedgerEvent.Live, 2);
        AddFailures(LedgerView.Window);

        var view = LedgerView.Of(_ledger, [World.Id(2)]);

        view.Take(2).Select(entry => entry.Sequence).ShouldBe([1, 4]);
        view.Select(entry => entry.Sequence).ShouldBeInOrder(SortDirection.Ascending);
        view.Length.ShouldBe(LedgerView.Window + 2);
        var observed = Observed(view, 2);
        RollbackTarget.TryChoose(observed)!.Id.ShouldBe(World.Id(1));
        Rollout.Next(new World().Desire(2, RolloutGoal.Live), observed).ShouldBeOfType<Done>("it is live, and known to be");
    }

    [Fact]
    public void A_generation_that_failed_is_not_forgotten_while_it_is_there()
    {
        Add(LedgerEvent.Failed, 1);
        AddFailures(LedgerView.Window);

        LedgerView.Of(_ledger, [World.Id(1)])[0].Spec.Id.ShouldBe(World.Id(1));
        LedgerView.Of(_ledger, []).Length.ShouldBe(LedgerView.Window);
    }

    private void Add(LedgerEvent what, int commit) => _ledger.Add(new LedgerEntry
    {
        Sequence = _ledger.Count + 1,
        At = DateTimeOffset.UnixEpoch.AddSeconds(_ledger.Count),
        Event = what,
        Cause = LedgerCause.Release,
        Spec = SimulatedSpecs.Spec(commit),
        By = "test",
    });

    private void AddFailures(int count)
    {
        for (var index = 0; index < count; index++)
        {
            Add(LedgerEvent.Failed, 1000 + index);
        }
    }

    private static Observation Observed(ImmutableArray<LedgerEntry> ledger, int live)
    {
        var now = DateTimeOffset.UnixEpoch.AddDays(1);
        var instance = new ObservedInstance("0", InstanceState.Running, "127.0.0.1:1", InstanceIdentity.Confirmed, 9, new ProbeResult(now, true, "200"), 0, null);
        return new Observation(
            SimulatedSpecs.App,
            now,
            [new ObservedGeneration(SimulatedSpecs.Spec(live), DateTimeOffset.UnixEpoch, GenerationPhase.Running, [instance], 0, null)],
            new RouteState(Route.To(World.Id(live)), DateTimeOffset.UnixEpoch, new ServingPath(World.Id(live), 9)),
            null,
            ledger);
    }
}
