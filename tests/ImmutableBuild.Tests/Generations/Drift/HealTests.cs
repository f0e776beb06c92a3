using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Drift;
using ImmutableBuild.Generations.Rollouts;
using ImmutableBuild.Images;
using ImmutableBuild.Releases;
using ImmutableBuild.Tests.Generations.Simulation;
using ImmutableBuild.Trust;

namespace ImmutableBuild.Tests.Generations.Drift;

/// <summary>Drifted instances are replaced, nothing else is touched.</summary>
public sealed class HealTests
{
    private readonly World _world = new();
    private readonly Verifier _verifier = new();

    [Fact, Trait("Fault", "F37")]
    public async Task Only_what_drifted_is_replaced_by_fresh_ones_of_the_same_generation()
    {
        await _world.ReleaseAsync(1, instances: 3);
        var calls = _world.Target.Calls.Count;
        Drifted("1", DriftKind.Limits, DriftKind.Files);

        var result = await HealAsync();

        var healed = result.Healed.ShouldHaveSingleItem();
        (healed.Generation, healed.Drifted, healed.Fresh).ShouldBe((_world.Serving!.Value, "1", "3"));
        healed.Kinds.ShouldBe([DriftKind.Limits, DriftKind.Files]);
        result.Remaining.IsDrifted.ShouldBeFalse();
        _world.Now.Generations.ShouldHaveSingleItem().Instances.Select(instance => instance.Name).ShouldBe(["0", "3", "2"]);
        _world.Target.Calls.Skip(calls).ShouldBe(["Begin 1", "Finish 1", $"record Live {_world.Serving}"]);
        _world.Now.Lease.ShouldBeNull();
        _verifier.Asked.ShouldBe(1);
    }

    [Fact]
    public async Task It_is_written_down_what_was_replaced_and_why()
    {
        await _world.ReleaseAsync(1);
        Drifted("0", DriftKind.Image);

        await HealAsync();

        var entry = _world.Now.Ledger[^1];
        (entry.Event, entry.Cause, entry.Spec.Id).ShouldBe((LedgerEvent.Live, LedgerCause.Heal, World.Id(1)));
        entry.Reason.ShouldBe("instance 1 in place of 0 (Image)");
        Status.Of(_world.Now).Live.ShouldBe(World.Id(1));
    }

    [Fact]
    public async Task Where_nothing_drifted_nothing_is_called_and_no_lease_is_taken()
    {
        await _world.ReleaseAsync(1);
        var calls = _world.Target.Calls.Count;
        await _world.Target.AcquireLeaseAsync(SimulatedSpecs.App, new LeaseRequest("another", TimeSpan.FromMinutes(5)), Token);

        (await HealAsync()).Healed.ShouldBeEmpty();

        _world.Target.Calls.Count.ShouldBe(calls);
    }

    [Fact]
    public async Task What_is_foreign_and_the_gateway_are_told_and_left_alone()
    {
        await _world.ReleaseAsync(1);
        var calls = _world.Target.Calls.Count;
        _world.Target.Drift.Add(new DriftFinding(null, null, DriftKind.Foreign, "container spy", "none", "running"));
        _world.Target.Drift.Add(new DriftFinding(null, null, DriftKind.Gateway, "limits: memory", "none", "1"));

        var result = await HealAsync();

        result.Remaining.Findings.Length.ShouldBe(2);
        result.Remaining.Findings.ShouldAllBe(finding => !finding.IsMendable && !finding.Cure.Contains("Heal", StringComparison.Ordinal));
        _world.Target.Calls.Count.ShouldBe(calls);
    }

    [Fact, Trait("Fault", "F12")]
    public async Task A_fresh_one_that_never_gets_healthy_goes_and_the_drifted_one_stays()
    {
        await _world.ReleaseAsync(1);
        Drifted("0", DriftKind.Files);
        _world.With(1, new SimulatedApp { NeverListens = true });

        var failure = await Should.ThrowAsync<ImmutableBuildException>(HealAsync);

        failure.Code.ShouldBe("IMB8006");
        failure.Message.ShouldContain("connection refused");
        failure.Message.ShouldContain("instance 1 started");
        var generation = _world.Now.Generations.ShouldHaveSingleItem();
        generation.Instances.Select(instance => instance.Name).ShouldBe(["0"]);
        (generation.Joining.Length, generation.Leaving.Length).ShouldBe((0, 0));
        _world.Now.Ledger.ShouldAllBe(entry => entry.Cause == LedgerCause.Release);
        _world.Now.Lease.ShouldBeNull();
    }

    [Theory, Trait("Fault", "F12"), Trait("Fault", "F15")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_fresh_one_that_ends_or_is_somebody_else_is_given_up_at_once(bool foreign)
    {
        await _world.ReleaseAsync(1);
        Drifted("0", DriftKind.Files);
        _world.With(1, foreign ? new SimulatedApp { IsForeign = true } : new SimulatedApp { CrashesAfter = TimeSpan.FromMilliseconds(500) });
        var began = _world.Time.GetUtcNow();

        (await Should.ThrowAsync<ImmutableBuildException>(HealAsync)).Code.ShouldBe("IMB8006");

        (_world.Time.GetUtcNow() - began).ShouldBeLessThan(TimeSpan.FromSeconds(10));
        _world.Target.Calls[^1].ShouldBe("GiveUp 0");
    }

    [Fact, Trait("Fault", "F16")]
    public async Task There_are_never_fewer_that_answer_than_before()
    {
        await _world.ReleaseAsync(1, instances: 2);
        Drifted("0", DriftKind.Files);
        Drifted("1", DriftKind.Files);
        var fewest = int.MaxValue;
        _world.Target.Watch = change => fewest = Math.Min(fewest, change.After.Generations[0].Instances.Count(instance => instance.Answers()));

        (await HealAsync()).Healed.Length.ShouldBe(2);

        fewest.ShouldBe(2);
    }

    [Theory, Trait("Fault", "F01"), Trait("Fault", "F39")]
    [InlineData("Begin 0", Fault.ReplyLost)]
    [InlineData("Begin 0", Fault.NotDone)]
    [InlineData("Finish 0", Fault.ReplyLost)]
    [InlineData("Finish 0", Fault.NotDone)]
    public async Task A_reply_that_is_lost_costs_one_more_look(string lost, Fault fault)
    {
        await _world.ReleaseAsync(1);
        Drifted("0", DriftKind.Files);
        var left = 1;
        _world.Target.Faults = call => call == lost && left-- == 1 ? fault : Fault.None;

        await HealAsync();

        _world.Now.Generations.ShouldHaveSingleItem().Instances.ShouldHaveSingleItem().Name.ShouldBe("1");
        _world.Now.Generations.ShouldHaveSingleItem().Joining.ShouldBeEmpty();
    }

    [Theory, Trait("Fault", "F01"), Trait("Fault", "F03")]
    [InlineData("Begin 0", Fault.DiesAfter)]
    [InlineData("Finish 0", Fault.DiesBefore)]
    [InlineData("Finish 0", Fault.DiesAfter)]
    public async Task What_a_killed_heal_left_goes_with_the_next_release(string at, Fault fault)
    {
        await _world.ReleaseAsync(1);
        Drifted("0", DriftKind.Files);
        var died = false;
        _world.Target.Faults = call => died || call == at ? Die(ref died, call == at ? fault : Fault.DiesBefore) : Fault.None;
        await Should.ThrowAsync<BuildDiedException>(HealAsync);
        _world.Target.Faults = _ => Fault.None;
        _world.Time.Advance(TimeSpan.FromMinutes(1));

        await _world.ReleaseAsync(2);

        _world.Standing.ShouldBe([World.Id(2)]);
        _world.Now.Generations.ShouldAllBe(generation => generation.Joining.IsEmpty);
    }

    [Fact, Trait("Fault", "F02")]
    public async Task A_cancelled_heal_takes_the_fresh_one_back()
    {
        await _world.ReleaseAsync(1);
        Drifted("0", DriftKind.Files);
        using var cancellation = new CancellationTokenSource();
        _world.Target.Faults = call =>
        {
            if (call == "Begin 0")
            {
                cancellation.Cancel();
            }

            return Fault.None;
        };

        await Should.ThrowAsync<OperationCanceledException>(() => HealUntilAsync(cancellation.Token));

        var generation = _world.Now.Generations.ShouldHaveSingleItem();
        (generation.Instances[0].Name, generation.Joining.Length).ShouldBe(("0", 0));
        _world.Now.Lease.ShouldBeNull();
    }

    [Fact, Trait("Fault", "F04")]
    public async Task While_a_release_is_at_work_nothing_is_healed()
    {
        await _world.ReleaseAsync(1);
        Drifted("0", DriftKind.Files);
        await _world.Target.AcquireLeaseAsync(SimulatedSpecs.App, new LeaseRequest("a release", TimeSpan.FromMinutes(5)), Token);

        (await Should.ThrowAsync<ImmutableBuildException>(HealAsync)).Code.ShouldBe("IMB6001");
    }

    [Fact, Trait("Fault", "F38")]
    public async Task Nothing_is_made_of_an_image_that_is_not_verified()
    {
        await _world.ReleaseAsync(1);
        Drifted("0", DriftKind.Files);
        var calls = _world.Target.Calls.Count;
        _verifier.Refuses = true;

        await Should.ThrowAsync<ImmutableBuildException>(HealAsync);

        _world.Target.Calls.Count.ShouldBe(calls);
    }

    [Fact, Trait("Fault", "F06")]
    public async Task A_heal_between_two_stages_overtakes_no_release()
    {
        await _world.ReleaseAsync(1);
        var desired = _world.Desire(2);
        await _world.RunAsync(desired with { Goal = RolloutGoal.Created });
        var sequence = _world.Now.LiveSequence;
        Drifted("0", DriftKind.Files);
        await HealAsync();

        await _world.RunAsync(desired with { LiveSequence = sequence });

        _world.Serving.ShouldBe(World.Id(2));
    }

    [Fact, Trait("Fault", "F30")]
    public async Task After_a_heal_a_rollback_goes_where_it_would_have_gone()
    {
        await _world.ReleaseAsync(1);
        await _world.ReleaseAsync(2);
        Drifted("0", DriftKind.Files);

        await HealAsync();

        RollbackTarget.TryChoose(_world.Now)!.Id.ShouldBe(World.Id(1));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static Fault Die(ref bool died, Fault fault)
    {
        died = true;
        return fault;
    }

    private void Drifted(string instance, params DriftKind[] kinds) => Array.ForEach(kinds, kind => _world.Target.Drift.Add(new DriftFinding(_world.Serving, instance, kind, "something", "as released", "changed")));

    private Task<HealResult> HealAsync() => HealUntilAsync(Token);

    private Task<HealResult> HealUntilAsync(CancellationToken cancelled) =>
        new Heal(_world.Target, _verifier, _world.Time, _world.Reporter).RunAsync(SimulatedSpecs.App, _world.Plan, cancelled);

    private sealed class Verifier : IImageVerifier
    {
        public int Asked { get; private set; }

        public bool Refuses { get; set; }

        public Task VerifyAsync(AppKey app, CommitSha commit, string repository, Digest image, CancellationToken cancellationToken)
        {
            Asked++;
            return Refuses ? Task.FromException(InternalErrors.Unexpected(new InvalidOperationException("not signed"))) : Task.CompletedTask;
        }
    }
}
