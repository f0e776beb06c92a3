using System.Net;

namespace ImmutableBuild.IntegrationTests.Gateway;

/// <summary>An app that speaks HTTP/2 with prior knowledge only, as gRPC servers do.</summary>
public sealed class GrpcTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Streams_both_ways_with_trailers_and_is_probed_over_http2()
    {
        await using var gateway = await TestGateway.StartAsync();
        await gateway.ServeAsync(1, null, ("TESTAPP_HTTP2_ONLY", "1"));

        using var body = new DuplexContent();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/grpc/stream")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = body,
        };
        body.Headers.ContentType = new("application/grpc");
        request.Headers.TE.ParseAdd("trailers");
        using var answer = await gateway.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
        await using var reading = await answer.Content.ReadAsStreamAsync(Token);
        var writing = await body.Writing;
        var buffer = new byte[16];
        foreach (var message in new byte[] { 1, 2, 3 })
        {
            await writing.WriteAsync(new[] { message }, Token);
            await writing.FlushAsync(Token);
            (await reading.ReadAsync(buffer, Token)).ShouldBe(1);
            buffer[0].ShouldBe(message);
        }

        body.Complete();
        (await reading.ReadAsync(buffer, Token)).ShouldBe(0);
        answer.TrailingHeaders.GetValues("grpc-status").ShouldBe(["0"]);
        (await gateway.Http.GetStringAsync("/", Token)).ShouldBe("hello");
    }

    [Fact]
    [Trait("Fault", "F22")]
    public async Task A_stream_that_outlives_its_limit_ends_with_a_grpc_status()
    {
        await using var gateway = await TestGateway.StartAsync();
        var configuration = new ImmutableBuild.Generations.RuntimeConfiguration
        {
            DrainTimeout = TimeSpan.FromMilliseconds(100),
            StreamDrainTimeout = TimeSpan.FromSeconds(1),
        };
        var old = await gateway.ServeAsync(1, configuration, ("TESTAPP_HTTP2_ONLY", "1"));
        using var body = new DuplexContent();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/grpc/stream")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = body,
        };
        body.Headers.ContentType = new("application/grpc");
        using var answer = await gateway.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
        await using var reading = await answer.Content.ReadAsStreamAsync(Token);
        await gateway.ServeAsync(2, null, ("TESTAPP_HTTP2_ONLY", "1"));
        await gateway.DestroyAsync(old);
        (await reading.ReadAsync(new byte[16], Token)).ShouldBe(0);
        answer.TrailingHeaders.GetValues("grpc-status").ShouldBe(["14"]);
        body.Complete();
        await gateway.GoneAsync(old);
    }

    private sealed class DuplexContent : HttpContent
    {
        private readonly TaskCompletionSource<Stream> _writing = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<Stream> Writing => _writing.Task;

        public void Complete() => _done.TrySetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.FlushAsync();
            _writing.SetResult(stream);
            await _done.Task;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
