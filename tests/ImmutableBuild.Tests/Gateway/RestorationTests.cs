using ImmutableBuild.Gateway.Serving;
using ImmutableBuild.Gateway.State;
using ImmutableBuild.Generations;

namespace ImmutableBuild.Tests.Gateway;

/// <summary>A gateway that is started again lets clients wait until an instance is known to be healthy.</summary>
public sealed class RestorationTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(500);

    private readonly ScriptedInstance _instance = new() { Http1 = () => 503 };
    private readonly LeapingTime _time = new();
    private readonly GatewayParts _gateway;

    public RestorationTests()
    {
        _gateway = new GatewayParts(time: _time);
        var spec = GatewayParts.Spec(new RuntimeConfiguration { Probe = Probe.Default with { Timeout = Patience } });
        var record = new GenerationRecord(spec, null, DateTimeOffset.UtcNow, GenerationPhase.Running, [new InstanceRecord("0", _instance.Port, Host: "127.0.0.1")]);
        _gateway.Surroundings.Store.Change(state => state with { Route = Route.To(spec.Id), Generations = [record] });
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_gateway.Fleet.All.Select(generation => generation.StopAsync()));
        await _gateway.DisposeAsync();
        _instance.Dispose();
    }

    [Fact]
    [Trait("Fault", "F08")]
    public async Task A_machine_that_stood_still_meanwhile_has_not_used_up_the_time_to_get_healthy()
    {
        var restoring = Restoration.RunAsync(_gateway.Fleet, _gateway.Destruction, _gateway.Replacements, _gateway.Surroundings, predecessor: null);

        _time.Leap(TimeSpan.FromHours(1));

        SpinWait.SpinUntil(() => restoring.IsCompleted, Moment).ShouldBeFalse("no instance is healthy yet");
        _instance.Http1 = () => 200;
        await restoring.WaitAsync(Patience, TestContext.Current.CancellationToken);
        _gateway.Fleet.Routes.Form.Generations.ShouldAllBe(generation => !generation.Rotation.IsEmpty);
    }

    /// <summary>Time that passes at once, as for a process on a machine that stood still.</summary>
    private sealed class LeapingTime : TimeProvider
    {
        private long _leapt;

        public override long GetTimestamp() => base.GetTimestamp() + Interlocked.Read(ref _leapt);

        public void Leap(TimeSpan by) => Interlocked.Add(ref _leapt, (long)(by.TotalSeconds * TimestampFrequency));
    }
}
