using System.Collections.Immutable;
using System.Net;
using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Docker.Gateways;
using ImmutableBuild.Docker.Instances;
using ImmutableBuild.Gateway;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Drift;

namespace ImmutableBuild.Docker.Drift;

/// <summary>Looks at everything of an app on the engine, and compares it with how a release would make it. Changes nothing.</summary>
internal sealed class DriftLook(IDockerClient client, AppNames names, DockerTargetOptions options, GatewayClient control)
{
    private readonly ContainerLook _look = new(client, names);

    /// <summary>All that differs.</summary>
    public async Task<ImmutableArray<DriftFinding>> FindAsync(CancellationToken cancellationToken)
    {
        var containers = await new InstanceContainers(client, names).ListAsync(cancellationToken);
        var gateway = await new GatewayContainer(client, names, options).FindAsync(cancellationToken);
        if (gateway is null)
        {
            return containers.Count == 0 ? [] : [OfGateway("container", "running", "gone"), .. await ForeignAsync(cancellationToken)];
        }

        if (gateway.State is not { Running: true, Paused: false })
        {
            return [OfGateway("container", "running", gateway.State.Status), .. await ForeignAsync(cancellationToken)];
        }

        var observed = await control.ObserveAsync(cancellationToken);
        var findings = ImmutableArray.CreateBuilder<DriftFinding>();
        foreach (var generation in observed.Generations.Where(generation => generation.Phase == GenerationPhase.Running))
        {
            findings.AddRange(await FindAsync(generation, cancellationToken));
        }

        findings.AddRange(Strangers(observed, containers));
        findings.AddRange(await GatewayAsync(gateway, observed, cancellationToken));
        findings.AddRange(await ForeignAsync(cancellationToken));
        return findings.ToImmutable();
    }

    private static DriftFinding OfGateway(string subject, string expected, string found) => new(null, null, DriftKind.Gateway, subject, expected, found);

    private async Task<IEnumerable<DriftFinding>> FindAsync(ObservedGeneration generation, CancellationToken cancellationToken)
    {
        var image = await options.FindImage(client, generation.Spec, cancellationToken);
        var found = await Task.WhenAll(generation.Instances.Select(async instance =>
            (instance.Name, Differences: await FindAsync(generation.Spec, instance.Name, image, cancellationToken))));
        return found.SelectMany(each => each.Differences.Select(difference =>
            new DriftFinding(generation.Id, each.Name, difference.Kind, difference.Subject, difference.Expected, difference.Found)));
    }

    private async Task<IReadOnlyList<Difference>> FindAsync(GenerationSpec spec, string instance, string? image, CancellationToken cancellationToken)
    {
        var place = new InstanceContainers(client, names).Place(spec, instance);
        if (await Found.OrNullAsync(client.Containers.InspectContainerAsync(place.Host, cancellationToken)) is not { } container)
        {
            return [new Difference(DriftKind.Missing, "container", "there", "gone")];
        }

        var plan = new InstancePlan(names, spec, image ?? $"that of {spec.Image}, which the engine does not have", FoundSecrets.Of(spec, container), logDriver: null).For(place);
        return await _look.FindAsync(plan, container, [], cancellationToken);
    }

    /// <summary>Compares the gateway's container with the plan it was made by, which its labels tell: an upgrade of its program leaves the container as it is.</summary>
    private async Task<IEnumerable<DriftFinding>> GatewayAsync(ContainerInspectResponse gateway, Observation observed, CancellationToken cancellationToken)
    {
        var image = gateway.Config.Labels?.GetValueOrDefault(AppNames.GatewayImageLabel) ?? "that it was made from, which it should name";
        var listens = observed.Generations.IsEmpty ? PublishedPort.Of(gateway) is not null : observed.Generations.Any(generation => generation.Spec.Configuration.Port is not null);
        var found = PublishedPort.Of(gateway);
        var published = listens ? new PublishedPort(options.Bind ?? found?.Address ?? IPAddress.Loopback, found?.Port ?? options.PublicPort) : null;
        var program = gateway.Config.Labels?.GetValueOrDefault(AppNames.GatewayProgramLabel) ?? "";
        var plan = new GatewayContainer(client, names, options).Plan(image, program, names.Network, published);
        var differences = await _look.FindAsync(plan, gateway, [string.Join(' ', GatewayCommand.Connect)], cancellationToken);
        return differences.Select(difference => OfGateway($"{difference.Kind}: {difference.Subject}".ToLowerInvariant(), difference.Expected, difference.Found));
    }

    /// <summary>Containers that are labelled as instances and that the gateway does not know; none while someone has the lease, since these may be about to be removed then.</summary>
    private IEnumerable<DriftFinding> Strangers(Observation observed, IReadOnlyList<ContainerInspectResponse> containers) => observed.Lease is not null
        ? []
        : new ObservedContainers(names, containers, ImmutableDictionary<string, int>.Empty).Strangers(observed).Select(container => new DriftFinding(
            null, null, DriftKind.Foreign, $"container {container.Name?.TrimStart('/')}", "only instances that the gateway knows", "bears the app's labels; who releases or heals next removes it"));

    private async Task<IEnumerable<DriftFinding>> ForeignAsync(CancellationToken cancellationToken)
    {
        var findings = new List<DriftFinding>();
        foreach (var network in await client.Networks.ListNetworksAsync(names.Mine, cancellationToken))
        {
            var there = await client.Containers.ListContainersAsync(new ContainersListParameters { All = true, Filters = Filters.None.With("network", network.ID) }, cancellationToken);
            findings.AddRange(there
                .Where(container => names.Labels.Any(label => container.Labels?.GetValueOrDefault(label.Key) != label.Value))
                .Select(container => new DriftFinding(
                    null, null, DriftKind.Foreign, $"container {(container.Names is [var name, ..] ? name.TrimStart('/') : container.ID)}", $"only the app's own on network {network.Name}", $"{container.State}, image {container.Image}")));
        }

        return findings;
    }
}
