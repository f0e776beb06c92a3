using System.Net;
using System.Net.Sockets;
using ImmutableBuild.IntegrationTests.Rig;

namespace ImmutableBuild.IntegrationTests.RealRegistries;

/// <summary>Stands before a registry, and cuts one connection after so many bytes of what its client says.</summary>
internal sealed class OnceCuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ends = new();
    private readonly int _port;
    private readonly Task _accepting;
    private int _after;

    public OnceCuttingProxy(string host, int after)
    {
        (_port, _after) = (new Uri($"http://{host}").Port, after);
        _listener.Start();
        _accepting = AcceptLoop.RunAsync(_listener.Server, RelayAsync, _ends.Token);
    }

    public string Host => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>Whether it has.</summary>
    public bool HasCut => Volatile.Read(ref _after) == int.MaxValue;

    public async ValueTask DisposeAsync()
    {
        await _ends.CancelAsync();
        _listener.Stop();
        await _accepting;
        _ends.Dispose();
    }

    private async Task RelayAsync(Socket accepted)
    {
        using (var client = new NetworkStream(accepted, ownsSocket: true))
        using (var registry = new TcpClient())
        {
            try
            {
                await registry.ConnectAsync(IPAddress.Loopback, _port, _ends.Token);
                await Task.WhenAny(AskAsync(client, registry.GetStream()), registry.GetStream().CopyToAsync(client, _ends.Token)).Unwrap();
            }
            catch (Exception fault) when (fault is OperationCanceledException or IOException or SocketException)
            {
                // One side is gone.
            }
        }
    }

    private async Task AskAsync(NetworkStream client, NetworkStream registry)
    {
        var (buffer, said) = (new byte[16 * 1024], 0);
        while (await client.ReadAsync(buffer, _ends.Token) is var count and > 0)
        {
            await registry.WriteAsync(buffer.AsMemory(0, count), _ends.Token);
            said += count;
            if (said >= Volatile.Read(ref _after))
            {
                Volatile.Write(ref _after, int.MaxValue);
                return;
            }
        }
    }
}
