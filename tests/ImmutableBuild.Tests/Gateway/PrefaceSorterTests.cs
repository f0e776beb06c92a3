using System.Net;
using System.Net.Sockets;
using ImmutableBuild.Gateway.Serving;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace ImmutableBuild.Tests.Gateway;

public sealed class PrefaceSorterTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_leaves_closes_a_socket_of_its_own_so_that_the_next_can_listen()
    {
        var sorter = Sorter(sharesSocket: false);
        await using var listener = await sorter.BindAsync(new IPEndPoint(IPAddress.Loopback, 0), Token);
        IsFree(listener.EndPoint).ShouldBeFalse();

        sorter.StopAccepting();

        SpinWait.SpinUntil(() => IsFree(listener.EndPoint), Patience).ShouldBeTrue();
    }

    [Fact]
    public async Task Who_leaves_does_not_close_a_socket_that_another_process_listens_on()
    {
        var sorter = Sorter(sharesSocket: true);
        await using var listener = await sorter.BindAsync(new IPEndPoint(IPAddress.Loopback, 0), Token);

        sorter.StopAccepting();

        IsFree(listener.EndPoint).ShouldBeFalse();
    }

    private static PrefaceSorter Sorter(bool sharesSocket) =>
        new(new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance), sharesSocket);

    private static bool IsFree(EndPoint endpoint)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(endpoint);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
