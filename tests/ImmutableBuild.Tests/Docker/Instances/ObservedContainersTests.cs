using ImmutableBuild.Docker;
using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Docker.Instances;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Rollouts;
using ImmutableBuild.Tests.Gateway;

namespace ImmutableBuild.Tests.Docker.Instances;

/// <summary>What the engine says of containers, joined with what the gateway sees.</summary>
public sealed class ObservedContainersTests
{
    private static readonly GenerationSpec s_spec = GatewayParts.Spec(new RuntimeConfiguration());
    private static readonly AppNames s_names = new(GatewayParts.App);

    [Fact]
    [Trait("Fault", "F14")]
    public void Each_end_of_a_container_counts_once_whether_the_engine_is_about_to_start_it_again_or_has()
    {
        // The engine raises its count as soon as it has decided to start the container again.
        int[] ends = [.. new[] { Running(0), Restarting(1), Running(1), Restarting(2), Running(2), Exited(2) }.Select(container => Observe(container).Ends())];

        ends.ShouldBe([0, 1, 1, 2, 2, 3]);
    }

    private static ContainerState Running() => new() { Status = "running", Running = true };

    private static (ContainerState State, int Count) Running(int count) => (Running(), count);

    private static (ContainerState State, int Count) Restarting(int count) => (Running() with { Status = "restarting", Restarting = true }, count);

    private static (ContainerState State, int Count) Exited(int count) => (new ContainerState { Status = "exited" }, count);

    private static ObservedInstance Observe((ContainerState State, int Count) seen)
    {
        var container = new ContainerInspectResponse
        {
            ID = "c1",
            Name = $"/{s_names.Instance(s_spec.Id, "0")}",
            State = seen.State,
            RestartCount = seen.Count,
            Config = new ContainerConfiguration(),
            HostConfig = new HostConfiguration(),
        };
        var instance = new ObservedInstance("0", InstanceState.Running, "web:8080", InstanceIdentity.Confirmed, 1, null, 0, null);
        var now = DateTimeOffset.UnixEpoch;
        var generation = new ObservedGeneration(s_spec, now, GenerationPhase.Running, [instance], 0, null);
        var observed = new Observation(GatewayParts.App, now, [generation], new RouteState(Route.None, now, null), null, []);
        return new ObservedContainers(s_names, [container], new Dictionary<string, int>()).Complete(observed).Generations.Single().Instances.Single();
    }
}
