using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using ImmutableBuild.Generations;

namespace ImmutableBuild.IntegrationTests.Gateway;

/// <summary>Every kind of exchange through a real gateway to a real app.</summary>
public sealed class ForwardingTests(ForwardingTests.Serving serving) : IClassFixture<ForwardingTests.Serving>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private HttpClient Http => serving.Gateway.Http;

    [Fact]
    public async Task A_plain_request_reaches_the_instance_with_its_own_environment_only()
    {
        Environment.SetEnvironmentVariable("BUILD_SECRET", "do not leak");
        var who = await serving.Gateway.AskWhoAsync();
        who.Generation.ShouldBe(serving.Generation.ToString());
        who.Instance.ShouldBe("0");
        who.Directory.ShouldStartWith(serving.Gateway.StateDirectory);
        who.Temporary.ShouldStartWith(serving.Gateway.StateDirectory);
        who.Variables.ShouldNotContain("BUILD_SECRET");
        who.Variables.ShouldContain("TESTAPP_COLOUR");
    }

    [Fact]
    public async Task The_target_arrives_as_it_was_sent()
    {
        const string Target = "/target/a%2Fb//c;d=1?q=%20&r=a+b%C3%A4&&";
        var answer = await RawAsync($"GET {Target} HTTP/1.1\r\nHost: example.test\r\nConnection: close\r\n\r\n");
        answer.ShouldContain(Target);
    }

    [Fact]
    public async Task Fields_of_the_connection_stay_behind_and_the_client_is_named()
    {
        var answer = await RawAsync("GET /headers HTTP/1.0\r\nHost: example.test\r\nConnection: X-Private\r\nX-Private: 1\r\nKeep-Alive: 5\r\nProxy-Authorization: x\r\nTE: gzip\r\nX-Kept: yes\r\n\r\n");
        answer.ShouldContain("Host: example.test");
        answer.ShouldContain("X-Kept: yes");
        answer.ShouldContain("X-Forwarded-For: 127.0.0.1");
        answer.ShouldContain("X-Forwarded-Host: example.test");
        answer.ShouldContain("X-Forwarded-Proto: http");
        answer.ShouldNotContain("X-Private");
        answer.ShouldNotContain("Proxy-Authorization");
        answer.ShouldNotContain("Keep-Alive:");
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n")]
    [InlineData("POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello")]
    [InlineData("POST /upload HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost : a\r\n\r\n")]
    public async Task A_request_that_could_be_read_in_two_ways_is_refused(string request) =>
        (await RawAsync(request)).ShouldStartWith("HTTP/1.1 400");

    [Fact]
    public async Task A_request_with_both_framings_can_smuggle_nothing()
    {
        // The chunked body ends at "0"; what follows must not reach the app as a request of its own on the same connection.
        var before = await Http.GetStringAsync("/posts", Token);
        await RawAsync("POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 60\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\nPOST /count HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
        (await Http.GetStringAsync("/posts", Token)).ShouldBe(before);
    }

    [Theory]
    [InlineData(204)]
    [InlineData(304)]
    [InlineData(404)]
    [InlineData(500)]
    public async Task Any_status_comes_through(int status)
    {
        using var answer = await Http.GetAsync(new Uri($"/status/{status}", UriKind.Relative), Token);
        ((int)answer.StatusCode).ShouldBe(status);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task A_large_upload_streams(string version)
    {
        using var request = Request(HttpMethod.Post, "/upload", version);
        request.Content = new StreamContent(new ZeroStream(64 * 1024 * 1024));
        using var answer = await Http.SendAsync(request, Token);
        (await answer.Content.ReadAsStringAsync(Token)).ShouldBe((64 * 1024 * 1024).ToString(CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task A_large_download_streams(string version)
    {
        const long Bytes = 64 * 1024 * 1024;
        using var request = Request(HttpMethod.Get, $"/download?bytes={Bytes}", version);
        using var answer = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
        await using var body = await answer.Content.ReadAsStreamAsync(Token);
        var buffer = new byte[64 * 1024];
        long total = 0;
        while (await body.ReadAsync(buffer, Token) is var count and > 0)
        {
            total += count;
        }

        total.ShouldBe(Bytes);
    }

    [Fact]
    public async Task Http2_with_prior_knowledge_is_spoken_on_the_same_port()
    {
        using var request = Request(HttpMethod.Get, "/", "2.0");
        using var answer = await Http.SendAsync(request, Token);
        answer.Version.ShouldBe(HttpVersion.Version20);
        (await answer.Content.ReadAsStringAsync(Token)).ShouldBe("hello");
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Server_sent_events_come_one_by_one(string version)
    {
        using var request = Request(HttpMethod.Get, "/sse?ms=50", version);
        using var answer = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(Token));
        (await lines.ReadLineAsync(Token)).ShouldBe("data: 0");
        (await lines.ReadLineAsync(Token)).ShouldBe("");
        (await lines.ReadLineAsync(Token)).ShouldBe("data: 1");
    }

    [Fact]
    public async Task WebSockets_work_over_http1()
    {
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(WebSocketUrl, Token);
        await EchoAsync(socket);
    }

    [Fact]
    public async Task WebSockets_work_over_http2()
    {
        using var socket = new ClientWebSocket();
        socket.Options.HttpVersion = HttpVersion.Version20;
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false });
        await socket.ConnectAsync(WebSocketUrl, invoker, Token);
        await EchoAsync(socket);
    }

    [Fact]
    public async Task The_app_gets_the_body_of_a_client_that_waits_for_100_continue()
    {
        using var request = Request(HttpMethod.Post, "/upload", "1.1");
        request.Headers.ExpectContinue = true;
        request.Content = new StringContent("hello");
        using var answer = await Http.SendAsync(request, Token);
        (await answer.Content.ReadAsStringAsync(Token)).ShouldBe("5");
    }

    [Fact]
    public async Task An_answer_that_breaks_off_breaks_off_for_the_client_too()
    {
        await Should.ThrowAsync<HttpRequestException>(() => Http.GetStringAsync("/broken", Token));
    }

    [Fact]
    public async Task A_client_that_leaves_ends_the_work_of_the_app()
    {
        using var leaving = new CancellationTokenSource();
        var slow = Http.GetStringAsync("/slow?ms=60000", leaving.Token);
        await serving.Gateway.UntilAsync(seen => seen.Find(serving.Generation)!.Traffic?.Waiting?.Total > 0, "the request waits for its answer");
        await leaving.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => slow);
        await serving.Gateway.UntilAsync(seen => seen.Find(serving.Generation)!.InFlight == 0, "the request is over");
    }

    private Uri WebSocketUrl => new UriBuilder(serving.Gateway.Url) { Scheme = "ws", Path = "/ws" }.Uri;

    private static HttpRequestMessage Request(HttpMethod method, string path, string version) => new(method, path)
    {
        Version = Version.Parse(version),
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    private static async Task EchoAsync(WebSocket socket)
    {
        var buffer = new byte[1024];
        await socket.SendAsync(Encoding.UTF8.GetBytes("ping"), WebSocketMessageType.Text, endOfMessage: true, Token);
        var message = await socket.ReceiveAsync(buffer, Token);
        Encoding.UTF8.GetString(buffer, 0, message.Count).ShouldBe("ping");
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Token);
        socket.CloseStatus.ShouldBe(WebSocketCloseStatus.NormalClosure);
    }

    private async Task<string> RawAsync(string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, serving.Gateway.Url.Port, Token);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), Token);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TestGateway.Patience);
        using var reader = new StreamReader(stream, Encoding.ASCII);
        return await reader.ReadToEndAsync(limit.Token);
    }

    /// <summary>One gateway and one generation for all of these.</summary>
    public sealed class Serving : IAsyncLifetime
    {
        public TestGateway Gateway { get; private set; } = null!;

        public GenerationId Generation { get; private set; }

        public async ValueTask InitializeAsync()
        {
            Gateway = await TestGateway.StartAsync();
            Generation = await Gateway.ServeAsync(1, null, ("TESTAPP_COLOUR", "blue"));
        }

        public ValueTask DisposeAsync() => Gateway.DisposeAsync();
    }

    private sealed class ZeroStream(long length) : Stream
    {
        private long _left = length;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = (int)Math.Min(_left, count);
            _left -= read;
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
