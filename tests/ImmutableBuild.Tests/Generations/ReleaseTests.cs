using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Rollouts;
using ImmutableBuild.Releases;
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

    [Theory, Trait("Fault", "F01")]
    [InlineData(Fault.DiesBefore)]
    [InlineData(Fault.DiesAfter)]
    public async Task Killed_at_any_call_and_run_again_it_converges(Fault death)
    {
        for (var fatal = 0; ; fatal++)
        {
            var world = new World();
            await world.ReleaseAsync(1);
            var calls = 0;
            world.Target.Faults = _ => calls++ == fatal ? death : Fault.None;
            try
            {
                await world.ReleaseAsync(2);
                fatal.ShouldBeGreaterThan(20, "a release makes more calls than that");
                return;
            }
            catch (BuildDiedException)
            {
                world.Time.Advance(TimeSpan.FromSeconds(40));
                await world.ReleaseAsync(2);
            }

            world.Standing.ShouldBe([World.Id(2)]);
            world.Now.Ledger.Length.ShouldBe(2);
            world.Now.Generations[0].Traffic!.Lost.ShouldBe(0);
        }
    }

    [Fact, Trait("Fault", "F03")]
    public async Task After_the_build_died_nothing_switches_by_itself()
    {
        await _world.ReleaseAsync(1);
        _world.Target.Faults = call => call.StartsWith("route", StringComparison.Ordinal) ? Fault.DiesBefore : Fault.None;
        await Should.ThrowAsync<BuildDiedException>(() => _world.ReleaseAsync(2));

        _world.Time.Advance(TimeSpan.FromHours(1));

        _world.Serving.ShouldBe(World.Id(1));
        _world.Now.Lease.ShouldBeNull();
    }

    [Fact, Trait("Fault", "F04")]
    public async Task Of_two_releases_at_once_one_wins_and_the_other_names_it()
    {
        var first = new SimulatedBuild(_world, 1, []);
        var second = new SimulatedBuild(_world, 2, []);
        first.Step();
        second.Step();
        second.Step();

        second.End.ShouldBe(BuildEnd.Failed);
        second.Failure!.Code.ShouldBe("IMB6001");
        second.Failure.Message.ShouldContain("release 1 of 1");
        first.ToItsEnd().End.ShouldBe(BuildEnd.Succeeded);
        _world.Standing.ShouldBe([World.Id(1)]);
        await Task.CompletedTask;
    }

    [Fact, Trait("Fault", "F05")]
    public async Task The_holders_clock_does_not_matter()
    {
        var ahead = new SkewedTime(_world.Time, TimeSpan.FromHours(1));

        await _world.RunAsync(_world.Desire(1), time: ahead);

        _world.Serving.ShouldBe(World.Id(1));
    }

    [Fact, Trait("Fault", "F05"), Trait("Fault", "F06")]
    public async Task A_holder_that_oversleeps_is_fenced_off_and_touches_nothing()
    {
        await _world.ReleaseAsync(1);
        var sleeper = new SimulatedBuild(_world, 2, []);
        for (var step = 0; step < 6; step++)
        {
            sleeper.Step();
        }

        _world.Time.Advance(TimeSpan.FromMinutes(2));
        await _world.ReleaseAsync(3);
        sleeper.ToItsEnd();

        sleeper.End.ShouldBe(BuildEnd.Failed);
        _world.Standing.ShouldBe([World.Id(3)]);
    }

    [Fact, Trait("Fault", "F06")]
    public async Task An_overtaken_release_never_brings_itself_back()
    {
        await _world.ReleaseAsync(1);
        var first = _world.Desire(2) with { LiveSequence = 1 };
        await _world.RunAsync(first);
        await _world.ReleaseAsync(3);

        var gate = await Should.ThrowAsync<ImmutableBuildException>(() => _world.RunAsync(first));
        var destroy = await Should.ThrowAsync<ImmutableBuildException>(() => _world.RunAsync(first with { Goal = RolloutGoal.Converged }));

        gate.Code.ShouldBe("IMB7008");
        destroy.Code.ShouldBe("IMB7008");
        _world.Standing.ShouldBe([World.Id(3)]);
    }

    [Fact]
    public async Task A_killed_release_of_another_commit_loses_its_traffic_first()
    {
        _world.Plan = new RolloutPlan { Strategy = RolloutStrategy.Canary };
        await _world.ReleaseAsync(1);
        _world.Target.Faults = call => call.StartsWith($"route {World.Id(1)} 50", StringComparison.Ordinal) ? Fault.DiesBefore : Fault.None;
        await Should.ThrowAsync<BuildDiedException>(() => _world.ReleaseAsync(2));
        _world.Target.Faults = _ => Fault.None;
        _world.Time.Advance(TimeSpan.FromMinutes(1));
        var calls = _world.Target.Calls.Count;

        await _world.ReleaseAsync(3);

        _world.Target.Calls.Skip(calls).Take(3).ShouldBe([$"route {World.Id(1)} 100%", $"destroy {World.Id(2)}", $"create {World.Id(3)}"]);
        _world.Standing.ShouldBe([World.Id(3)]);
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

        slow.CreationTook.ShouldBeGreaterThan(TimeSpan.FromSeconds(5));
        _world.Serving.ShouldBe(World.Id(2));
    }

    /// <summary>A target whose creation takes until the lease was asked for six more times.</summary>
    private sealed class SlowTarget(SimulatedTarget inner, VirtualTime time) : IDeploymentTarget
    {
        private readonly TaskCompletionSource _created = new();
        private int _renewals;

        public TimeSpan CreationTook { get; private set; }

        public async Task<Lease> AcquireLeaseAsync(AppKey app, LeaseRequest request, CancellationToken cancellationToken)
        {
            var lease = await inner.AcquireLeaseAsync(app, request, cancellationToken);
            if (++_renewals == 7)
            {
                _created.SetResult();
            }

            return lease;
        }

        public async Task CreateAsync(GenerationSpec spec, Lease lease, CancellationToken cancellationToken)
        {
            var began = time.GetTimestamp();
            await _created.Task;
            CreationTook = time.GetElapsedTime(began);
            await inner.CreateAsync(spec, lease, cancellationToken);
        }

        public Task ReleaseLeaseAsync(AppKey app, Lease lease, CancellationToken cancellationToken) => inner.ReleaseLeaseAsync(app, lease, cancellationToken);

        public Task<Observation> ObserveAsync(AppKey app, CancellationToken cancellationToken) => inner.ObserveAsync(app, cancellationToken);

        public Task RouteAsync(AppKey app, Route route, Lease lease, CancellationToken cancellationToken) => inner.RouteAsync(app, route, lease, cancellationToken);

        public Task DestroyAsync(AppKey app, GenerationId id, Lease lease, CancellationToken cancellationToken) => inner.DestroyAsync(app, id, lease, cancellationToken);

        public Task RecordAsync(AppKey app, LedgerEntry entry, Lease lease, CancellationToken cancellationToken) => inner.RecordAsync(app, entry, lease, cancellationToken);

        public Task<IReadOnlyList<string>> ReadLogAsync(AppKey app, GenerationId id, string instance, int lines, CancellationToken cancellationToken) =>
            inner.ReadLogAsync(app, id, instance, lines, cancellationToken);

        public Task StopAsync(AppKey app, Lease lease, CancellationToken cancellationToken) => inner.StopAsync(app, lease, cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    private sealed class SkewedTime(TimeProvider inner, TimeSpan by) : TimeProvider
    {
        public override long TimestampFrequency => inner.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => inner.GetUtcNow() + by;

        public override long GetTimestamp() => inner.GetTimestamp() + by.Ticks;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => inner.CreateTimer(callback, state, dueTime, period);
    }
}
