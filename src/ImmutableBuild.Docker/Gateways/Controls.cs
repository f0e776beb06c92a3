using System.Collections.Concurrent;
using ImmutableBuild.Docker.Api;
using ImmutableBuild.Gateway;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Docker.Gateways;

/// <summary>The clients of gateways. A stream to one costs a program's start, so they are kept.</summary>
internal sealed class Controls : IAsyncDisposable
{
    private readonly ConcurrentDictionary<AppKey, GatewayClient> _clients = new();

    /// <summary>The client of an app's gateway.</summary>
    public GatewayClient Of(IDockerClient client, AppNames names) => _clients.GetOrAdd(
        names.App,
        app => new GatewayClient(app, cancellationToken => ControlStream.OpenAsync(client, names.Gateway, cancellationToken), keepsStreams: true));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients.Values)
        {
            await client.DisposeAsync();
        }
    }
}
