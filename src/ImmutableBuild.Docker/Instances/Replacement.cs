using System.Globalization;
using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Errors;
using ImmutableBuild.Gateway;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Drift;

namespace ImmutableBuild.Docker.Instances;

/// <summary>A fresh container in the place of another one of its generation. The gateway is told of it before it exists, and decides which of the two gets requests.</summary>
internal sealed class Replacement(IDockerClient client, AppNames names, DockerTargetOptions options, GatewayClient control)
{
    private readonly InstanceContainers _instances = new(client, names);

    /// <summary>Starts a fresh container beside <paramref name="instance"/>, or goes on with the one that was begun before.</summary>
    public async Task BeginAsync(GenerationId id, string instance, Lease lease, CancellationToken cancellationToken)
    {
        var containers = await _instances.ListAsync(cancellationToken);
        var generation = (await control.ObserveAsync(cancellationToken)).Find(id) ?? throw GatewayErrors.NotReplaceable(names.App, id, instance);
        var spec = generation.Spec;
        var secrets = SecretValues.Read(spec, options.ReadVariable);
        var image = await options.EnsureImage(client, spec, cancellationToken);
        var begun = generation.Joining.FirstOrDefault(joining => joining.Replaces == instance);
        var place = _instances.Place(spec, begun?.Instance.Name ?? NextName(generation, containers));
        await control.ReplaceAsync(id, instance, ReplacementStep.Begin, place, lease, cancellationToken);
        await _instances.StartAsync(spec, new InstancePlan(names, spec, image, secrets.Variables, options.LogDriver), [place], cancellationToken);
    }

    /// <summary>Gives the fresh container the place. The replaced one is unpaused where someone paused it: it gets no more requests, but has to answer those it has.</summary>
    public async Task FinishAsync(GenerationId id, string instance, Lease lease, CancellationToken cancellationToken)
    {
        await control.ReplaceAsync(id, instance, ReplacementStep.Finish, null, lease, cancellationToken);
        var replaced = await Found.OrNullAsync(client.Containers.InspectContainerAsync(names.Instance(id, instance), cancellationToken));
        if (replaced is { State.Paused: true } && IsOurs(replaced))
        {
            await Found.IfThereAsync(client.Containers.UnpauseContainerAsync(replaced.ID, cancellationToken));
        }
    }

    private bool IsOurs(ContainerInspectResponse container) => names.Labels.All(label => container.Config.Labels?.GetValueOrDefault(label.Key) == label.Value);

    /// <summary>The number after all those of its generation, and of containers that are still on their way out.</summary>
    private static string NextName(ObservedGeneration generation, IReadOnlyList<ContainerInspectResponse> containers)
    {
        var known = generation.Instances.Concat(generation.Joining.Select(joining => joining.Instance)).Concat(generation.Leaving).Select(instance => instance.Name);
        var there = containers
            .Where(container => container.Config.Labels?.GetValueOrDefault(AppNames.GenerationLabel) == generation.Id.ToString())
            .Select(container => container.Config.Labels?.GetValueOrDefault(AppNames.InstanceLabel));
        var last = known.Concat(there).Max(name => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1);
        return (last + 1).ToString(CultureInfo.InvariantCulture);
    }
}
