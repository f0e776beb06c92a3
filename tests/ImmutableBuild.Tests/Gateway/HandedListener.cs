using System.Net;
using System.Net.Sockets;

namespace ImmutableBuild.Tests.Gateway;

/// <summary>A socket that listens, as one process hands it on to another: whoever gets it closes it.</summary>
internal static class HandedListener
{
    /// <summary>Its descriptor, and the port of this machine that it listens on.</summary>
    public static (int Descriptor, int Port) Open()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen();
        var (descriptor, port) = (socket.SafeHandle.DangerousGetHandle().ToInt32(), ((IPEndPoint)socket.LocalEndPoint!).Port);
        socket.SafeHandle.SetHandleAsInvalid();
        return (descriptor, port);
    }
}
