using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Gateway;
using ImmutableBuild.Gateway.State;
using ImmutableBuild.Gateway.Supervision;
using ImmutableBuild.Generations;

namespace ImmutableBuild.Tests.Gateway;

/// <summary>A release that is cancelled has its generation destroyed, and the gateway may be starting it just then.</summary>
public sealed class StartOrderTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(500);

    private readonly TellingHost _host = new();
    private readonly GatewayParts _gateway;

    public StartOrderTests() => _gateway = new GatewayParts(_host);

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task What_is_destroyed_while_it_is_started_leaves_no_process()
    {
        var lease = _gateway.Orders.Acquire(new LeaseRequest("release", Patience));
        _host.Starting = started =>
        {
            if (started == Worker.Size)
            {
                _gateway.Orders.Destroy(Worker.Id, lease);
                SpinWait.SpinUntil(() => _gateway.Fleet.All.Count == 0, Moment);
            }
        };

        await _gateway.Orders.CreateAsync(new CreateRequest(Worker, Plan, lease));

        SpinWait.SpinUntil(() => _gateway.Fleet.All.Count == 0, Patience).ShouldBeTrue("it is gone");
        (_host.Started, _host.Running).ShouldBe((Worker.Size, 0));
    }

    [Fact]
    public async Task What_is_destroyed_while_it_is_started_stays_so()
    {
        var lease = _gateway.Orders.Acquire(new LeaseRequest("release", Patience));
        _host.Starting = started =>
        {
            if (started == 1)
            {
                _gateway.Fleet.Find(Worker.Id)!.Traffic.Enter();
                _gateway.Orders.Destroy(Worker.Id, lease);
            }
        };

        await _gateway.Orders.CreateAsync(new CreateRequest(Worker, Plan, lease));

        _gateway.Surroundings.Store.Current.Find(Worker.Id).ShouldNotBeNull().Phase.ShouldBe(GenerationPhase.Destroying);
        _gateway.Fleet.Find(Worker.Id)!.Traffic.Leave();
        SpinWait.SpinUntil(() => _gateway.Fleet.All.Count == 0, Patience).ShouldBeTrue("it is gone");
    }

    [Fact]
    public async Task What_was_stopped_is_not_started()
    {
        var record = new GenerationRecord(Worker, Plan, DateTimeOffset.UtcNow, GenerationPhase.Creating, [new InstanceRecord("0", 0)]);
        var generation = new RunningGeneration(record, _gateway.Surroundings);

        await generation.StopAsync();

        Should.Throw<ImmutableBuildException>(generation.Start).Code.ShouldBe("IMB6056");
        _host.Started.ShouldBe(0);
    }

    /// <summary>Its program has to exist, and is not started: see <see cref="TellingHost"/>.</summary>
    private static LaunchPlan Plan => new(Environment.ProcessPath!, [], "/", ImmutableSortedDictionary<string, string>.Empty);

    private static GenerationSpec Worker { get; } = GatewayParts.Spec(
        new RuntimeConfiguration
        {
            Port = null,
            Probe = Probe.Default with { Kind = ProbeKind.Process },
            DrainTimeout = Patience,
            StreamDrainTimeout = Patience,
            StopGrace = Patience,
        },
        size: 2);
}
