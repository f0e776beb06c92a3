using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ImmutableBuild.Benchmarks.Publishing;

/// <summary>Stands before a registry and counts requests, and the bytes of their bodies.</summary>
internal sealed class CountingProxy : IAsyncDisposable
{
    // What belongs to one connection, and what HttpClient writes itself.
    private static readonly HashSet<string> s_ownFields = new(StringComparer.OrdinalIgnoreCase) { "Connection", "Transfer-Encoding", "Keep-Alive", "Expect" };

    private readonly WebApplication _server;
    private readonly Uri _registry;
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false }) { Timeout = Timeout.InfiniteTimeSpan };
    private int _requests;
    private long _bytes;

    private CountingProxy(WebApplication server, Uri registry) => (_server, _registry) = (server, registry);

    /// <summary>Its <c>localhost:port</c>.</summary>
    public string Host => $"localhost:{new Uri(_server.Urls.First()).Port}";

    /// <summary>Starts one on a free loopback port.</summary>
    public static async Task<CountingProxy> StartAsync(Uri registry, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = builder.Build();
        var proxy = new CountingProxy(server, registry);
        server.Run(proxy.ForwardAsync);
        await server.StartAsync(cancellationToken);
        return proxy;
    }

    /// <summary>What was counted since the last time this was asked.</summary>
    public (int Requests, long Bytes) Take() => (Interlocked.Exchange(ref _requests, 0), Interlocked.Exchange(ref _bytes, 0));

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _http.Dispose();
    }

    private async Task ForwardAsync(HttpContext context)
    {
        Interlocked.Increment(ref _requests);
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), new Uri(_registry, $"{context.Request.Path}{context.Request.QueryString}"));
        if (context.Request.ContentLength is > 0 || context.Request.Headers.TransferEncoding.Count > 0)
        {
            request.Content = new StreamContent(new CountedStream(context.Request.Body, count => Interlocked.Add(ref _bytes, count)));
        }

        foreach (var (name, values) in context.Request.Headers.Where(field => !s_ownFields.Contains(field.Key)))
        {
            if (!request.Headers.TryAddWithoutValidation(name, values.ToArray()))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, values.ToArray());
            }
        }

        using var reply = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
        context.Response.StatusCode = (int)reply.StatusCode;
        foreach (var (name, values) in reply.Headers.Concat(reply.Content.Headers).Where(field => !s_ownFields.Contains(field.Key)))
        {
            context.Response.Headers[name] = values.ToArray();
        }

        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await reply.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
        }
    }

    /// <summary>Tells how much was read through it.</summary>
    private sealed class CountedStream(Stream inner, Action<int> read) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = await inner.ReadAsync(buffer, cancellationToken);
            read(count);
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
