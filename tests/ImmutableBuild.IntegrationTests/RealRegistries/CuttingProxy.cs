using System.Net;
using System.Net.Sockets;
using ImmutableBuild.IntegrationTests.Rig;

namespace ImmutableBuild.IntegrationTests.RealRegistries;

/// <summary>Stands before a registry, and cuts connections after so many bytes of what its client says, or of what the registry says.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ends = new();
    private readonly int _port;
    private readonly Task _accepting;
    private int _left = int.MaxValue;
    private int _cuts;

    public CuttingProxy(string host)
    {
        _port = new Uri($"http://{host}").Port;
        _listener.Start();
        _accepting = AcceptLoop.RunAsync(_listener.Server, RelayAsync, _ends.Token);
    }

    public string Host => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>Whether it is what the registry says that is counted.</summary>
    public bool CountsReplies { get; init; }

    /// <summary>After so many bytes each connection is cut; null for none but by <see cref="CutOnceAfter"/>.</summary>
    public int? EachAfter { get; init; }

    /// <summary>How many connections it has cut.</summary>
    public int Cuts => Volatile.Read(ref _cuts);

    /// <summary>From now on so many bytes pass, then the connection is cut they pass by.</summary>
    public void CutOnceAfter(int bytes) => Volatile.Write(ref _left, bytes);

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
                var (said, heard) = (client, registry.GetStream());
                await Task.WhenAny(CopyAsync(said, heard, !CountsReplies), CopyAsync(heard, said, CountsReplies)).Unwrap();
            }
            catch (Exception fault) when (fault is OperationCanceledException or IOException or SocketException)
            {
                // One side is gone.
            }
        }
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to, bool isCounted)
    {
        var (buffer, passed) = (new byte[16 * 1024], 0);
        while (await from.ReadAsync(buffer, _ends.Token) is var count and > 0)
        {
            var may = isCounted ? Math.Min(count, (EachAfter ?? int.MaxValue) - passed) : count;
            may = isCounted && Volatile.Read(ref _left) is < int.MaxValue and var left ? Math.Min(may, left) : may;
            await to.WriteAsync(buffer.AsMemory(0, may), _ends.Token);
            passed += may;
            if (isCounted && Volatile.Read(ref _left) < int.MaxValue && Interlocked.Add(ref _left, -may) == 0)
            {
                Volatile.Write(ref _left, int.MaxValue);
                may = -1;
            }

            if (may < count)
            {
                Interlocked.Increment(ref _cuts);
                return;
            }
        }
    }
}
