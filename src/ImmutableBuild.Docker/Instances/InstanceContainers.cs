using System.Collections.Immutable;
using System.Globalization;
using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Docker.Images;
using ImmutableBuild.Errors;
using ImmutableBuild.Gateway;
using ImmutableBuild.Generations;

namespace ImmutableBuild.Docker.Instances;

/// <summary>The containers of an app's instances.</summary>
internal sealed class InstanceContainers(IDockerClient client, AppNames names)
{
    private const int MostAtOnce = 4;

    /// <summary>Where each instance of <paramref name="spec"/> answers: its container's name, whatever address that has at the moment.</summary>
    public ImmutableArray<InstancePlace> Places(GenerationSpec spec) =>
    [
        .. Enumerable.Range(0, spec.Size).Select(number => number.ToString(CultureInfo.InvariantCulture))
            .Select(name => Place(spec, name)),
    ];

    /// <summary>Everything of each of them, those that were not started too.</summary>
    public async Task<IReadOnlyList<ContainerInspectResponse>> ListAsync(CancellationToken cancellationToken)
    {
        var listed = await client.Containers.ListContainersAsync(new ContainersListParameters { All = true, Filters = names.Of(AppNames.InstanceRole) }, cancellationToken);
        var inspected = await Task.WhenAll(listed.Select(container => Found.OrNullAsync(client.Containers.InspectContainerAsync(container.ID, cancellationToken))));
        return [.. inspected.OfType<ContainerInspectResponse>()];
    }

    /// <summary>Where the instance <paramref name="name"/> of <paramref name="spec"/> answers.</summary>
    public InstancePlace Place(GenerationSpec spec, string name) => new(name, names.Instance(spec.Id, name), spec.Configuration.Port ?? 0);

    /// <summary>Creates and starts those at <paramref name="places"/> that are not there. IMB6054 when one can't be.</summary>
    public Task StartAsync(GenerationSpec spec, InstancePlan plan, IEnumerable<InstancePlace> places, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(places, new ParallelOptions { MaxDegreeOfParallelism = MostAtOnce, CancellationToken = cancellationToken }, async (place, cancelled) =>
        {
            try
            {
                await StartAsync(plan.For(place), cancelled);
            }
            catch (DockerApiException fault) when (!fault.IsTransient && !MissingImage.Explains(fault))
            {
                throw GatewayErrors.InstanceNotStarted(spec.Id, place.Name, fault.Detail, fault);
            }
        });

    /// <summary>Asks <paramref name="containers"/> to end, kills them after their time, and removes them.</summary>
    public Task RemoveAsync(IEnumerable<ContainerInspectResponse> containers, CancellationToken cancellationToken) =>
        Task.WhenAll(containers.Select(container => RemoveAsync(container, cancellationToken)));

    private async Task StartAsync(CreateContainerParameters parameters, CancellationToken cancellationToken)
    {
        var isNew = await TryCreateAsync(parameters, cancellationToken);
        try
        {
            await client.Containers.StartContainerAsync(parameters.Name!, cancellationToken);
        }
        catch (DockerApiException fault) when (!isNew && !fault.IsTransient)
        {
            // An engine that was killed while it started this container can never start it again. Nothing has run in it yet, so it is made anew.
            await Found.IfThereAsync(client.Containers.RemoveContainerAsync(parameters.Name!, new ContainerRemoveParameters { Force = true, RemoveVolumes = true }, cancellationToken));
            await TryCreateAsync(parameters, cancellationToken);
            await client.Containers.StartContainerAsync(parameters.Name!, cancellationToken);
        }
    }

    /// <summary>Creates the container; false when an earlier attempt did. The name holds app, generation and instance, so it is the right one.</summary>
    private async Task<bool> TryCreateAsync(CreateContainerParameters parameters, CancellationToken cancellationToken)
    {
        try
        {
            await client.Containers.CreateContainerAsync(parameters, cancellationToken);
            return true;
        }
        catch (DockerApiException fault) when (fault.Kind == DockerErrorKind.Conflict)
        {
            return false;
        }
    }

    private async Task RemoveAsync(ContainerInspectResponse container, CancellationToken cancellationToken)
    {
        await Found.IfThereAsync(client.Containers.StopContainerAsync(container.ID, new ContainerStopParameters(), cancellationToken));
        await Found.IfThereAsync(client.Containers.RemoveContainerAsync(container.ID, new ContainerRemoveParameters { Force = true, RemoveVolumes = true }, cancellationToken));
        if (container.Mounts?.Any(mount => mount.Destination == SecretFile.Directory) == true && GenerationId.TryParse(container.Config.Labels?.GetValueOrDefault(AppNames.GenerationLabel), out var generation))
        {
            await new InstanceVolumes(client, names).RemoveSecretsAsync(generation, cancellationToken);
        }
    }
}
