using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Rollouts;
using ImmutableBuild.Releases;

namespace ImmutableBuild.IntegrationTests.Targets;

/// <summary>What every target has to do. Each adapter derives from it and runs it against the real system.</summary>
public abstract class DeploymentTargetContract : IAsyncLifetime
{
    private static readonly TimeSpan s_long = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private IContractFixture? _bed;

    protected IContractFixture Bed => _bed!;

    private IDeploymentTarget Target => Bed.Target;

    private AppKey App => Bed.App;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    protected abstract Task<IContractFixture> CreateFixtureAsync();

    public async ValueTask InitializeAsync() => _bed = await CreateFixtureAsync();

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_bed is not null)
        {
            await _bed.DisposeAsync();
        }
    }

    [Fact]
    public async Task An_app_never_released_has_nothing()
    {
        var seen = await ObserveAsync();

        seen.Generations.ShouldBeEmpty();
        seen.Route.Route.ShouldBe(Route.None);
        seen.Lease.ShouldBeNull();
        seen.Ledger.ShouldBeEmpty();
    }

    [Fact, Trait("Fault", "F04")]
    public async Task The_lease_has_one_holder_who_is_named_to_the_other()
    {
        await Target.AcquireLeaseAsync(App, new LeaseRequest("first", s_long), Ct);

        var refused = await Should.ThrowAsync<ImmutableBuildException>(() => Bed.Elsewhere.AcquireLeaseAsync(App, new LeaseRequest("second", s_long), Ct));

        refused.Code.ShouldBe("IMB6001");
        refused.Message.ShouldContain("first");
        (await ObserveAsync()).Lease!.Holder.ShouldBe("first");
    }

    [Fact]
    public async Task The_same_holder_renews_with_the_same_token()
    {
        var first = await LeaseAsync("one");
        var again = await LeaseAsync("one");

        again.FencingToken.ShouldBe(first.FencingToken);
        again.ExpiresAt.ShouldBeGreaterThanOrEqualTo(first.ExpiresAt);
    }

    [Fact]
    public async Task A_lease_given_back_is_free_and_the_next_token_is_higher()
    {
        var first = await LeaseAsync("first");
        await Target.ReleaseLeaseAsync(App, first, Ct);
        await Target.ReleaseLeaseAsync(App, first, Ct);

        (await LeaseAsync("second")).FencingToken.ShouldBeGreaterThan(first.FencingToken);
    }

    [Fact, Trait("Fault", "F05"), Trait("Fault", "F03")]
    public async Task A_lease_expires_by_itself_and_its_holder_is_fenced_off()
    {
        var stale = await Target.AcquireLeaseAsync(App, new LeaseRequest("first", TimeSpan.FromSeconds(1)), Ct);
        await EventuallyAsync(seen => seen.Lease is null);
        await LeaseAsync("second");

        await RefusedAsync("IMB6002", () => Target.CreateAsync(Bed.Spec(App, AppVariant.Healthy), stale, Ct));
        await RefusedAsync("IMB6002", () => Target.RouteAsync(App, Route.None, stale, Ct));
        (await ObserveAsync()).Generations.ShouldBeEmpty();
    }

    [Fact]
    public async Task Creating_gives_no_traffic()
    {
        var (spec, _) = await CreateHealthyAsync();

        var seen = await ObserveAsync();

        seen.Route.Route.ShouldBe(Route.None);
        seen.Find(spec.Id)!.Spec.Commit.ShouldBe(spec.Commit);
        (await Bed.AskAsync(App)).ShouldBeNull();
    }

    [Fact, Trait("Fault", "F39")]
    public async Task Creating_again_finds_the_work_done()
    {
        var (spec, lease) = await CreateHealthyAsync();
        var before = (await ObserveAsync()).Generations.ShouldHaveSingleItem();

        await Target.CreateAsync(spec, lease, Ct);
        await Bed.Elsewhere.CreateAsync(spec, lease, Ct);

        var after = (await ObserveAsync()).Generations.ShouldHaveSingleItem();
        after.CreatedAt.ShouldBe(before.CreatedAt);
        after.Instances.Select(instance => instance.Restarts).ShouldAllBe(restarts => restarts == 0);
    }

    [Fact]
    public async Task All_instances_are_made_probed_and_known()
    {
        var (spec, _) = await CreateHealthyAsync(instances: 2);

        var seen = (await ObserveAsync()).Find(spec.Id)!;

        seen.Phase.ShouldBe(GenerationPhase.Running);
        seen.Instances.Length.ShouldBe(2);
        seen.Instances.Select(instance => instance.Name).ShouldBe(["0", "1"], ignoreOrder: true);
        seen.Instances.ShouldAllBe(instance => instance.Identity == InstanceIdentity.Confirmed && instance.State == InstanceState.Running);
    }

    [Fact]
    public async Task The_route_moves_for_the_next_request()
    {
        var (first, lease) = await CreateHealthyAsync();
        await Target.RouteAsync(App, Route.To(first.Id), lease, Ct);
        (await Bed.AskAsync(App)).ShouldBe(first.Id);
        var (second, _) = await CreateHealthyAsync(version: 2, lease: lease);
        (await Bed.AskAsync(App)).ShouldBe(first.Id);

        await Target.RouteAsync(App, Route.To(second.Id), lease, Ct);

        (await Bed.AskAsync(App)).ShouldBe(second.Id);
        (await Bed.Elsewhere.ObserveAsync(App, Ct)).Route.Route.ShouldBe(Route.To(second.Id));
    }

    [Fact]
    public async Task A_route_set_again_keeps_its_counters_and_a_new_one_begins_anew()
    {
        var (spec, lease) = await CreateHealthyAsync();
        await Target.RouteAsync(App, Route.To(spec.Id), lease, Ct);
        await Bed.PauseAsync(TimeSpan.FromMilliseconds(200));
        await Bed.AskAsync(App);
        var before = await ObserveAsync();

        await Target.RouteAsync(App, Route.To(spec.Id), lease, Ct);

        var after = await ObserveAsync();
        after.Route.Since.ShouldBe(before.Route.Since);
        after.Find(spec.Id)!.Traffic!.Requests.ShouldBeGreaterThanOrEqualTo(before.Find(spec.Id)!.Traffic!.Requests);
    }

    [Fact, Trait("Fault", "F24")]
    public async Task The_public_entry_itself_is_observed()
    {
        var (spec, lease) = await CreateHealthyAsync();
        await Target.RouteAsync(App, Route.To(spec.Id), lease, Ct);

        var seen = await EventuallyAsync(seen => seen.Route.Serving?.Consecutive >= 3);

        seen.Route.Serving!.Generation.ShouldBe(spec.Id);
    }

    [Fact, Trait("Fault", "F13")]
    public async Task A_route_to_what_is_missing_or_unhealthy_is_refused()
    {
        var (healthy, lease) = await CreateHealthyAsync();
        await Target.RouteAsync(App, Route.To(healthy.Id), lease, Ct);
        var broken = Bed.Spec(App, AppVariant.NeverListens, version: 2);
        await Target.CreateAsync(broken, lease, Ct);

        await RefusedAsync("IMB7", () => Target.RouteAsync(App, Route.To(broken.Id), lease, Ct));
        await RefusedAsync("IMB7", () => Target.RouteAsync(App, Route.Split(healthy.Id, broken.Id, 10), lease, Ct));
        await RefusedAsync("IMB7", () => Target.RouteAsync(App, Route.To(Bed.Spec(App, AppVariant.Healthy, version: 3).Id), lease, Ct));

        (await ObserveAsync()).Route.Route.ShouldBe(Route.To(healthy.Id));
        (await Bed.AskAsync(App)).ShouldBe(healthy.Id);
    }

    [Fact, Trait("Fault", "F25")]
    public async Task What_has_traffic_is_never_destroyed()
    {
        var (spec, lease) = await CreateHealthyAsync();
        await Target.RouteAsync(App, Route.To(spec.Id), lease, Ct);

        await RefusedAsync("IMB8", () => Target.DestroyAsync(App, spec.Id, lease, Ct));

        (await Bed.AskAsync(App)).ShouldBe(spec.Id);
    }

    [Fact]
    public async Task Destroying_ends_with_nothing_left_and_may_be_repeated()
    {
        var (first, lease) = await CreateHealthyAsync();
        await Target.RouteAsync(App, Route.To(first.Id), lease, Ct);
        var (second, _) = await CreateHealthyAsync(version: 2, lease: lease);

        await Target.DestroyAsync(App, second.Id, lease, Ct);
        await Target.DestroyAsync(App, second.Id, lease, Ct);
        await EventuallyAsync(seen => seen.Find(second.Id) is null);
        await Target.DestroyAsync(App, second.Id, lease, Ct);

        (await ObserveAsync()).Generations.ShouldHaveSingleItem().Id.ShouldBe(first.Id);
    }

    [Fact]
    public async Task The_ledger_numbers_its_entries_and_takes_a_repeated_one_once()
    {
        var lease = await LeaseAsync();
        var entry = Entry(Bed.Spec(App, AppVariant.Healthy), LedgerEvent.Live);

        await Target.RecordAsync(App, entry, lease, Ct);
        await Target.RecordAsync(App, entry, lease, Ct);
        await Target.RecordAsync(App, Entry(Bed.Spec(App, AppVariant.Healthy, version: 2), LedgerEvent.Failed), lease, Ct);
        await Target.RecordAsync(App, entry, lease, Ct);

        var ledger = (await Bed.Elsewhere.ObserveAsync(App, Ct)).Ledger;
        ledger.Select(line => line.Sequence).ShouldBe([1, 2, 3]);
        ledger.Select(line => line.Event).ShouldBe([LedgerEvent.Live, LedgerEvent.Failed, LedgerEvent.Live]);
        ledger[0].Spec.Id.ShouldBe(entry.Spec.Id);
        ledger[0].At.ShouldNotBe(default);
    }

    [Fact, Trait("Fault", "F12")]
    public async Task A_broken_app_is_seen_as_it_is()
    {
        var lease = await LeaseAsync();
        var silent = Bed.Spec(App, AppVariant.NeverListens);
        var failing = Bed.Spec(App, AppVariant.Answers500, version: 2);
        await Target.CreateAsync(silent, lease, Ct);
        await Target.CreateAsync(failing, lease, Ct);

        var seen = await EventuallyAsync(seen => seen.Generations.Length == 2 && seen.Generations.All(generation => generation.Instances.All(instance => instance.LastProbe is not null)));

        seen.Generations.SelectMany(generation => generation.Instances).ShouldAllBe(instance => instance.ConsecutiveHealthy == 0 && !instance.LastProbe!.Healthy);
    }

    [Fact, Trait("Fault", "F12")]
    public async Task A_crash_shows_exit_code_and_log()
    {
        var lease = await LeaseAsync();
        var spec = Bed.Spec(App, AppVariant.CrashesSoon);
        await Target.CreateAsync(spec, lease, Ct);

        var seen = await EventuallyAsync(seen => seen.Find(spec.Id)?.Instances is [{ ExitCode: not null }]);

        seen.Find(spec.Id)!.Instances[0].ExitCode.ShouldBe(134);
        (await Target.ReadLogAsync(App, spec.Id, "0", 5, Ct)).Count.ShouldBeInRange(1, 5);
    }

    [Fact, Trait("Fault", "F41")]
    public async Task Environments_on_one_system_never_touch_each_other()
    {
        var (spec, lease) = await CreateHealthyAsync();
        await Target.RouteAsync(App, Route.To(spec.Id), lease, Ct);
        var other = Bed.OtherEnvironment;
        var otherLease = await Target.AcquireLeaseAsync(other, new LeaseRequest("other", s_long), Ct);
        var otherSpec = Bed.Spec(other, AppVariant.Healthy);
        await Target.CreateAsync(otherSpec, otherLease, Ct);

        await Target.StopAsync(other, otherLease, Ct);

        (await Bed.AskAsync(App)).ShouldBe(spec.Id);
        (await ObserveAsync()).Generations.ShouldHaveSingleItem();
        (await Target.ObserveAsync(other, Ct)).Generations.ShouldBeEmpty();
    }

    [Fact]
    public async Task Stopping_leaves_nothing_but_the_ledger()
    {
        await ReleaseAsync(AppVariant.Healthy);
        var lease = await LeaseAsync("stopper");

        await Target.StopAsync(App, lease, Ct);

        var seen = await ObserveAsync();
        seen.Generations.ShouldBeEmpty();
        seen.Route.Route.ShouldBe(Route.None);
        seen.Ledger.ShouldHaveSingleItem();
        (await Bed.AskAsync(App)).ShouldBeNull();
    }

    [Fact, Trait("Fault", "F07")]
    public async Task A_release_replaces_what_served_and_again_changes_nothing()
    {
        await ReleaseAsync(AppVariant.Healthy);
        var second = await ReleaseAsync(AppVariant.Healthy, version: 2);

        var again = await RunAsync(second.Observed.Generations[0].Spec, RolloutGoal.Live);

        (await Bed.AskAsync(App)).ShouldBe(second.Observed.Generations.ShouldHaveSingleItem().Id);
        second.Observed.Ledger.Length.ShouldBe(2);
        second.RequestsLost.ShouldBe(0);
        again.Unchanged.ShouldBeTrue();
    }

    [Theory, Trait("Fault", "F12"), Trait("Fault", "F14")]
    [InlineData(AppVariant.NeverListens)]
    [InlineData(AppVariant.Answers500)]
    [InlineData(AppVariant.CrashesSoon)]
    public async Task A_failed_release_leaves_nothing_and_the_old_one_serves(AppVariant broken)
    {
        var first = await ReleaseAsync(AppVariant.Healthy);
        var spec = Bed.Spec(App, broken, version: 2);

        var failure = await Should.ThrowAsync<ImmutableBuildException>(() => RunAsync(spec, RolloutGoal.Live));

        failure.Code.ShouldStartWith("IMB7");
        var seen = await ObserveAsync();
        var serving = seen.Generations.ShouldHaveSingleItem();
        serving.Id.ShouldBe(first.Observed.Generations[0].Id);
        failure.Message.ShouldContain(serving.Id.ToString());
        seen.Ledger[^1].Event.ShouldBe(LedgerEvent.Failed);
        seen.Lease.ShouldBeNull();
        (await Bed.AskAsync(App)).ShouldBe(serving.Id);
    }

    private async Task<RolloutResult> ReleaseAsync(AppVariant variant, int version = 1)
    {
        var spec = Bed.Spec(App, variant, version);
        await RunAsync(spec, RolloutGoal.Created);
        await RunAsync(spec, RolloutGoal.Live);
        return await RunAsync(spec, RolloutGoal.Converged);
    }

    private Task<RolloutResult> RunAsync(GenerationSpec spec, RolloutGoal goal)
    {
        var desired = new Desired
        {
            Spec = spec,
            Plan = new RolloutPlan { HealthTimeout = goal == RolloutGoal.Live ? TimeSpan.FromSeconds(8) : s_patience, Soak = TimeSpan.FromSeconds(6) },
            Goal = goal,
            Cause = LedgerCause.Release,
            Writer = "contract",
        };
        return new RolloutRunner(Target, Bed.Time, new SilentReporter(), new RolloutSettings()).RunAsync(desired, Ct);
    }

    private static LedgerEntry Entry(GenerationSpec spec, LedgerEvent what) => new() { Event = what, Cause = LedgerCause.Release, Spec = spec, By = "contract" };

    private Task<Lease> LeaseAsync(string holder = "contract") => Target.AcquireLeaseAsync(App, new LeaseRequest(holder, s_long), Ct);

    private Task<Observation> ObserveAsync() => Target.ObserveAsync(App, Ct);

    protected async Task<(GenerationSpec Spec, Lease Lease)> CreateHealthyAsync(int version = 1, int instances = 1, Lease? lease = null)
    {
        lease ??= await LeaseAsync();
        var spec = Bed.Spec(App, AppVariant.Healthy, version, instances);
        await Target.CreateAsync(spec, lease, Ct);
        await EventuallyAsync(seen => seen.Find(spec.Id) is { } generation
            && generation.Instances.Length == instances
            && generation.Instances.All(instance => instance.ConsecutiveHealthy >= 3));
        return (spec, lease);
    }

    protected async Task<Observation> EventuallyAsync(Func<Observation, bool> condition)
    {
        var began = Bed.Time.GetTimestamp();
        while (true)
        {
            var seen = await ObserveAsync();
            if (condition(seen))
            {
                return seen;
            }

            Bed.Time.GetElapsedTime(began).ShouldBeLessThan(s_patience, $"Still not so: {string.Join("; ", seen.Generations.Select(generation => $"{generation.Id} {generation.Phase} {string.Join(',', generation.Instances)}"))}");
            await Bed.PauseAsync(TimeSpan.FromMilliseconds(100));
        }
    }

    private static async Task RefusedAsync(string code, Func<Task> call) =>
        (await Should.ThrowAsync<ImmutableBuildException>(call)).Code.ShouldStartWith(code);

    private sealed class SilentReporter : IReporter
    {
        public void Started(StageName stage)
        {
        }

        public void Finished(StageName stage, TimeSpan elapsed, string summary)
        {
        }

        public void Detail(string message)
        {
        }

        public void Warn(Diagnostic warning)
        {
        }
    }
}
