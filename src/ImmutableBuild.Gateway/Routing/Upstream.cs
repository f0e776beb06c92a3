using System.Globalization;
using System.Net;

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
internal sealed class Upstream(string instance, int port, UpstreamProtocols protocols) : IDisposable
{
    private long _inFlight;

    /// <summary>The instance's name within its generation.</summary>
    public string Instance => instance;

    /// <summary>What every request's address begins with.</summary>
    public string Prefix { get; } = "http://" + Authority(port);

    /// <summary>Sends requests over connections of this run alone.</summary>
    public HttpMessageInvoker Invoker { get; } = CreateInvoker();

    /// <summary>Requests it is working on.</summary>
    public long InFlight => Volatile.Read(ref _inFlight);

    /// <summary>The address in an observation.</summary>
    public static string Authority(int port) => "127.0.0.1:" + port.ToString(CultureInfo.InvariantCulture);

    /// <summary>The version to ask with: HTTP/2 only for a client that came with it, or where nothing else is spoken.</summary>
    public Version VersionFor(bool clientSpeaksHttp2) =>
        protocols == UpstreamProtocols.Http2 || (protocols == UpstreamProtocols.Both && clientSpeaksHttp2) ? HttpVersion.Version20 : HttpVersion.Version11;

    public void Enter() => Interlocked.Increment(ref _inFlight);

    public void Leave() => Interlocked.Decrement(ref _inFlight);

    public void Dispose() => Invoker.Dispose();

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
