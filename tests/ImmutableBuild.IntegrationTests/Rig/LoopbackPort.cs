using System.Net;
using System.Net.Sockets;

namespace ImmutableBuild.IntegrationTests.Rig;

/// <summary>Ports for systems that have to be told one.</summary>
internal static class LoopbackPort
{
    /// <summary>One that nothing listens on.</summary>
    public static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
