using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Docker.Gateways;

/// <summary>
/// The end of an app's gateway. An engine starts a gateway again whenever it ends, and one that begins anew would give the lease to whoever asks, only to be
/// removed under them. So the engine is told first not to start it again, and a container that has ended is removed, never one that runs.
/// </summary>
internal sealed class GatewayEnd(IDockerClient client, AppNames names, TimeProvider time)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);
    private static readonly RestartPolicy s_ended = new("no");

    /// <summary>How a gateway is started again as long as it is to go on.</summary>
    public static RestartPolicy Restarted { get; } = new("always");

    /// <summary>Whether <paramref name="container"/> has ended for good: nobody starts it again, and it is there only to be removed.</summary>
    public static bool IsOf(ContainerInspectResponse container) => container.State is { Running: false, Restarting: false } && IsOrdered(container);

    /// <summary>Has the engine start <paramref name="container"/> again whenever it ends, where an end was begun that did not come about.</summary>
    public Task TakeBackAsync(ContainerInspectResponse container, CancellationToken cancellationToken) =>
        IsOrdered(container) ? SetAsync(container.ID, Restarted, cancellationToken) : Task.CompletedTask;

    /// <summary>Ends a gateway for good, and removes it and its network. The volume stays: it holds the ledger.</summary>
    /// <param name="id">The container.</param>
    /// <param name="stop">Has the gateway in it end, as the holder of the lease alone can. It gives nobody the lease after that.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    public async Task RunAsync(string id, Func<Task> stop, CancellationToken cancellationToken)
    {
        var isTold = await TryTellAsync(id, cancellationToken);
        try
        {
            await stop();
        }
        catch (ImmutableBuildException refusal) when (!refusal.IsTransient)
        {
            await (isTold ? Found.IfThereAsync(SetAsync(id, Restarted, CancellationToken.None)) : Task.CompletedTask);
            throw;
        }

        if (!isTold)
        {
            await RemoveBeforeItIsStartedAsync(id, cancellationToken);
            return;
        }

        var began = time.GetTimestamp();
        while (await RunsAsync(id, cancellationToken) && time.GetElapsedTime(began) < s_patience)
        {
            await Task.Delay(s_pause, time, cancellationToken);
        }

        await RemoveAsync(id, cancellationToken);
    }

    /// <summary>Removes a gateway that has ended for good, and its network.</summary>
    public async Task RemoveAsync(string id, CancellationToken cancellationToken)
    {
        if (await TryRemoveAsync(id, cancellationToken))
        {
            await new AppNetwork(client, names).RemoveAsync(cancellationToken);
        }
    }

    /// <summary>Removes its container alone; false where somebody has started it since, and it is theirs. Never by force: so the engine decides which of the two was first.</summary>
    public async Task<bool> TryRemoveAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            await Found.IfThereAsync(client.Containers.RemoveContainerAsync(id, new ContainerRemoveParameters(), cancellationToken));
            return true;
        }
        catch (DockerApiException fault) when (fault.Kind == DockerErrorKind.Conflict)
        {
            return false;
        }
    }

    /// <summary>Tells the engine not to start it again; false where the engine can't be told, as one without control groups, which changes no container that runs.</summary>
    private async Task<bool> TryTellAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            await SetAsync(id, s_ended, cancellationToken);
            return true;
        }
        catch (DockerApiException fault) when (!fault.IsTransient)
        {
            return false;
        }
    }

    /// <summary>Removes it at once, and its network. The engine refuses while it still takes a container for running that has just ended by itself.</summary>
    private async Task RemoveBeforeItIsStartedAsync(string id, CancellationToken cancellationToken)
    {
        for (var began = time.GetTimestamp(); ; await Task.Delay(s_pause, time, cancellationToken))
        {
            try
            {
                await Found.IfThereAsync(client.Containers.RemoveContainerAsync(id, new ContainerRemoveParameters { Force = true }, cancellationToken));
                break;
            }
            catch (DockerApiException fault) when (fault.Detail.Contains("is not running", StringComparison.Ordinal) && time.GetElapsedTime(began) < s_patience)
            {
                // By the next attempt the engine knows that the container has ended.
            }
        }

        await new AppNetwork(client, names).RemoveAsync(cancellationToken);
    }

    private static bool IsOrdered(ContainerInspectResponse container) => container.HostConfig.RestartPolicy?.Name == s_ended.Name;

    private async Task<bool> RunsAsync(string id, CancellationToken cancellationToken) =>
        await Found.OrNullAsync(client.Containers.InspectContainerAsync(id, cancellationToken)) is { State.Running: true };

    private Task SetAsync(string id, RestartPolicy policy, CancellationToken cancellationToken) =>
        client.Containers.UpdateContainerAsync(id, new ContainerUpdateParameters(policy), cancellationToken);
}
