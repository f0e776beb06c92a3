using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace ImmutableBuild.IntegrationTests.Local;

/// <summary>Keepers that are killed while their gateway lives.</summary>
public sealed class KilledKeeperTests : OnLocalBed
{
    private const int MostTries = 10;
    private static readonly TimeSpan s_late = TimeSpan.FromSeconds(4);

    private string Root => Bed.Layout.Root;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact, Trait("Fault", "F08"), Trait("Fault", "F44")]
    public async Task A_killed_keeper_is_replaced_without_a_lost_request_and_the_gateway_stays_safe()
    {
        var spec = Bed.Spec(Bed.App, version: 1);
        await Bed.ReleaseAsync(spec);
        var url = await Bed.UrlAsync(Bed.App);
        var instance = LocalProcesses.Instances(Root).ShouldHaveSingleItem();

        for (var round = 0; round < 3; round++)
        {
            var gateway = LocalProcesses.Gateways(Root, "serve").ShouldHaveSingleItem();
            await using var load = await Bed.LoadAsync(100);
            await LocalProcesses.KillAsync(LocalProcesses.Gateways(Root, "keep"));
            await LocalProcesses.UntilOneKeeperAsync(Root);
            var result = await load.StopAsync();
            result.Failed.ShouldBe(0, result.ToString());
            LocalProcesses.Gateways(Root, "serve").ShouldBe([gateway], "it goes on as if nothing had happened");

            // The new keeper holds the socket: connections wait in it, and there is a next gateway.
            await LocalProcesses.KillAsync([gateway]);
            (await Bed.AskAsync(Bed.App)).ShouldBe(spec.Id);
            (await Bed.UrlAsync(Bed.App)).ShouldBe(url);
        }

        await Bed.ShouldBeOnlyAsync(spec);
        LocalProcesses.Instances(Root).ShouldBe([instance], "it was adopted each time");
        var next = Bed.Spec(Bed.App, version: 2);
        await Bed.ReleaseAsync(next);
        await Bed.ShouldBeOnlyAsync(next);
    }

    [Fact, Trait("Fault", "F08"), Trait("Fault", "F44")]
    public async Task With_a_replaced_keeper_and_its_gateway_killed_the_next_look_brings_everything_back()
    {
        var spec = Bed.Spec(Bed.App, version: 1);
        await Bed.ReleaseAsync(spec);
        var url = await Bed.UrlAsync(Bed.App);
        await LocalProcesses.KillAsync(LocalProcesses.Gateways(Root, "keep"));
        await LocalProcesses.UntilOneKeeperAsync(Root);

        await LocalProcesses.KillGatewaysAsync(Root);

        (await Bed.UrlAsync(Bed.App)).ShouldBe(url);
        await Bed.UntilAsync(seen => seen.Generations is [{ Instances: [{ ConsecutiveHealthy: > 0 }] }]);
        await Bed.ShouldBeOnlyAsync(spec);
    }

    [Fact]
    public async Task An_app_with_a_replaced_keeper_is_stopped_like_any_other()
    {
        await Bed.ReleaseAsync(Bed.Spec(Bed.App, version: 1));
        await LocalProcesses.KillAsync(LocalProcesses.Gateways(Root, "keep"));
        await LocalProcesses.UntilOneKeeperAsync(Root);

        var lease = await Bed.Target.AcquireLeaseAsync(Bed.App, new("stopper", TimeSpan.FromMinutes(5)), Ct);
        await Bed.Target.StopAsync(Bed.App, lease, Ct);
        await Bed.Target.ReleaseLeaseAsync(Bed.App, lease, Ct);

        await LocalProcesses.UntilNoneAsync(Root);
        Directory.GetFileSystemEntries(Bed.Layout.App(Bed.App)).Select(Path.GetFileName).Order(StringComparer.Ordinal).ShouldBe(["former-public-port", "ledger.jsonl"]);
    }

    [Fact, Trait("Fault", "F44")]
    public async Task A_port_that_a_keeper_on_its_way_holds_is_waited_for()
    {
        await Bed.ReleaseAsync(Bed.Spec(Bed.App, version: 1));
        var url = await Bed.UrlAsync(Bed.App);
        for (var tries = 1; ; tries++)
        {
            await LocalProcesses.KillGatewaysAsync(Root);
            using var onItsWay = await TakeAsync(url!.Port);

            var began = Stopwatch.GetTimestamp();
            var looking = Bed.UrlAsync(Bed.App);
            await Task.Delay(TimeSpan.FromSeconds(1.5), Ct);
            var isWaiting = !looking.IsCompleted;
            onItsWay.Stop();
            await Task.WhenAny(looking);
            if (tries < MostTries && Stopwatch.GetElapsedTime(began) > s_late && !(isWaiting && looking.IsCompletedSuccessfully))
            {
                // On a machine that busy the port was held, or seemed to be, for longer than anybody waits.
                continue;
            }

            isWaiting.ShouldBeTrue();
            (await looking).ShouldBe(url);
            return;
        }
    }

    /// <summary>Listens on a port as soon as the system has closed the killed gateway's socket.</summary>
    private static async Task<TcpListener> TakeAsync(int port)
    {
        for (var began = Stopwatch.GetTimestamp(); ; await Task.Delay(20, Ct))
        {
            var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return listener;
            }
            catch (SocketException) when (Stopwatch.GetElapsedTime(began) < TimeSpan.FromMinutes(3))
            {
                listener.Dispose();
            }
        }
    }
}
