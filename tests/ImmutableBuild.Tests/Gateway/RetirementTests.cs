using System.Net;
using System.Net.Sockets;
using ImmutableBuild.Gateway;
using ImmutableBuild.Gateway.Control;
using ImmutableBuild.Gateway.Forwarding;
using ImmutableBuild.Gateway.Probing;
using ImmutableBuild.Gateway.Routing;
using ImmutableBuild.Gateway.Serving;
using ImmutableBuild.Gateway.State;
using ImmutableBuild.Gateway.Supervision;
using ImmutableBuild.Gateway.Upgrading;
using ImmutableBuild.Processes;
using ImmutableBuild.Releases;
using Microsoft.AspNetCore.Http;

namespace ImmutableBuild.Tests.Gateway;

/// <summary>A gateway that leaves its place still takes one more connection: an accept is pending in the system.</summary>
public sealed class RetirementTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(500);
    private static readonly AppKey App = new("web", "test");

    private readonly string _directory = Directory.CreateTempSubdirectory("imb-state-").FullName;
    private readonly HttpProbe _http = new();
    private readonly StillTime _time = new();
    private readonly Surroundings _surroundings;

    public RetirementTests()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "hands no listening socket on");
        var log = new GatewayLog(TextWriter.Null, _time);
        _surroundings = new Surroundings(_directory, StateStore.Open(_directory, App, _time, log), ProcessHost.ForThisSystem(), _http, _time, log);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _http.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task It_ends_once_that_one_has_come_and_is_over()
    {
        var fleet = new Fleet(new RouteTable(Random.Shared));

        // Never stopped: the server of a gateway that has left its place ends with the process, and stopping it would wait for that.
        var (listener, port) = HandedListener.Open();
        var server = Servers.Public(listener, new IPEndPoint(IPAddress.Loopback, port));
        await server.StartAsync(new ForwardingApplication(fleet.Routes, new ServingProbe(), host: null), Token);
        await using var serving = new ServingPathWatch(null, fleet.Routes, new ServingProbe(), _time);
        var retirement = new Retirement(fleet, _surroundings, server, InstanceAddress.Loopback(port), serving, () => { });

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
