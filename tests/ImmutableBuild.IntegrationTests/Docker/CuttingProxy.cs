using System.Net.Sockets;
using ImmutableBuild.Docker.Api.Endpoints;

namespace ImmutableBuild.IntegrationTests.Docker;

/// <summary>Stands between a client and the engine, and cuts a connection after so many bytes of what the engine says.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly EngineRelay _relay;

    public CuttingProxy(DockerEndpoint engine) => _relay = new EngineRelay(engine, RelayAsync);

    public UnixSocketEndpoint Endpoint => _relay.Endpoint;

    /// <summary>The bytes of the engine that each connection lets through.</summary>
    public int Limit { get; set; } = int.MaxValue;

    public ValueTask DisposeAsync() => _relay.DisposeAsync();

    private async Task RelayAsync(Socket client, Socket engine, CancellationToken cancellationToken)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var asking = CopyAsync(client, engine, static () => int.MaxValue, both.Token);
        await CopyAsync(engine, client, () => Limit, both.Token);
        await both.CancelAsync();
        await asking;
    }

    private static async Task CopyAsync(Socket from, Socket to, Func<int> limit, CancellationToken cancellationToken)
    {
        try
        {
            var buffer = new byte[4096];
            var let = 0;
            while (await from.ReceiveAsync(buffer, cancellationToken) is var count and > 0)
            {
                // With a limit of 0 the engine has answered before the connection is cut.
                var now = Math.Min(count, limit() - let);
                if (now <= 0)
                {
                    break;
                }

                await to.SendAsync(buffer.AsMemory(0, now), cancellationToken);
                let += now;
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // One side is gone.
        }
    }
}
