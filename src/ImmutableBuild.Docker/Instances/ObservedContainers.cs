using System.Collections.Immutable;
using System.Text.Json;
using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Generations;

namespace ImmutableBuild.Docker.Instances;

/// <summary>
/// Joins what the gateway sees of instances, which is how they answer, with what the engine sees of their containers: whether they
/// run, how often they ended, and that they are made as they should be.
/// </summary>
/// <param name="names">The app's names.</param>
/// <param name="containers">Its instances' containers.</param>
/// <param name="exitCodes">The code of each one's latest end, by the container's id.</param>
internal sealed class ObservedContainers(AppNames names, IReadOnlyList<ContainerInspectResponse> containers, IReadOnlyDictionary<string, int> exitCodes)
{
    /// <summary>What the gateway observed, completed.</summary>
    public Observation Complete(Observation observed)
    {
        var known = observed.Generations.Select(generation => Complete(generation, observed.ObservedAt));
        return observed with { Generations = [.. known, .. Unknown(observed).Select(Leaving)] };
    }

    /// <summary>
    /// Containers of generations and instances that the gateway does not know. It is told of each before the container exists, so it must
    /// have given these up or replaced them.
    /// </summary>
    public IEnumerable<ContainerInspectResponse> Strangers(Observation observed) =>
        containers.Where(container => GenerationOf(container) is not { } id || observed.Find(id) is not { } generation || !Knows(generation, container));

    private bool Knows(ObservedGeneration generation, ContainerInspectResponse container) =>
        generation.Instances.Concat(generation.Joining.Select(joining => joining.Instance)).Concat(generation.Leaving)
            .Any(instance => container.Name == "/" + names.Instance(generation.Id, instance.Name));

    private static GenerationId? GenerationOf(ContainerInspectResponse container) =>
        GenerationId.TryParse(container.Config.Labels?.GetValueOrDefault(AppNames.GenerationLabel), out var id) ? id : null;

    private static GenerationSpec? SpecOf(ContainerInspectResponse container)
    {
        try
        {
            return container.Config.Labels?.GetValueOrDefault(AppNames.SpecLabel) is { } json ? JsonSerializer.Deserialize(json, GenerationsJson.Default.GenerationSpec) : null;
        }
        catch (Exception fault) when (fault is JsonException or FormatException)
        {
            return null;
        }
    }

    private IEnumerable<(GenerationSpec Spec, DateTimeOffset CreatedAt)> Unknown(Observation observed) => Strangers(observed)
        .Where(container => GenerationOf(container) is not { } id || observed.Find(id) is null)
        .Select(container => (Spec: SpecOf(container), CreatedAt: container.Created ?? observed.ObservedAt))
        .Where(found => found.Spec is not null && found.Spec.App == names.App)
        .GroupBy(found => found.Spec!.Id)
        .Select(group => (group.First().Spec!, group.Min(found => found.CreatedAt)));

    private static ObservedGeneration Leaving((GenerationSpec Spec, DateTimeOffset CreatedAt) found) =>
        new(found.Spec, found.CreatedAt, GenerationPhase.Destroying, [], 0, null);

    private ObservedGeneration Complete(ObservedGeneration generation, DateTimeOffset now) => generation with
    {
        Instances = [.. generation.Instances.Select(instance => Complete(generation, instance, now))],
        Joining = [.. generation.Joining.Select(joining => joining with { Instance = Complete(generation, joining.Instance, now) })],
        Leaving = [.. generation.Leaving.Select(instance => Complete(generation, instance, now)), .. Replaced(generation)],
    };

    /// <summary>Instances that the gateway is done with, and whose containers are still there.</summary>
    private IEnumerable<ObservedInstance> Replaced(ObservedGeneration generation) => containers
        .Where(container => GenerationOf(container) == generation.Id && !Knows(generation, container))
        .Select(container => new ObservedInstance(
            container.Config.Labels?.GetValueOrDefault(AppNames.InstanceLabel) ?? container.ID, InstanceState.Exited, null, InstanceIdentity.Unknown, 0, null, RestartsOf(container), null));

    // The engine counts a start as soon as it has decided on it, which is at the end before: that end shows in the state already.
    private static int RestartsOf(ContainerInspectResponse container) => Math.Max(0, container.RestartCount - (container.State.Restarting ? 1 : 0));

    private ObservedInstance Complete(ObservedGeneration generation, ObservedInstance instance, DateTimeOffset now)
    {
        var name = names.Instance(generation.Id, instance.Name);
        var container = containers.FirstOrDefault(container => container.Name == "/" + name);
        if (container is null)
        {
            // While a generation is being created, a missing container was not made yet, or the call was lost: it is created again, and not held against the generation.
            var (state, found) = generation.Phase == GenerationPhase.Creating ? (InstanceState.Starting, "it has no container yet") : (InstanceState.Exited, "its container is gone");
            return instance with { State = state, ConsecutiveHealthy = 0, IsLate = false, LastProbe = new ProbeResult(now, Healthy: false, found) };
        }

        var runs = container.State is { Running: true, Paused: false, Restarting: false };
        var completed = instance with
        {
            State = runs ? InstanceState.Running : container.State.Status == "created" ? InstanceState.Starting : InstanceState.Exited,
            Restarts = RestartsOf(container),
            ExitCode = exitCodes.TryGetValue(container.ID, out var code) ? code : null,
            Identity = instance.Identity == InstanceIdentity.Unknown && IsOurs(container, generation) ? InstanceIdentity.Confirmed : instance.Identity,
            ConsecutiveHealthy = runs ? instance.ConsecutiveHealthy : 0,
            IsLate = runs && instance.IsLate,
        };
        return generation.Spec.Configuration.Probe.Kind == ProbeKind.Process ? AsProcess(completed, container, generation.Spec.Configuration.Probe, now)
            : runs ? completed
            : completed with { LastProbe = new ProbeResult(now, Healthy: false, $"its container is {container.State.Status}") };
    }

    /// <summary>A worker is healthy while it runs: as many times in a row as it could have been looked at since it was started.</summary>
    private static ObservedInstance AsProcess(ObservedInstance instance, ContainerInspectResponse container, Probe probe, DateTimeOffset now)
    {
        var runs = instance.State == InstanceState.Running;
        var since = container.State.StartedAt is { } started && started < now ? now - started : TimeSpan.Zero;
        return instance with
        {
            ConsecutiveHealthy = runs ? (int)Math.Min(since / probe.Interval, int.MaxValue) : 0,
            LastProbe = new ProbeResult(now, runs, $"its container is {container.State.Status}"),
        };
    }

    // Within the app's own network a name leads to the one container that bears it, so it is enough that this container is the right one.
    private bool IsOurs(ContainerInspectResponse container, ObservedGeneration generation) =>
        GenerationOf(container) == generation.Id
        && container.Config.Labels?.GetValueOrDefault(AppNames.ImageLabel) == generation.Spec.Image.ToString()
        && container.NetworkSettings?.Networks?.ContainsKey(names.Network) == true;
}
