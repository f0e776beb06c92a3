using ImmutableBuild.Errors;
using ImmutableBuild.Gateway.State;
using ImmutableBuild.Gateway.Supervision;
using ImmutableBuild.Generations;

namespace ImmutableBuild.Tests.Gateway;

/// <summary>A stop waits for what is in flight, and its lease may end before.</summary>
public sealed class StopOrderTests : IAsyncDisposable
{
    private readonly SettableTime _time = new();
    private readonly GatewayParts _gateway;
    private readonly RunningGeneration _generation;

    public StopOrderTests()
    {
        _gateway = new GatewayParts(time: _time);
        var spec = GatewayParts.Spec(new RuntimeConfiguration { Port = 8080 });
        _generation = _gateway.Add(new GenerationRecord(spec, null, _time.Now, GenerationPhase.Running, [new InstanceRecord("0", 8080, Host: "instance")]));
    }

    private string StateDirectory => _gateway.Surroundings.StateDirectory;

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task What_the_next_holder_of_the_lease_has_begun_is_left_alone()
    {
        var stopping = BeginStop();

        _time.Now += TimeSpan.FromMinutes(3);
        var next = _gateway.Orders.Acquire(new LeaseRequest("release", TimeSpan.FromMinutes(2)));
        _generation.Traffic.Leave();

        (await Should.ThrowAsync<ImmutableBuildException>(() => stopping)).Code.ShouldBe(DeployErrors.LeaseLostCode);
        StateStore.Open(StateDirectory, GatewayParts.App, _time, _gateway.Surroundings.Log).Current.Lease.ShouldNotBeNull().FencingToken.ShouldBe(next.FencingToken);
    }

    [Fact]
    public async Task Where_nobody_has_the_lease_since_it_is_a_stop_like_any_other()
    {
        var stopping = BeginStop();

        _time.Now += TimeSpan.FromMinutes(3);
        _generation.Traffic.Leave();
        await stopping;

        File.Exists(Path.Combine(StateDirectory, "state.json")).ShouldBeFalse();
    }

    [Fact]
    [Trait("Fault", "F04")]
    public async Task Nobody_gets_the_lease_of_a_gateway_that_is_ending()
    {
        var stopping = BeginStop();
        _time.Now += TimeSpan.FromMinutes(3);
        _generation.Traffic.Leave();
        await stopping;

        var refused = Should.Throw<ImmutableBuildException>(() => _gateway.Orders.Acquire(new LeaseRequest("release", TimeSpan.FromMinutes(2))));

        (refused.Code, refused.IsTransient).ShouldBe(("IMB6003", true), "the next gateway gives it");
        File.Exists(Path.Combine(StateDirectory, "state.json")).ShouldBeFalse();
    }

    private Task BeginStop()
    {
        _generation.Traffic.Enter();
        return _gateway.Orders.StopAsync(_gateway.Orders.Acquire(new LeaseRequest("stop", TimeSpan.FromMinutes(2))));
    }

    private sealed class SettableTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 11, 21, 8, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
