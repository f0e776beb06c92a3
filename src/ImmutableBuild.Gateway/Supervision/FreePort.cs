using System.Net;
using System.Net.Sockets;

namespace ImmutableBuild.Gateway.Supervision;

/// <summary>
/// Chooses loopback ports for instances below the range that systems give to outgoing connections, so that none takes a port
/// between its choice and its use. Gateways that choose at the same time do so in places of their own, for what one has chosen looks free
/// to the other until its process listens. Whoever still takes it is found by the identity check.
/// </summary>
internal static class FreePort
{
    private const int First = 20000;
    private const int Last = 32767;
    private const int Tries = 500;
    private const int OwnPorts = 16;
    private const int OwnTries = 48;
    private const int Places = (Last - First + 1) / OwnPorts;

    /// <summary>A port nobody listens on and <paramref name="taken"/> doesn't hold. Throws <see cref="IOException"/> when there is none.</summary>
    public static int Choose(Random random, IReadOnlySet<int> taken)
    {
        var place = Environment.ProcessId % Places;
        var own = First + (place * OwnPorts);
        for (var i = 0; i < Tries; i++)
        {
            var port = i < OwnTries ? random.Next(own, own + OwnPorts) : random.Next(First, Last + 1);
            if (!taken.Contains(port) && IsFree(port))
            {
                return port;
            }
        }

        throw new IOException($"No free port between {First} and {Last} was found in {Tries} tries.");
    }

    /// <summary>Whether an instance could listen on <paramref name="port"/> now.</summary>
    public static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
