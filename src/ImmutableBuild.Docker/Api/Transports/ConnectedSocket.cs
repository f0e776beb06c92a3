using System.Net;
using System.Net.Sockets;

namespace ImmutableBuild.Docker.Api.Transports;

/// <summary>A socket as a stream that can be half closed.</summary>
internal static class ConnectedSocket
{
    /// <summary>Connects <paramref name="socket"/>, which the stream then owns.</summary>
    public static async ValueTask<EngineStream> OpenAsync(Socket socket, EndPoint peer, CancellationToken cancellationToken)
    {
        try
        {
            await socket.ConnectAsync(peer, cancellationToken);
            var stream = new NetworkStream(socket, ownsSocket: true);
            return new EngineStream(stream, stream, _ => CloseWrite(socket), stream.Dispose);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static ValueTask CloseWrite(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException fault)
        {
            throw new IOException(fault.Message, fault);
        }

        return ValueTask.CompletedTask;
    }
}
