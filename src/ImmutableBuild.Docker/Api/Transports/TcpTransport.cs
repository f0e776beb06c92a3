using System.Net;
using System.Net.Sockets;
using ImmutableBuild.Docker.Api.Endpoints;

namespace ImmutableBuild.Docker.Api.Transports;

/// <summary>Connects over TCP, in the clear.</summary>
internal sealed class TcpTransport(TcpEndpoint endpoint) : IEngineTransport
{
    /// <inheritdoc/>
    public ValueTask<EngineStream> ConnectAsync(CancellationToken cancellationToken) =>
        ConnectedSocket.OpenAsync(new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }, new DnsEndPoint(endpoint.Host, endpoint.Port), cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
