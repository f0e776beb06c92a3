using System.Collections.Concurrent;
using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Api.Models;

namespace ImmutableBuild.Docker.Instances;

/// <summary>Containers on their way out, each removed once at a time. What can't be removed now is tried again at the next look.</summary>
internal sealed class Removals : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Task> _begun = new(StringComparer.Ordinal);

    /// <summary>Begins to remove each of <paramref name="containers"/> that is not on its way out yet.</summary>
    public void Begin(IEnumerable<ContainerInspectResponse> containers, InstanceContainers instances)
    {
        foreach (var container in containers)
        {
            if (!_begun.TryGetValue(container.ID, out var known) || known.IsCompleted)
            {
                _begun[container.ID] = RemoveAsync(container, instances);
            }
        }
    }

    /// <summary>Waits for what was begun: each ends once its container had its time to end.</summary>
    public async ValueTask DisposeAsync() => await Task.WhenAll(_begun.Values);

    private static async Task RemoveAsync(ContainerInspectResponse container, InstanceContainers instances)
    {
        try
        {
            await instances.RemoveAsync([container], CancellationToken.None);
        }
        catch (DockerApiException)
        {
            // The next observation shows the container as still there, and the removal is tried again.
        }
    }
}
