using System.Net.Sockets;
using ImmutableBuild.Docker.Api.Endpoints;

namespace ImmutableBuild.IntegrationTests.Docker;

/// <summary>Stands between a client and the engine, and cuts a connection after so many bytes of what the engine says.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("ib-proxy-").FullName;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly UnixSocketEndpoint _engine;
    private readonly CancellationTokenSource _ends = new();
    private readonly Task _accepting;

    public CuttingProxy(UnixSocketEndpoint engine)
    {
        _engine = engine;
        Endpoint = new UnixSocketEndpoint(Path.Combine(_directory, "p.sock"));
        _listener.Bind(new UnixDomainSocketEndPoint(Endpoint.Path));
        _listener.Listen();
        _accepting = AcceptAsync();
    }

    public UnixSocketEndpoint Endpoint { get; }

    /// <summary>The bytes of the engine that each connection lets through.</summary>
    public int Limit { get; set; } = int.MaxValue;

    public async ValueTask DisposeAsync()
    {
        await _ends.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _ends.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task AcceptAsync()
    {
        var relaying = new List<Task>();
        try
        {
            while (true)
            {
                relaying.Add(RelayAsync(await _listener.AcceptAsync(_ends.Token)));
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(relaying);
        }
    }

    private async Task RelayAsync(Socket client)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(_ends.Token);
        using (client)
        using (var engine = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            await engine.ConnectAsync(new UnixDomainSocketEndPoint(_engine.Path), both.Token);
            var asking = CopyAsync(client, engine, static () => int.MaxValue, both.Token);
            await CopyAsync(engine, client, () => Limit, both.Token);
            await both.CancelAsync();
            await asking;
        }
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
