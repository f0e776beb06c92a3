using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Rollouts;
using ImmutableBuild.Tests.Generations.Simulation;

namespace ImmutableBuild.Tests.Generations;

/// <summary>Releases that go well, and what they meet.</summary>
public sealed class ReleaseTests
{
    private readonly World _world = new();

    [Fact]
    public async Task The_first_release_ever_goes_live()
    {
        var run = await _world.ReleaseAsync(1);

        _world.Serving.ShouldBe(World.Id(1));
        _world.Now.Ledger.ShouldHaveSingleItem().Replaced.ShouldBeNull();
        run.RequestsLost.ShouldBe(0);
    }

    [Fact]
    public async Task The_next_one_replaces_it_and_says_what_it_did()
    {
        await _world.ReleaseAsync(1);

        var run = await _world.ReleaseAsync(2);

        _world.Standing.ShouldBe([World.Id(2)]);
        _world.Now.Ledger[^1].Replaced.ShouldBe(World.Id(1));
        run.RequestsLost.ShouldBe(0);
        run.SwitchTime.ShouldNotBeNull().ShouldBeLessThan(TimeSpan.FromSeconds(1));
        run.NewLatency.ShouldNotBeNull();
        run.OldLatency.ShouldNotBeNull();
        run.Decisions.ShouldContain($"route {World.Id(2)} 100%: every instance is healthy");
    }

    [Fact, Trait("Fault", "F07")]
    public async Task What_is_live_already_costs_no_changing_call()
    {
        await _world.ReleaseAsync(1);
        var calls = _world.Target.Calls.Count;
        var lease = 0;
        _world.Target.Faults = call =>
        {
            lease += call == "acquire" ? 1 : 0;
            return Fault.None;
        };

        var again = await _world.ReleaseAsync(1);

        _world.Target.Calls.Count.ShouldBe(calls);
        lease.ShouldBe(0);
        again.Unchanged.ShouldBeTrue();
    }

    [Fact, Trait("Fault", "F16")]
    public async Task The_new_one_is_as_large_as_the_old_one_was_scaled_out_to()
    {
        await _world.ReleaseAsync(1, instances: 2);
        _world.Target.ScaleOut(_world.Serving!.Value, 10);
        _world.Time.Advance(TimeSpan.FromSeconds(2));

        await _world.ReleaseAsync(2, instances: 2);

        _world.Now.Generations.ShouldHaveSingleItem().Spec.Size.ShouldBe(10);
    }

    [Fact]
    public async Task Asking_for_fewer_instances_makes_fewer()
    {
        await _world.ReleaseAsync(1, instances: 3);

        await _world.ReleaseAsync(2, instances: 2);

        _world.Now.Generations.ShouldHaveSingleItem().Spec.Size.ShouldBe(2);
    }

    [Fact]
    public async Task Standby_generations_are_kept_newest_first()
    {
        _world.Plan = new RolloutPlan { Keep = 2 };
        for (var commit = 1; commit <= 4; commit++)
        {
            await _world.ReleaseAsync(commit);
        }

        _world.Standing.ShouldBe([World.Id(2), World.Id(3), World.Id(4)]);
        _world.Serving.ShouldBe(World.Id(4));
    }

    [Fact, Trait("Fault", "F40")]
    public async Task A_generation_that_cannot_be_created_leaves_nothing()
    {
        await _world.ReleaseAsync(1);
        _world.With(2, new SimulatedApp { CannotBeCreated = true });

        var failure = await _world.FailAsync(2);

        failure.Message.ShouldContain("no space left on device");
        failure.Message.ShouldContain($"{World.Id(1)} serves");
        _world.Standing.ShouldBe([World.Id(1)]);
        _world.Now.Lease.ShouldBeNull();
    }

    [Fact, Trait("Fault", "F39")]
    public async Task A_target_that_never_answers_ends_the_release_in_bounded_time()
    {
        await _world.ReleaseAsync(1);
        var began = _world.Time.GetUtcNow();
        _world.Target.Faults = _ => Fault.NotDone;

        (await _world.FailAsync(2)).Code.ShouldBe("IMB6003");

        (_world.Time.GetUtcNow() - began).ShouldBeLessThan(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task What_is_live_but_dead_is_not_called_a_success()
    {
        await _world.ReleaseAsync(1);
        _world.Plan = _world.Plan with { HealthTimeout = TimeSpan.FromSeconds(3) };
        _world.Target.Shows = seen => seen with
        {
            Generations = [.. seen.Generations.Select(generation => generation with { Instances = [.. generation.Instances.Select(instance => instance with { ConsecutiveHealthy = 0 })] })],
        };
        var calls = _world.Target.Calls.Count;

        (await _world.FailAsync(1)).Code.ShouldBe("IMB7010");

        _world.Target.Calls.Count.ShouldBe(calls);
    }

    [Fact]
    public async Task A_worker_has_no_traffic_but_is_live_all_the_same()
    {
        _world.Plan = new RolloutPlan { Strategy = RolloutStrategy.Canary };
        _world.Target.EntryFollowsRoute = false;
        var probe = new Probe(ProbeKind.Process, "", TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(1));
        for (var commit = 1; commit <= 2; commit++)
        {
            var spec = SimulatedSpecs.Spec(commit, configuration: new RuntimeConfiguration { Port = null, Probe = probe });
            await _world.RunAsync(_world.Desire(commit) with { Spec = spec });
            _world.Serving.ShouldBe(spec.Id);
        }

        _world.Reporter.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_lease_is_renewed_while_a_call_takes_long()
    {
        await _world.ReleaseAsync(1);
        var slow = new SlowTarget(_world.Target, _world.Time);
        var runner = new RolloutRunner(slow, _world.Time, _world.Reporter, new RolloutSettings { LeaseDuration = TimeSpan.FromSeconds(3) });

        await runner.RunAsync(_world.Desire(2), TestContext.Current.CancellationToken);

        slow.Took.ShouldBeGreaterThan(TimeSpan.FromSeconds(5));
        _world.Serving.ShouldBe(World.Id(2));
    }

    [Fact]
    public async Task The_lease_is_renewed_while_a_look_takes_long()
    {
        await _world.ReleaseAsync(1);
        var slow = new SlowTarget(_world.Target, _world.Time) { LooksSlowly = true };
        var runner = new RolloutRunner(slow, _world.Time, _world.Reporter, new RolloutSettings { LeaseDuration = TimeSpan.FromSeconds(3) });

        await runner.RunAsync(_world.Desire(2), TestContext.Current.CancellationToken);

        slow.Took.ShouldBeGreaterThan(TimeSpan.FromSeconds(5));
        _world.Serving.ShouldBe(World.Id(2));
    }
}
