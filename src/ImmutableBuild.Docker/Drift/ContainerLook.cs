using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Generations.Drift;
using ImmutableBuild.Images;

namespace ImmutableBuild.Docker.Drift;

/// <summary>Looks at one container: how it was made, how it is, its files and its processes.</summary>
internal sealed class ContainerLook(IDockerClient client, AppNames names)
{
    /// <summary>All in which <paramref name="container"/> differs from what <paramref name="plan"/> makes.</summary>
    /// <param name="plan">How it is made; its image is the image's id.</param>
    /// <param name="container">The container as the engine shows it.</param>
    /// <param name="ours">Command lines that this program starts in it itself.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    public async Task<IReadOnlyList<Difference>> FindAsync(CreateContainerParameters plan, ContainerInspectResponse container, IReadOnlyList<string> ours, CancellationToken cancellationToken)
    {
        var image = Digest.TryParse(plan.Image, out _) ? await Found.OrNullAsync(client.Images.InspectImageAsync(plan.Image!, cancellationToken)) : null;
        var limitsSwap = (await client.System.GetSystemInfoAsync(cancellationToken)).SwapLimit is not false;
        var changes = await client.Containers.InspectChangesAsync(container.ID, cancellationToken);
        return
        [
            .. State(container.State),
            .. new ContainerComparison(new PlannedContainer(plan, image?.Config), container, names.Network, limitsSwap).Differences(),
            .. FileDifferences.Of(changes, plan.HostConfig!),
            .. await ProcessesAsync(container, ours, cancellationToken),
        ];
    }

    /// <summary>The engine starts a container again that ended, which shows as restarting; any other state but running is someone's doing.</summary>
    private static IEnumerable<Difference> State(ContainerState state) =>
        state.Status is "running" or "restarting" ? [] : [new Difference(DriftKind.State, "container", "running", state.Status)];

    private async Task<IReadOnlyList<Difference>> ProcessesAsync(ContainerInspectResponse container, IReadOnlyList<string> ours, CancellationToken cancellationToken)
    {
        if (container.State is not { Running: true, Restarting: false })
        {
            return [];
        }

        try
        {
            return ProcessDifferences.Of(await client.Containers.ListProcessesAsync(container.ID, ProcessDifferences.Columns, cancellationToken), container.State.Pid, ours);
        }
        catch (DockerApiException fault) when (fault.Kind is DockerErrorKind.Conflict or DockerErrorKind.NotFound)
        {
            // The container has ended since it was inspected, and has no processes.
            return [];
        }
    }
}
