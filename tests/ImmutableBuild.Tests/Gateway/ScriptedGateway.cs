using System.Net;
using System.Net.Sockets;
using System.Text;
using ImmutableBuild.Gateway.Forwarding;
using ImmutableBuild.Gateway.Routing;
using ImmutableBuild.Gateway.Serving;
using ImmutableBuild.Generations;

namespace ImmutableBuild.Tests.Gateway;

/// <summary>The public port in front of an instance that does, byte by byte, what a test tells it.</summary>
internal sealed class ScriptedGateway : IAsyncDisposable
{
    private readonly TcpListener _instance = new(IPAddress.Loopback, 0);
    private readonly GenerationTraffic _traffic = new(GenerationId.Parse("aaaaaaaaaaaa-00000001"), new RuntimeConfiguration());
    private readonly PublicServer _server = Servers.Public(null, new IPEndPoint(IPAddress.Loopback, 0));
    private readonly Func<ScriptedConnection, Task> _script;
    private Upstream? _upstream;
    private int _connections;

    private ScriptedGateway(Func<ScriptedConnection, Task> script) => _script = script;

    /// <summary>Where clients connect.</summary>
    public IPEndPoint Address { get; private set; } = null!;

    /// <summary>How many connections the instance got.</summary>
    public int Connections => _connections;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Starts it; <paramref name="script"/> runs for each connection to the instance.</summary>
    public static async Task<ScriptedGateway> StartAsync(Func<ScriptedConnection, Task> script)
    {
        var gateway = new ScriptedGateway(script);
        gateway._instance.Start();
        _ = gateway.AcceptAsync();
        gateway._upstream = new Upstream("0", InstanceAddress.Loopback(((IPEndPoint)gateway._instance.LocalEndpoint).Port), UpstreamProtocols.Http1);
        gateway._traffic.Rotate([gateway._upstream]);
        var routes = new RouteTable(Random.Shared);
        routes.Switch(new RouteForm(Route.To(gateway._traffic.Id), _ => gateway._traffic));
        await gateway._server.StartAsync(new ForwardingApplication(routes, new ServingProbe(), host: null), Token);
        var address = gateway._server.Addresses.First(address => address.StartsWith("http://127", StringComparison.Ordinal));
        gateway.Address = new IPEndPoint(IPAddress.Loopback, new Uri(address).Port);
        return gateway;
    }

    /// <summary>A connection of a client.</summary>
    public async Task<ScriptedConnection> ConnectAsync()
    {
        var client = new TcpClient();
        await client.ConnectAsync(Address, Token);
        return new ScriptedConnection(client, 0);
    }

    /// <summary>Sends one request over a connection of its own and gives back all that comes until its end.</summary>
    public async Task<string> AskAsync(string request)
    {
        using var client = await ConnectAsync();
        await client.SendAsync(request);
        return await client.ReadToEndAsync();
    }

    /// <summary>What was counted, once nothing is in flight.</summary>
    public (long Requests, long Lost) Sample()
    {
        SpinWait.SpinUntil(() => _traffic.InFlight == 0, TimeSpan.FromMinutes(2)).ShouldBeTrue();
        var sample = _traffic.Counters.Read(DateTimeOffset.UnixEpoch);
        return (sample.Requests, sample.Lost!.Value);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync(CancellationToken.None);
        _server.Dispose();
        _upstream?.Dispose();
        _traffic.Dispose();
        _instance.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var connection = new ScriptedConnection(await _instance.AcceptTcpClientAsync(Token), Interlocked.Increment(ref _connections));
                _ = RunAsync(connection);
            }
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task RunAsync(ScriptedConnection connection)
    {
        using var owned = connection;
        try
        {
            await _script(connection);
        }
        catch (IOException)
        {
            // The gateway closed it; the test sees what it got.
        }
    }
}

/// <summary>One side of a connection, read by pieces that end with a known text.</summary>
internal sealed class ScriptedConnection(TcpClient client, int number) : IDisposable
{
    private readonly NetworkStream _stream = client.GetStream();
    private string _unread = "";

    /// <summary>Which connection to the instance it is, from 1.</summary>
    public int Number => number;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async Task SendAsync(string text) => await _stream.WriteAsync(Encoding.Latin1.GetBytes(text), Token);

    /// <summary>All up to and with <paramref name="end"/>; throws when the other side ends before.</summary>
    public async Task<string> ReadToAsync(string end)
    {
        int found;
        while ((found = _unread.IndexOf(end, StringComparison.Ordinal)) < 0)
        {
            if (!await FillAsync())
            {
                throw new EndOfStreamException($"'{end}' never came, only: {_unread}");
            }
        }

        var piece = _unread[..(found + end.Length)];
        _unread = _unread[piece.Length..];
        return piece;
    }

    public async Task<string> ReadToEndAsync()
    {
        while (await FillAsync())
        {
        }

        return _unread;
    }

    public void Dispose() => client.Dispose();

    private async Task<bool> FillAsync()
    {
        var buffer = new byte[4096];
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromMinutes(2));
        var count = await _stream.ReadAsync(buffer, limit.Token);
        _unread += Encoding.Latin1.GetString(buffer, 0, count);
        return count > 0;
    }
}
