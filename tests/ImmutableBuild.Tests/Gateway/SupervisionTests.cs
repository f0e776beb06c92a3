using System.Collections.Immutable;
using ImmutableBuild.Gateway;
using ImmutableBuild.Gateway.State;
using ImmutableBuild.Gateway.Supervision;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Rollouts;

namespace ImmutableBuild.Tests.Gateway;

/// <summary>What the system refuses a gateway that supervises: it goes on.</summary>
public sealed class SupervisionTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly TellingHost _host = new();
    private readonly GatewayParts _gateway;

    public SupervisionTests() => _gateway = new GatewayParts(_host);

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    [Trait("Fault", "F45")]
    public async Task An_instance_whose_group_may_not_be_signalled_is_started_again()
    {
        var generation = Start();
        _host.RefusedSignals = int.MaxValue;

        _host.End(generation.Instances[0].Record.Process!, code: 1);

        SpinWait.SpinUntil(() => generation.Instances[0].Record.Restarts == 1, Patience).ShouldBeTrue("it is started again");
        _host.Started.ShouldBe(2);
        _host.RefusedSignals = 0;
        await _gateway.Destruction.Begin(generation).WaitAsync(Patience, TestContext.Current.CancellationToken);
        _gateway.Fleet.All.ShouldBeEmpty();
    }

    [Fact]
    [Trait("Fault", "F14")]
    public void An_instance_that_is_being_started_again_shows_that_and_how_it_ended()
    {
        var instance = Start().Instances[0];
        using var looked = new ManualResetEventSlim();
        ObservedInstance? between = null;
        _host.Starting = _ =>
        {
            between = instance.Observe();
            looked.Set();
        };

        _host.End(instance.Record.Process!, code: 3);

        looked.Wait(Patience, TestContext.Current.CancellationToken).ShouldBeTrue("it is started again");
        (between!.State, between.ExitCode, between.Restarts, between.Ends()).ShouldBe((InstanceState.Exited, 3, 0, 1));
        SpinWait.SpinUntil(() => instance.Observe().State == InstanceState.Running, Patience).ShouldBeTrue();
        (instance.Observe().Restarts, instance.Observe().Ends()).ShouldBe((1, 1));
    }

    [Fact]
    [Trait("Fault", "F45")]
    public async Task A_destruction_outlasts_signals_that_are_refused()
    {
        var generation = Start();
        _host.RefusedSignals = 2;

        await _gateway.Destruction.Begin(generation).WaitAsync(Patience, TestContext.Current.CancellationToken);

        _gateway.Fleet.All.ShouldBeEmpty();
        _host.RefusedSignals.ShouldBe(0);
    }

    [Fact]
    public async Task A_destruction_that_fails_is_tried_again()
    {
        var generation = Start();
        generation.Traffic.Enter();
        using var faulty = generation.Traffic.Limits.Requests.Register(() =>
        {
            generation.Traffic.Leave();
            throw new InvalidOperationException("a request that can't be cut");
        });

        await _gateway.Destruction.Begin(generation).WaitAsync(Patience, TestContext.Current.CancellationToken);

        _gateway.Fleet.All.ShouldBeEmpty();
    }

    [Fact]
    [Trait("Fault", "F09")]
    public void A_log_on_a_full_disk_ends_nothing()
    {
        using var full = new FullDisk();
        Should.NotThrow(() => new GatewayLog(full, TimeProvider.System).Write("a line"));
    }

    private RunningGeneration Start()
    {
        var plan = new LaunchPlan("/app", [], "/", ImmutableSortedDictionary<string, string>.Empty);
        var generation = _gateway.Add(new GenerationRecord(Worker, plan, DateTimeOffset.UtcNow, GenerationPhase.Running, [new InstanceRecord("0", 0)]));
        generation.Start();
        return generation;
    }

    private static GenerationSpec Worker => GatewayParts.Spec(new RuntimeConfiguration
    {
        Port = null,
        Probe = Probe.Default with { Kind = ProbeKind.Process },
        DrainTimeout = TimeSpan.Zero,
        StreamDrainTimeout = TimeSpan.Zero,
        StopGrace = TimeSpan.FromMilliseconds(10),
    });

    private sealed class FullDisk : StringWriter
    {
        public override void Flush() => throw new IOException("No space left on device");
    }
}
