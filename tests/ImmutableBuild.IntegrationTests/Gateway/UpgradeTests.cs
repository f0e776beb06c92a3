using System.Net.WebSockets;
using System.Text;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.IntegrationTests.Local;
using ImmutableBuild.LoadGenerator;

namespace ImmutableBuild.IntegrationTests.Gateway;

/// <summary>A gateway gives its place to another program: the listening socket stays, and what is at work ends where it began.</summary>
public sealed class UpgradeTests : IDisposable
{
    private readonly string _programs = Directory.CreateTempSubdirectory("imb-programs-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_programs, recursive: true);

    [Fact]
    [Trait("Fault", "F11")]
    public async Task No_request_is_lost_and_long_ones_end_on_the_old_process()
    {
        await using var gateway = await TestGateway.StartAsync();

        // After these times the old gateway cuts what it works on, however long the new one takes to start.
        var serving = await gateway.ServeAsync(1, new RuntimeConfiguration { DrainTimeout = TimeSpan.FromMinutes(5), StreamDrainTimeout = TimeSpan.FromMinutes(5) });
        var before = await gateway.Client.InfoAsync(Token);
        await using var load = await OpenLoopLoad.StartAsync(new Uri(gateway.Url, "whoami"), 200, cancellationToken: Token);
        using var socket = await ConnectAsync(gateway);
        var slow = gateway.Http.GetStringAsync("slow?ms=4000", Token);
        var next = Copy("next");

        await gateway.Client.UpgradeAsync(next, await gateway.LeaseAsync(), TimeProvider.System, Token);

        var after = await gateway.Client.InfoAsync(Token);
        after.Program.ShouldBe(next);
        after.ProcessId.ShouldNotBe(before.ProcessId);
        LocalProcesses.IsRunning(before.ProcessId).ShouldBeTrue("it still has a request and a WebSocket");
        (await EchoAsync(socket, "still there")).ShouldBe("still there");
        (await slow).ShouldBe("after 4000 ms");
        var seen = await gateway.UntilAsync(now => now.Find(serving)!.Instances is [{ ConsecutiveHealthy: > 0 }], "its instance was adopted");
        seen.Find(serving)!.InFlight.ShouldNotBeNull().ShouldBeGreaterThan(0, "what the old process works on counts, so that nothing is destroyed under it");
        seen.Find(serving)!.Instances[0].Restarts.ShouldBe(0);
        (await gateway.AskWhoAsync()).Generation.ShouldBe(serving.ToString());

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Token);
        await gateway.UntilAsync(_ => !LocalProcesses.IsRunning(before.ProcessId), "the old process has ended");
        var result = await load.StopAsync();
        (result.Failed, result.Succeeded > 100).ShouldBe((0, true), result.ToString());
    }

    [Fact]
    [Trait("Fault", "F11")]
    public async Task A_program_that_does_not_come_up_leaves_the_old_one_serving()
    {
        await using var gateway = await TestGateway.StartAsync();
        var serving = await gateway.ServeAsync();
        var before = await gateway.Client.InfoAsync(Token);
        var broken = Copy("broken");
        await File.WriteAllTextAsync(Path.Combine(broken, "ImmutableBuild.Gateway.dll"), "no assembly", Token);

        var failure = await Should.ThrowAsync<ImmutableBuildException>(async () => await gateway.Client.UpgradeAsync(broken, await gateway.LeaseAsync(), TimeProvider.System, Token));

        failure.Code.ShouldBe("IMB6061");
        (await gateway.Client.InfoAsync(Token)).ShouldBe(before);
        (await gateway.Client.ObserveAsync(Token)).Lease.ShouldBeNull("a release that ends here keeps nobody from the next one");
        (await gateway.AskWhoAsync()).Generation.ShouldBe(serving.ToString());
        (await Should.ThrowAsync<ImmutableBuildException>(async () => await gateway.Client.UpgradeAsync(_programs, await gateway.LeaseAsync(), TimeProvider.System, Token))).Code.ShouldBe("IMB6061");
    }

    [Fact]
    [Trait("Fault", "F08")]
    [Trait("Fault", "F11")]
    public async Task Killed_while_the_old_one_ends_it_is_started_again_and_takes_over_once_more()
    {
        await using var gateway = await TestGateway.StartAsync();

        // After this time the old gateway cuts what it works on, however long the new one takes to start.
        var serving = await gateway.ServeAsync(1, new RuntimeConfiguration { StreamDrainTimeout = TimeSpan.FromMinutes(5) });
        var before = await gateway.Client.InfoAsync(Token);
        using var socket = await ConnectAsync(gateway);
        var next = Copy("next");
        await gateway.Client.UpgradeAsync(next, await gateway.LeaseAsync(), TimeProvider.System, Token);
        await using var load = await OpenLoopLoad.StartAsync(new Uri(gateway.Url, "whoami"), 50, cancellationToken: Token);

        var killed = (await gateway.Client.InfoAsync(Token)).ProcessId;
        await LocalProcesses.KillAsync(killed);

        await gateway.UntilAsync(now => now.Find(serving)!.Instances is [{ ConsecutiveHealthy: > 0 }], "another one serves");
        var now = await gateway.Client.InfoAsync(Token);
        (now.Program, now.ProcessId == killed).ShouldBe((next, false));
        LocalProcesses.IsRunning(before.ProcessId).ShouldBeTrue();
        (await EchoAsync(socket, "still there")).ShouldBe("still there");
        (await gateway.AskWhoAsync()).Generation.ShouldBe(serving.ToString());
    }

    [Fact]
    [Trait("Fault", "F08")]
    [Trait("Fault", "F11")]
    public async Task What_was_upgraded_to_is_what_the_next_keeper_starts()
    {
        await using var gateway = await TestGateway.StartAsync();
        var serving = await gateway.ServeAsync();
        var next = Copy("next");
        await gateway.Client.UpgradeAsync(next, await gateway.LeaseAsync(), TimeProvider.System, Token);

        await gateway.KillGatewayAsync(() => Task.CompletedTask);

        await gateway.UntilAsync(now => now.Find(serving)!.Instances is [{ ConsecutiveHealthy: > 0 }], "it is back");
        (await gateway.Client.InfoAsync(Token)).Program.ShouldBe(next);
    }

    [Fact]
    public async Task Only_who_holds_the_lease_may_upgrade()
    {
        await using var gateway = await TestGateway.StartAsync();
        await gateway.ServeAsync();
        var lease = await gateway.LeaseAsync();

        (await Should.ThrowAsync<ImmutableBuildException>(() => gateway.Client.UpgradeAsync(Copy("next"), lease with { FencingToken = lease.FencingToken - 1 }, TimeProvider.System, Token))).Code.ShouldBe("IMB6002");
    }

    [Fact]
    [Trait("Fault", "F11")]
    public async Task A_second_upgrade_does_not_wait_for_what_the_first_one_left_to_end()
    {
        await using var gateway = await TestGateway.StartAsync();
        var serving = await gateway.ServeAsync(1, new RuntimeConfiguration { DrainTimeout = TimeSpan.FromMinutes(5), StreamDrainTimeout = TimeSpan.FromMinutes(5) });
        await using var load = await OpenLoopLoad.StartAsync(new Uri(gateway.Url, "whoami"), 100, cancellationToken: Token);
        var first = await gateway.GatewayProcessAsync();
        using var socket = await ConnectAsync(gateway);
        await gateway.Client.UpgradeAsync(Copy("second"), await gateway.LeaseAsync(), TimeProvider.System, Token);
        await gateway.HealthyAsync(serving);
        var second = await gateway.GatewayProcessAsync();

        var third = Copy("third");
        await gateway.Client.UpgradeAsync(third, await gateway.LeaseAsync(), TimeProvider.System, Token);

        (await gateway.Client.InfoAsync(Token)).Program.ShouldBe(third);
        LocalProcesses.IsRunning(first).ShouldBeTrue("it still has a WebSocket");
        (await EchoAsync(socket, "still there")).ShouldBe("still there");
        var result = await load.StopAsync();
        (result.Failed, result.Succeeded > 0).ShouldBe((0, true), result.ToString());
        var seen = await gateway.HealthyAsync(serving);
        seen.Find(serving)!.InFlight.ShouldNotBeNull().ShouldBeGreaterThan(0, "what the first one works on is told by the second");
        seen.Find(serving)!.Instances[0].Restarts.ShouldBe(0);

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Token);
        await gateway.UntilAsync(_ => !LocalProcesses.IsRunning(first) && !LocalProcesses.IsRunning(second), "both have ended");
    }

    private string Copy(string name) => GatewayCopy.Make(Path.Combine(_programs, name));

    private static async Task<ClientWebSocket> ConnectAsync(TestGateway gateway)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(new Uri(gateway.Url, "ws")) { Scheme = "ws" }.Uri, Token);
        (await EchoAsync(socket, "hello")).ShouldBe("hello");
        return socket;
    }

    private static async Task<string> EchoAsync(ClientWebSocket socket, string text)
    {
        await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, Token);
        var buffer = new byte[1024];
        var received = await socket.ReceiveAsync(buffer, Token);
        return Encoding.UTF8.GetString(buffer, 0, received.Count);
    }
}
