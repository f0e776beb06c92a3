using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Drift;
using ImmutableBuild.Generations.Rollouts;
using ImmutableBuild.Releases;
using ImmutableBuild.Tests.Generations.Simulation;

namespace ImmutableBuild.Tests.Generations;

/// <summary>A call that takes longer than the lease goes without renewal.</summary>
public sealed class LongCallTests : IAsyncDisposable
{
    private static readonly LeaseRequest s_request = new("me", TimeSpan.FromSeconds(3));

    private readonly OnlyLeases _target = new();
    private readonly TaskCompletionSource _call = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _renewals;

    public ValueTask DisposeAsync() => _target.DisposeAsync();

    [Fact, Trait("Fault", "F05")]
    public async Task Whoever_loses_the_lease_during_a_call_hears_of_it_only_once_the_call_has_ended()
    {
        _target.Token = () => ++_renewals;
        var change = (await HeldAsync()).WhileAsync(_ => _call.Task, TestContext.Current.CancellationToken);

        change.IsCompleted.ShouldBeFalse("the call is still on its way");
        _call.SetResult();

        (await Should.ThrowAsync<ImmutableBuildException>(() => change)).Code.ShouldBe("IMB6002");
    }

    [Fact, Trait("Fault", "F05")]
    public async Task Whoever_looks_for_long_keeps_the_lease_and_renews_it_no_longer_than_the_look_takes()
    {
        var look = new TaskCompletionSource<int>();
        _target.Token = () =>
        {
            if (++_renewals == 5)
            {
                look.SetResult(7);
            }

            return 1;
        };

        (await (await HeldAsync()).WhileLookingAsync(() => look.Task, TestContext.Current.CancellationToken)).ShouldBe(7);

        _renewals.ShouldBe(5);
    }

    [Fact, Trait("Fault", "F05")]
    public async Task What_was_seen_while_the_lease_was_lost_is_not_acted_upon()
    {
        var look = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        _target.Token = () => ++_renewals;
        var looking = (await HeldAsync()).WhileLookingAsync(() => look.Task, TestContext.Current.CancellationToken);

        looking.IsCompleted.ShouldBeFalse("the look is still on its way");
        look.SetResult(7);

        (await Should.ThrowAsync<ImmutableBuildException>(() => looking)).Code.ShouldBe("IMB6002");
    }

    [Fact]
    public async Task A_look_without_the_lease_asks_for_none()
    {
        _target.Token = () => ++_renewals;
        var lease = new HeldLease(_target, SimulatedSpecs.App, s_request, new VirtualTime(), new CollectingReporter());

        (await lease.WhileLookingAsync(() => Task.FromResult(7), TestContext.Current.CancellationToken)).ShouldBe(7);

        (_renewals, lease.IsHeld).ShouldBe((0, false));
    }

    [Fact, Trait("Fault", "F02")]
    public async Task A_cancelled_run_puts_nothing_right_while_its_own_call_is_on_its_way()
    {
        using var cancellation = new CancellationTokenSource();
        _target.Token = () =>
        {
            if (_renewals++ > 0)
            {
                cancellation.Cancel();
                throw new OperationCanceledException(cancellation.Token);
            }

            return 1;
        };
        var change = (await HeldAsync()).WhileAsync(_ => _call.Task, cancellation.Token);

        change.IsCompleted.ShouldBeFalse("the call is still on its way");
        _call.SetException(new InvalidOperationException("the call itself failed too"));

        await Should.ThrowAsync<OperationCanceledException>(() => change);
    }

    [Fact, Trait("Fault", "F02")]
    public async Task When_the_grace_period_ends_first_the_error_says_where_traffic_goes()
    {
        var world = new World();
        await world.ReleaseAsync(1);
        using var cancellation = new CancellationTokenSource();
        world.Target.Pace = new TargetPace { Grace = TimeSpan.FromSeconds(1) };
        world.Target.Faults = _ =>
        {
            if (world.Target.Calls.Contains($"route {World.Id(2)} 100%"))
            {
                cancellation.Cancel();
            }

            return Fault.None;
        };

        // In virtual time a deadline of a second is over at once.
        var late = await Should.ThrowAsync<ImmutableBuildException>(() =>
            world.RunUntilAsync(world.Desire(2), cancellation.Token));

        late.Code.ShouldBe("IMB6007");
        late.Message.ShouldContain($"traffic went to {World.Id(2)} 100%");
    }

    [Fact, Trait("Fault", "F02")]
    public async Task Cancelled_once_it_is_live_a_release_says_that_it_serves()
    {
        var world = new World();
        await world.ReleaseAsync(1);
        using var cancellation = new CancellationTokenSource();
        world.Target.Faults = call =>
        {
            if (call == $"record Live {World.Id(2)}")
            {
                cancellation.Cancel();
            }

            return Fault.None;
        };

        var cancelled = await Assert.ThrowsAsync<ReleaseCancelledException>(() => world.RunUntilAsync(world.Desire(2), cancellation.Token));

        cancelled.Message.ShouldContain($"traffic went to {World.Id(2)} 100%");
        world.Serving.ShouldBe(World.Id(2));
    }

    private async Task<HeldLease> HeldAsync()
    {
        var lease = new HeldLease(_target, SimulatedSpecs.App, s_request, new VirtualTime(), new CollectingReporter());
        await lease.AcquireAsync(TestContext.Current.CancellationToken);
        return lease;
    }

    /// <summary>A target that gives leases, and has nothing else.</summary>
    private sealed class OnlyLeases : IDeploymentTarget
    {
        public Func<long> Token { get; set; } = () => 1;

        public Task<Lease> AcquireLeaseAsync(AppKey app, LeaseRequest request, CancellationToken cancellationToken) =>
            Task.FromResult(new Lease(request.Holder, Token(), DateTimeOffset.MaxValue));

        public Task ReleaseLeaseAsync(AppKey app, Lease lease, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<Observation> ObserveAsync(AppKey app, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task CreateAsync(GenerationSpec spec, Lease lease, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task RouteAsync(AppKey app, Route route, Lease lease, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task DestroyAsync(AppKey app, GenerationId id, Lease lease, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task RecordAsync(AppKey app, LedgerEntry entry, Lease lease, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<string>> ReadLogAsync(AppKey app, GenerationId id, string instance, int lines, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<ImmutableArray<DriftFinding>> FindDriftAsync(AppKey app, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task ReplaceAsync(AppKey app, GenerationId id, string instance, ReplacementStep change, Lease lease, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task StopAsync(AppKey app, Lease lease, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
