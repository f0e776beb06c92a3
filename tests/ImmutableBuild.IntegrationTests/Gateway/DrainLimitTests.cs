using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using ImmutableBuild.Generations;

namespace ImmutableBuild.IntegrationTests.Gateway;

/// <summary>Just within and just beyond the drain limits, in every protocol a client may come with.</summary>
public sealed class DrainLimitTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Fault", "F21")]
    public async Task Nine_tenths_of_the_drain_time_complete_and_eleven_tenths_are_cut()
    {
        await using var gateway = await TestGateway.StartAsync();

        // A tenth is what may pass between the requests and the order to destroy, and what a timer may be late.
        var old = await gateway.ServeAsync(1, new RuntimeConfiguration { DrainTimeout = TimeSpan.FromSeconds(80), StreamDrainTimeout = TimeSpan.FromMinutes(3) });
        var next = await gateway.CreateHealthyAsync(TestGateway.Spec(2));
        var lease = await gateway.LeaseAsync();
        using var stream = await gateway.Http.GetAsync(new Uri("/sse", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, Token);
        var within = gateway.Http.GetStringAsync("/slow?ms=72000", Token);
        var beyond = gateway.Http.GetAsync(new Uri("/slow?ms=88000", UriKind.Relative), Token);
        await gateway.UntilAsync(seen => seen.Find(old)!.Traffic?.Waiting?.Total == 2, "both wait for their answers");
        await gateway.Client.RouteAsync(Route.To(next), lease, Token);
        await gateway.Client.DestroyAsync(old, lease, Token);
        (await within).ShouldBe("after 72000 ms");
        using var cut = await beyond;
        cut.StatusCode.ShouldBe(HttpStatusCode.GatewayTimeout);

        // The stream keeps the generation here, so that its counters can still be read.
        var seen = await gateway.UntilAsync(seen => seen.Find(old)!.InFlight == 1, "the requests are over");
        seen.Find(old)!.Traffic!.Lost.ShouldBe(1);
    }

    [Fact]
    [Trait("Fault", "F22")]
    public async Task Streams_over_http2_are_kept_until_their_limit_and_end_in_the_protocols_way()
    {
        await using var gateway = await TestGateway.StartAsync();
        var old = await gateway.ServeAsync(1, new RuntimeConfiguration { DrainTimeout = TimeSpan.FromSeconds(1), StreamDrainTimeout = TimeSpan.FromSeconds(3) });
        using var socket = new ClientWebSocket();
        socket.Options.HttpVersion = HttpVersion.Version20;
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false });
        await socket.ConnectAsync(new UriBuilder(gateway.Url) { Scheme = "ws", Path = "/ws" }.Uri, invoker, Token);
        using var ask = new HttpRequestMessage(HttpMethod.Get, "/sse") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var events = await gateway.Http.SendAsync(ask, HttpCompletionOption.ResponseHeadersRead, Token);
        var all = events.Content.ReadAsStringAsync(Token);
        await gateway.ServeAsync(2);
        await gateway.DestroyAsync(old);
        var message = await socket.ReceiveAsync(new byte[16], Token);
        message.MessageType.ShouldBe(WebSocketMessageType.Close);
        socket.CloseStatus.ShouldBe(WebSocketCloseStatus.EndpointUnavailable);
        (await all).ShouldStartWith("data: 0\n\n");
        await gateway.GoneAsync(old);
    }

    [Fact]
    [Trait("Fault", "F22")]
    public async Task An_upload_beyond_the_drain_time_is_answered_504()
    {
        await using var gateway = await TestGateway.StartAsync();
        var old = await gateway.ServeAsync(1, new RuntimeConfiguration { DrainTimeout = TimeSpan.FromSeconds(1) });
        using var client = new TcpClient();
        await client.ConnectAsync(gateway.Url.Host, gateway.Url.Port, Token);
        await using var stream = client.GetStream();
        await stream.WriteAsync("POST /upload HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"u8.ToArray(), Token);
        await gateway.UntilAsync(seen => seen.Find(old)!.Traffic?.Waiting?.Total == 1, "the upload waits for its answer");
        await gateway.ServeAsync(2);
        await gateway.DestroyAsync(old);
        using var answer = new StreamReader(stream, Encoding.ASCII);
        (await answer.ReadLineAsync(Token)).ShouldBe("HTTP/1.1 504 Gateway Timeout");
        await gateway.GoneAsync(old);
    }
}
