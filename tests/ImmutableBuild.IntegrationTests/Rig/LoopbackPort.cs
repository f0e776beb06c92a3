using System.Net;
using System.Net.Sockets;

namespace ImmutableBuild.IntegrationTests.Rig;

/// <summary>Ports for systems that have to be told one.</summary>
internal static class LoopbackPort
{
    // Below those that a gateway gives to its instances (20000 to 32767), and those that the machine gives to whoever asks for any: one of them would be
    // another's before its system listens.
    private const int First = 10_000;
    private const int Last = 19_999;

    /// <summary>One that nothing listens on.</summary>
    public static int Free()
    {
        while (true)
        {
            var port = Random.Shared.Next(First, Last + 1);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // Another one, then.
            }
        }
    }
}
