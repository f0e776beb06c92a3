using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ImmutableBuild.Gateway.Routing;

/// <summary>Where an instance answers: a loopback port of a process of this gateway's, or a name on a network, which is looked up anew for each connection.</summary>
/// <param name="Host">An IP address or a DNS name.</param>
/// <param name="Port">Its port.</param>
internal sealed record InstanceAddress(string Host, int Port)
{
    private readonly IPEndPoint? _known = IPAddress.TryParse(Host, out var address) ? new IPEndPoint(address, Port) : null;

    /// <summary>A port of this machine.</summary>
    public static InstanceAddress Loopback(int port) => new("127.0.0.1", port);

    /// <summary>Where the name leads now. Throws <see cref="SocketException"/> when it is unknown.</summary>
    public Task<IPAddress[]> LookUpAsync() => _known is { } known ? Task.FromResult<IPAddress[]>([known.Address]) : Dns.GetHostAddressesAsync(Host);

    /// <summary>Looks the name up and connects. Throws <see cref="SocketException"/> when nothing accepts, or the name is unknown.</summary>
    public async Task<Socket> ConnectAsync(CancellationToken cancellationToken) =>
        await ConnectAsync(await LookUpAsync().WaitAsync(cancellationToken), cancellationToken);

    /// <summary>Connects to the first of <paramref name="places"/> that accepts. Throws <see cref="SocketException"/> when none does.</summary>
    public async Task<Socket> ConnectAsync(IPAddress[] places, CancellationToken cancellationToken)
    {
        var socket = _known is { AddressFamily: var family } ? new Socket(family, SocketType.Stream, ProtocolType.Tcp) : new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.NoDelay = true;
            await socket.ConnectAsync(places, Port, cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary><c>host:port</c>, as in a URL.</summary>
    public override string ToString()
    {
        var host = _known is { AddressFamily: AddressFamily.InterNetworkV6 } ? $"[{Host}]" : Host;
        return host + ":" + Port.ToString(CultureInfo.InvariantCulture);
    }
}
