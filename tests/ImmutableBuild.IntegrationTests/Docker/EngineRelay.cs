using System.Net.Sockets;
using ImmutableBuild.Docker.Api.Endpoints;
using ImmutableBuild.IntegrationTests.Rig;

namespace ImmutableBuild.IntegrationTests.Docker;

/// <summary>A socket before the engine's: for each connection one to the engine, and what is done with the two.</summary>
internal sealed class EngineRelay : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("ib-proxy-").FullName;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly UnixDomainSocketEndPoint _engine;
    private readonly Func<Socket, Socket, CancellationToken, Task> _relay;
    private readonly CancellationTokenSource _ends = new();
    private readonly Task _accepting;

    /// <param name="engine">The engine, on a socket of this machine.</param>
    /// <param name="relay">Given the client and the engine, carries what they say until one of them has no more.</param>
    public EngineRelay(DockerEndpoint engine, Func<Socket, Socket, CancellationToken, Task> relay)
    {
        _engine = new UnixDomainSocketEndPoint((engine as UnixSocketEndpoint ?? throw new InvalidOperationException("The engine is not on a socket of this machine.")).Path);
        _relay = relay;
        Endpoint = new UnixSocketEndpoint(Path.Combine(_directory, "p.sock"));
        _listener.Bind(new UnixDomainSocketEndPoint(Endpoint.Path));
        _listener.Listen();
        _accepting = AcceptLoop.RunAsync(_listener, RelayAsync, _ends.Token);
    }

    public UnixSocketEndpoint Endpoint { get; }

    /// <summary>Another connection to the engine; the caller's.</summary>
    public async Task<Socket> ConnectAsync(CancellationToken cancellationToken)
    {
        var engine = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await engine.ConnectAsync(_engine, cancellationToken);
        return engine;
    }

    public async ValueTask DisposeAsync()
    {
        await _ends.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _ends.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task RelayAsync(Socket client)
    {
        using (client)
        {
            try
            {
                using var engine = await ConnectAsync(_ends.Token);
                await _relay(client, engine, _ends.Token);
            }
            catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // One side is gone.
            }
        }
    }
}
