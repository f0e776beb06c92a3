using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Api.Endpoints;

namespace ImmutableBuild.Docker;

/// <summary>The connection to the engine, made when it is first needed, and again when that failed.</summary>
internal sealed class EngineConnection(Func<DockerEndpoint> find, TimeProvider time) : IAsyncDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private DockerClient? _client;

    /// <summary>Where the engine is.</summary>
    public DockerEndpoint? Endpoint { get; private set; }

    /// <summary>The client. Throws IMB6200 to IMB6208 when the engine can't be found or reached.</summary>
    public async Task<IDockerClient> ConnectAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            Endpoint ??= find();
            return _client ??= await DockerClient.ConnectAsync(Endpoint, time, cancellationToken);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_client is { } client)
        {
            await client.DisposeAsync();
        }

        _one.Dispose();
    }
}
