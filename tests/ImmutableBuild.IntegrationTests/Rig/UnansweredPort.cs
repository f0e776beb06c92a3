using System.Net;
using System.Net.Sockets;

namespace ImmutableBuild.IntegrationTests.Rig;

/// <summary>A port at which nobody answers: it is taken, so that nobody else can be there, and not listened on.</summary>
internal sealed class UnansweredPort : IDisposable
{
    private readonly Socket _bound = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public UnansweredPort() => _bound.Bind(new IPEndPoint(IPAddress.Loopback, 0));

    /// <summary>Its number.</summary>
    public int Number => ((IPEndPoint)_bound.LocalEndPoint!).Port;

    public void Dispose() => _bound.Dispose();
}
