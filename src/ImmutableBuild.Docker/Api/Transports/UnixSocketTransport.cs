using System.Net.Sockets;
using ImmutableBuild.Docker.Api.Endpoints;

namespace ImmutableBuild.Docker.Api.Transports;

/// <summary>Connects to a Unix socket.</summary>
internal sealed class UnixSocketTransport(UnixSocketEndpoint endpoint) : IEngineTransport
{
    /// <inheritdoc/>
    public async ValueTask<EngineStream> ConnectAsync(CancellationToken cancellationToken)
    {
        // What connect() says of a missing socket is misleading.
        if (!File.Exists(endpoint.Path))
        {
            throw new FileNotFoundException($"There is no socket {endpoint.Path}.", endpoint.Path);
        }

        return await ConnectedSocket.OpenAsync(new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified), new UnixDomainSocketEndPoint(endpoint.Path), cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
