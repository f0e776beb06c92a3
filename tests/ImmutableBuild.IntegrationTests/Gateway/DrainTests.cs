using System.Net;
using System.Net.WebSockets;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations;

namespace ImmutableBuild.IntegrationTests.Gateway;

/// <summary>What becomes of work in flight when its generation is replaced.</summary>
public sealed class DrainTests
{
    private static readonly RuntimeConfiguration Short = new() { DrainTimeout = TimeSpan.FromSeconds(2), StreamDrainTimeout = TimeSpan.FromSeconds(1) };
    private static readonly RuntimeConfiguration Long = new() { DrainTimeout = TimeSpan.FromMinutes(5), StreamDrainTimeout = TimeSpan.FromMinutes(5) };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Fault", "F21")]
    [Trait("Fault", "F25")]
    public async Task A_request_within_the_drain_time_completes_and_its_generation_waits_for_it()
    {
        await using var gateway = await TestGateway.StartAsync();
        var old = await gateway.ServeAsync(1, Long);
        using var held = await gateway.HoldRequestAsync(old);
        await gateway.ServeAsync(2);
        await gateway.DestroyAsync(old);
        var seen = await gateway.Client.ObserveAsync(Token);
        seen.Find(old)!.Phase.ShouldBe(GenerationPhase.Destroying);
        seen.Find(old)!.Instances.ShouldHaveSingleItem().State.ShouldBe(InstanceState.Running);
        await held.EndAsync();
        await gateway.GoneAsync(old);
    }

    [Fact]
    [Trait("Fault", "F21")]
    public async Task A_request_beyond_the_drain_time_is_answered_504_and_counted()
    {
        await using var gateway = await TestGateway.StartAsync();
        var old = await gateway.ServeAsync(1, Short with { StreamDrainTimeout = TimeSpan.FromMinutes(5) });
        using var socket = await ConnectAsync(gateway);
        var slow = gateway.Http.GetAsync(new Uri("/slow?ms=120000", UriKind.Relative), Token);

        // Requests in flight may include the gateway's own to its public port; only clients' requests are among those that wait for an answer.
        await gateway.UntilAsync(seen => seen.Find(old)!.Traffic?.Waiting?.Total == 1, "the request waits for its answer");
        await gateway.ServeAsync(2);
        await gateway.DestroyAsync(old);
        using var answer = await slow;
        answer.StatusCode.ShouldBe(HttpStatusCode.GatewayTimeout);

        // The stream keeps the generation here, so that its counters can still be read.
        var seen = await gateway.UntilAsync(seen => seen.Find(old)!.InFlight == 1, "the request is over");
        seen.Find(old)!.Traffic!.Lost.ShouldBe(1);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Token);
        await gateway.GoneAsync(old);
    }

    [Fact]
    [Trait("Fault", "F22")]
    public async Task A_websocket_is_kept_until_its_limit_and_then_closed_with_1001()
    {
        await using var gateway = await TestGateway.StartAsync();
        var old = await gateway.ServeAsync(1, Short);
        using var socket = await ConnectAsync(gateway);
        await gateway.ServeAsync(2);
        await gateway.DestroyAsync(old);
        var message = await socket.ReceiveAsync(new byte[16], Token);
        message.MessageType.ShouldBe(WebSocketMessageType.Close);
        socket.CloseStatus.ShouldBe(WebSocketCloseStatus.EndpointUnavailable);
        await gateway.GoneAsync(old);
    }

    [Fact]
    [Trait("Fault", "F22")]
    public async Task Server_sent_events_end_regularly_at_their_limit()
    {
        await using var gateway = await TestGateway.StartAsync();
        var old = await gateway.ServeAsync(1, Short);
        using var answer = await gateway.Http.GetAsync(new Uri("/sse", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, Token);
        var events = answer.Content.ReadAsStringAsync(Token);
        await gateway.ServeAsync(2);
        await gateway.DestroyAsync(old);
        (await events).ShouldStartWith("data: 0\n\n");
        await gateway.GoneAsync(old);
    }

    [Fact]
    [Trait("Fault", "F22")]
    public async Task An_upload_in_flight_ends_on_the_generation_it_began_with()
    {
        await using var gateway = await TestGateway.StartAsync();
        var old = await gateway.ServeAsync(1, Long);
        using var upload = await gateway.HoldRequestAsync(old);
        await gateway.ServeAsync(2);
        await gateway.DestroyAsync(old);
        await upload.EndAsync();
        await gateway.GoneAsync(old);
    }

    [Fact]
    [Trait("Fault", "F25")]
    public async Task Destroying_what_serves_is_refused()
    {
        await using var gateway = await TestGateway.StartAsync();
        var id = await gateway.ServeAsync();
        (await Should.ThrowAsync<ImmutableBuildException>(() => gateway.DestroyAsync(id))).Code.ShouldBe("IMB8050");
        (await gateway.AskWhoAsync()).Generation.ShouldBe(id.ToString());
    }

    [Fact]
    [Trait("Fault", "F25")]
    public async Task Destroying_the_last_healthy_one_is_refused()
    {
        await using var gateway = await TestGateway.StartAsync();
        var standby = await gateway.ServeAsync(1);
        var broken = await gateway.ServeAsync(2, null, ("TESTAPP_ONCE", "1"));
        using (await gateway.Http.GetAsync(new Uri("/crash", UriKind.Relative), Token))
        {
        }

        await gateway.UntilAsync(seen => seen.Find(broken)!.Instances[0] is { Restarts: > 0, ConsecutiveHealthy: 0, IsLate: false }, "it crashed and does not come back");
        (await Should.ThrowAsync<ImmutableBuildException>(() => gateway.DestroyAsync(standby))).Code.ShouldBe("IMB8051");
        (await gateway.Client.ObserveAsync(Token)).Find(standby)!.Phase.ShouldBe(GenerationPhase.Running);
    }

    private static async Task<ClientWebSocket> ConnectAsync(TestGateway gateway)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(gateway.Url) { Scheme = "ws", Path = "/ws" }.Uri, Token);
        return socket;
    }
}
