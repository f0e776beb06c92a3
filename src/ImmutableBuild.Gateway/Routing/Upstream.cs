using System.Net;
using ImmutableBuild.Gateway.Http1;

namespace ImmutableBuild.Gateway.Routing;

/// <summary>Which versions of HTTP an instance speaks on its cleartext port.</summary>
internal enum UpstreamProtocols
{
    /// <summary>HTTP/1.1 only.</summary>
    Http1,

    /// <summary>HTTP/1.1, and HTTP/2 with prior knowledge (RFC 9113, 3.3).</summary>
    Both,

    /// <summary>HTTP/2 with prior knowledge only, as gRPC servers do.</summary>
    Http2,
}

/// <summary>One run of one instance's process as requests see it: an address and the connections to it.</summary>
internal sealed class Upstream(string instance, InstanceAddress address, UpstreamProtocols protocols, DrainLimits? within = null) : IDisposable
{
    private readonly Lazy<HttpMessageInvoker> _invoker = new(CreateInvoker);
    private long _inFlight;

    /// <summary>The instance's name within its generation.</summary>
    public string Instance => instance;

    /// <summary>What every address of a request over HTTP/2 begins with.</summary>
    public string Prefix { get; } = $"http://{address}";

    /// <summary>Connections of this run for requests over HTTP/1.1.</summary>
    public ConnectionPool Connections { get; } = new(address, TimeProvider.System);

    /// <summary>Sends requests over HTTP/2 connections of this run alone.</summary>
    public HttpMessageInvoker Invoker => _invoker.Value;

    /// <summary>When what it is working on must end.</summary>
    public DrainLimits Limits { get; } = new(within);

    /// <summary>Requests it is working on.</summary>
    public long InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Whether to ask with HTTP/2: only for a client that came with it, or where nothing else is spoken.</summary>
    public bool UsesHttp2(bool clientSpeaksHttp2) =>
        protocols == UpstreamProtocols.Http2 || (protocols == UpstreamProtocols.Both && clientSpeaksHttp2);

    public void Enter() => Interlocked.Increment(ref _inFlight);

    public void Leave() => Interlocked.Decrement(ref _inFlight);

    public void Dispose()
    {
        Connections.Dispose();
        Limits.Dispose();
        if (_invoker.IsValueCreated)
        {
            _invoker.Value.Dispose();
        }
    }

    private static HttpMessageInvoker CreateInvoker() => new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        EnableMultipleHttp2Connections = true,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(60),
        RequestHeaderEncodingSelector = static (_, _) => System.Text.Encoding.Latin1,
        ResponseHeaderEncodingSelector = static (_, _) => System.Text.Encoding.Latin1,
    });
}
