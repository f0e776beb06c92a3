using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Rollouts;
using ImmutableBuild.Images;
using ImmutableBuild.Releases;
using ImmutableBuild.Tests.Generations.Simulation;
using ImmutableBuild.Trust;

namespace ImmutableBuild.Tests.Generations;

/// <summary>Going back.</summary>
public sealed class RollbackTests
{
    private readonly World _world = new(new RolloutPlan { Keep = 1 });
    private readonly Dictionary<string, string> _variables = [];
    private readonly CountingVerifier _verifier = new();

    [Fact, Trait("Fault", "F27")]
    public async Task A_standby_gets_the_route_at_once_and_nothing_is_created()
    {
        await _world.ReleaseAsync(1);
        await _world.ReleaseAsync(2);
        var calls = _world.Target.Calls.Count;

        var result = await RollbackAsync();

        result.WasStandby.ShouldBeTrue();
        (result.From, result.To).ShouldBe((World.Id(2), World.Id(1)));
        result.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(1));
        _world.Target.Calls.Skip(calls).ShouldBe([$"route {World.Id(1)} 100%", $"record Live {World.Id(1)}"]);
        _world.Now.Ledger[^1].Cause.ShouldBe(LedgerCause.Rollback);
        _verifier.Asked.ShouldBe(0);
    }

    [Fact, Trait("Fault", "F28"), Trait("Fault", "F33")]
    public async Task What_was_destroyed_is_made_again_with_its_configuration_through_the_same_gate()
    {
        _world.Plan = new RolloutPlan();
        var old = SimulatedSpecs.Spec(1, configuration: new RuntimeConfiguration { Environment = ImmutableSortedDictionary<string, string>.Empty.Add("COLOUR", "green") });
        await _world.RunAsync(_world.Desire(1) with { Spec = old });
        await _world.ReleaseAsync(1);
        _world.Standing.ShouldBe([World.Id(1)]);

        var result = await RollbackAsync();

        result.WasStandby.ShouldBeFalse();
        var live = _world.Now.Generations.ShouldHaveSingleItem().Spec;
        live.Id.ShouldBe(old.Id);
        live.Configuration.Environment["COLOUR"].ShouldBe("green");
        _verifier.Asked.ShouldBe(1);
    }

    [Fact, Trait("Fault", "F28")]
    public async Task What_is_made_again_has_to_pass_the_gate_again()
    {
        _world.Plan = new RolloutPlan();
        await _world.ReleaseAsync(1);
        await _world.ReleaseAsync(2);
        _world.With(1, new SimulatedApp { NeverListens = true });

        await Should.ThrowAsync<ImmutableBuildException>(() => RollbackAsync());

        _world.Standing.ShouldBe([World.Id(2)]);
        (await Should.ThrowAsync<ImmutableBuildException>(() => RollbackAsync())).Code.ShouldBe("IMB8001");
    }

    [Fact, Trait("Fault", "F27"), Trait("Fault", "F28")]
    public async Task A_standby_that_hangs_is_made_anew()
    {
        await _world.ReleaseAsync(1);
        await _world.ReleaseAsync(2);
        Hang(1);
        var calls = _world.Target.Calls.Count;

        var result = await RollbackAsync();

        (result.WasStandby, _world.Serving).ShouldBe((false, World.Id(1)));
        _verifier.Asked.ShouldBe(1);
        _world.Target.Calls.Skip(calls).ShouldBe([$"destroy {World.Id(1)}", $"create {World.Id(1)}", $"route {World.Id(1)} 100%", $"record Live {World.Id(1)}"]);
    }

    [Fact, Trait("Fault", "F27")]
    public async Task What_is_merely_late_is_still_a_standby()
    {
        _world.With(1, new SimulatedApp { ProbeIsLate = probe => probe % 8 == 7 });
        await _world.ReleaseAsync(1);
        await _world.ReleaseAsync(2);
        var made = _world.Now.Find(World.Id(1))!.CreatedAt;
        while (_world.Now.Find(World.Id(1))!.Instances.Single() is { IsLate: false })
        {
            _world.Time.Advance(TimeSpan.FromMilliseconds(100));
        }

        await RollbackAsync();

        _world.Now.Find(World.Id(1))!.CreatedAt.ShouldBe(made);
    }

    [Fact, Trait("Fault", "F27")]
    public async Task A_release_of_what_is_a_standby_that_hangs_makes_it_anew_as_well()
    {
        await _world.ReleaseAsync(1);
        await _world.ReleaseAsync(2);
        Hang(1);

        await _world.ReleaseAsync(1);

        _world.Serving.ShouldBe(World.Id(1));
    }

    [Fact, Trait("Fault", "F29")]
    public async Task Rolling_back_a_rollback_returns_to_the_newer_one()
    {
        await _world.ReleaseAsync(1);
        await _world.ReleaseAsync(2);

        await RollbackAsync();
        await RollbackAsync();

        _world.Serving.ShouldBe(World.Id(2));
        _world.Now.Ledger.Select(entry => (entry.Sequence, entry.Cause, entry.Spec.Id)).ShouldBe(
        [
            (1, LedgerCause.Release, World.Id(1)), (2, LedgerCause.Release, World.Id(2)),
            (3, LedgerCause.Rollback, World.Id(1)), (4, LedgerCause.Rollback, World.Id(2)),
        ]);
    }

    [Fact, Trait("Fault", "F30")]
    public async Task Failed_ones_are_skipped()
    {
        await _world.ReleaseAsync(1);
        await _world.ReleaseAsync(2);
        _world.With(3, new SimulatedApp { NeverListens = true });
        await _world.FailAsync(3);

        await RollbackAsync();

        _world.Serving.ShouldBe(World.Id(1));
        (await Should.ThrowAsync<ImmutableBuildException>(() => RollbackAsync(World.Id(3)))).Code.ShouldBe("IMB8003");
        (await Should.ThrowAsync<ImmutableBuildException>(() => RollbackAsync(World.Id(7)))).Code.ShouldBe("IMB8002");
    }

    [Fact, Trait("Fault", "F30")]
    public async Task With_nothing_before_it_there_is_nothing_to_go_back_to()
    {
        (await Should.ThrowAsync<ImmutableBuildException>(() => RollbackAsync())).Code.ShouldBe("IMB8001");
        await _world.ReleaseAsync(1);

        (await Should.ThrowAsync<ImmutableBuildException>(() => RollbackAsync())).Code.ShouldBe("IMB8001");
    }

    [Fact, Trait("Fault", "F32")]
    public async Task What_is_being_destroyed_is_made_whole_before_it_serves_again()
    {
        _world.Plan = new RolloutPlan();
        await _world.ReleaseAsync(1);
        var second = _world.Desire(2);
        await _world.RunAsync(second);
        _world.Target.DrainsFor = TimeSpan.FromSeconds(5);
        _world.Target.Faults = call => call.StartsWith("destroy", StringComparison.Ordinal) ? Fault.DiesAfter : Fault.None;
        await Should.ThrowAsync<BuildDiedException>(() => _world.RunAsync(second with { Goal = RolloutGoal.Converged }));
        _world.Target.Faults = _ => Fault.None;
        _world.Now.Find(World.Id(1))!.Phase.ShouldBe(GenerationPhase.Destroying);

        await RollbackAsync();

        _world.Serving.ShouldBe(World.Id(1));
        _world.Standing.ShouldBe([World.Id(1)]);
    }

    [Fact]
    public async Task A_secret_that_changed_since_is_no_way_back()
    {
        _world.Plan = new RolloutPlan();
        var digest = SecretDigest.Of(SimulatedSpecs.App, "DB", "old value");
        var secrets = ImmutableSortedDictionary<string, SecretReference>.Empty.Add("DB", new SecretReference("CI_DB", digest));
        var old = SimulatedSpecs.Spec(1, configuration: new RuntimeConfiguration { Secrets = secrets });
        await _world.RunAsync(_world.Desire(1) with { Spec = old });
        await _world.ReleaseAsync(2);
        _variables["CI_DB"] = "new value";

        var refused = await Should.ThrowAsync<ImmutableBuildException>(() => RollbackAsync());

        refused.Code.ShouldBe("IMB8004");
        refused.Message.ShouldContain("CI_DB");
        refused.Message.ShouldNotContain("value2");
        _variables["CI_DB"] = "old value";
        (await RollbackAsync()).To.ShouldBe(old.Id);
    }

    private Task<RollbackResult> RollbackAsync(GenerationId? to = null) =>
        new Rollback(_world.Target, _verifier, _world.Time, _world.Reporter, name => _variables.GetValueOrDefault(name))
            .RunAsync(new RollbackRequest(SimulatedSpecs.App, to, _world.Plan), CancellationToken.None);

    private void Hang(int commit)
    {
        _world.Target.Hang(World.Id(commit));
        while (_world.Now.Find(World.Id(commit))!.Instances.Single() is { IsLate: true } or { ConsecutiveHealthy: > 0 })
        {
            _world.Time.Advance(TimeSpan.FromMilliseconds(100));
        }
    }

    private sealed class CountingVerifier : IImageVerifier
    {
        public int Asked { get; private set; }

        public Task VerifyAsync(AppKey app, CommitSha commit, string repository, Digest image, CancellationToken cancellationToken)
        {
            Asked++;
            return Task.CompletedTask;
        }
    }
}
