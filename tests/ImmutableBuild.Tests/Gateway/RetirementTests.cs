using System.Net;
using System.Net.Sockets;
using ImmutableBuild.Gateway.Forwarding;
using ImmutableBuild.Gateway.Routing;
using ImmutableBuild.Gateway.Serving;
using ImmutableBuild.Gateway.Upgrading;
using Microsoft.AspNetCore.Http;

namespace ImmutableBuild.Tests.Gateway;

/// <summary>A gateway that leaves its place still takes one more connection: an accept is pending in the system.</summary>
public sealed class RetirementTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(500);

    private readonly GatewayParts _gateway;

    public RetirementTests()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "hands no listening socket on");
        _gateway = new GatewayParts(time: new StillTime());
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task It_ends_once_that_one_has_come_and_is_over()
    {
        // Never stopped: the server of a gateway that has left its place ends with the process, and stopping it would wait for that.
        var (listener, port) = HandedListener.Open();
        var server = Servers.Public(listener, new IPEndPoint(IPAddress.Loopback, port));
        await server.StartAsync(new ForwardingApplication(_gateway.Fleet.Routes, new ServingProbe(), host: null), Token);
        var retirement = new Retirement(_gateway.Fleet, _gateway.Surroundings, server, InstanceAddress.Loopback(port), _gateway.Serving, () => { });

        var leaving = retirement.YieldAsync(new DefaultHttpContext());

        SpinWait.SpinUntil(() => retirement.Over.IsCompleted, Moment).ShouldBeFalse("one more connection is accepted here");
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(IPAddress.Loopback, port, Token);
            SpinWait.SpinUntil(() => !server.IsAccepting, Patience).ShouldBeTrue("it was accepted");
            retirement.Over.IsCompleted.ShouldBeFalse("it is not over");
        }

        await retirement.Over.WaitAsync(Patience, Token);
        await leaving;
    }

    /// <summary>No time passes, so nothing ends because it took too long.</summary>
    private sealed class StillTime : TimeProvider
    {
        public override long GetTimestamp() => 0;
    }
}
