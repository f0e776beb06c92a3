using System.Net;
using ImmutableBuild.Gateway.Routing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ImmutableBuild.Gateway.Forwarding;

/// <summary>How a request asks to leave HTTP for another protocol.</summary>
internal enum Tunnel
{
    /// <summary>It does not.</summary>
    None,

    /// <summary>HTTP/1.1's <c>Upgrade</c> to WebSocket (RFC 6455).</summary>
    WebSocket,

    /// <summary>HTTP/1.1's <c>Upgrade</c> to something this gateway doesn't know.</summary>
    Opaque,

    /// <summary>HTTP/2's extended CONNECT to WebSocket (RFC 8441).</summary>
    ExtendedConnect,
}

// Kestrel drops these without disposing of them; a token source without a timer holds nothing.
#pragma warning disable CA1001 // Types that own disposable fields should be disposable
/// <summary>One request of a client and what becomes of it. Kestrel keeps it with the connection and uses it again.</summary>
internal sealed class Exchange
#pragma warning restore CA1001 // Types that own disposable fields should be disposable
{
    private readonly DefaultHttpContext _http = new();
    private CancellationTokenSource _end = new();
    private CancellationTokenRegistration _onAbort;
    private CancellationTokenRegistration _onLimit;
    private IPAddress? _peerAddress;
    private (string Address, bool Believed) _peer;
    private volatile bool _isCut;

    /// <summary>The request and the response as Kestrel has them.</summary>
    public HttpContext Http => _http;

    /// <summary>Cancelled when the client left or the drain limit cut the request.</summary>
    public CancellationToken End => _end.Token;

    /// <summary>Whether the drain limit cut it.</summary>
    public bool IsCut => _isCut;

    /// <summary>Whether the client left.</summary>
    public bool ClientLeft => !_isCut && _end.IsCancellationRequested;

    /// <summary>Whether the client came with HTTP/2.</summary>
    public bool SpeaksHttp2 { get; private set; }

    /// <summary>Whether it calls a gRPC method.</summary>
    public bool IsGrpc { get; private set; }

    /// <summary>Whether it may go on until the stream limit: a WebSocket, server-sent events, gRPC.</summary>
    public bool IsStream { get; private set; }

    /// <summary>How it asks to leave HTTP.</summary>
    public Tunnel Tunnel { get; private set; }

    /// <summary>Whether it may be sent again when it is unknown what became of it (RFC 9110, 9.2.2).</summary>
    public bool IsIdempotent { get; private set; }

    /// <summary>The body of the latest attempt.</summary>
    public RequestBody? Body { get; set; }

    /// <summary>Whether the latest attempt reached nobody, because the connection was refused.</summary>
    public bool NeverSent { get; set; }

    /// <summary>The peer's address as text, and whether its forwarded fields are believed.</summary>
    public (string Address, bool Believed) Peer
    {
        get
        {
            var address = _http.Connection.RemoteIpAddress;
            if (_peer.Address is null || !ReferenceEquals(address, _peerAddress))
            {
                _peerAddress = address;
                _peer = ForwardedFields.Describe(address);
            }

            return _peer;
        }
    }

    /// <summary>Takes on the request that <paramref name="features"/> describe.</summary>
    public void Begin(IFeatureCollection features)
    {
        _http.Initialize(features);
        var request = _http.Request;
        SpeaksHttp2 = HttpProtocol.IsHttp2(request.Protocol);
        IsGrpc = request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) ?? false;
        IsIdempotent = Idempotent(request.Method);
        Tunnel = TunnelOf(features, request);
        IsStream = IsGrpc || Tunnel != Tunnel.None;
        _isCut = false;
        Body = null;
        NeverSent = false;
        if (!_end.TryReset())
        {
            _end.Dispose();
            _end = new CancellationTokenSource();
        }

        _onAbort = _http.RequestAborted.UnsafeRegister(static exchange => ((Exchange)exchange!)._end.Cancel(), this);
    }

    /// <summary>From here on, the drain limits of <paramref name="generation"/> count.</summary>
    public void Obey(GenerationTraffic generation)
    {
        _onLimit.Dispose();
        var limit = IsStream ? generation.StreamLimit : generation.RequestLimit;
        _onLimit = limit.UnsafeRegister(static exchange => ((Exchange)exchange!).Cut(), this);
    }

    /// <summary>The response turned out to be a stream.</summary>
    public void BecomeStream(GenerationTraffic generation)
    {
        IsStream = true;
        Obey(generation);
    }

    /// <summary>The request is done with.</summary>
    public void Finish()
    {
        _onLimit.Dispose();
        _onAbort.Dispose();
        Body = null;
        _http.Uninitialize();
    }

    private static bool Idempotent(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsPut(method)
        || HttpMethods.IsDelete(method) || HttpMethods.IsOptions(method) || HttpMethods.IsTrace(method);

    private static Tunnel TunnelOf(IFeatureCollection features, HttpRequest request)
    {
        if (features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true, Protocol: "websocket" })
        {
            return Tunnel.ExtendedConnect;
        }

        if (request.Headers.Upgrade is not { Count: 1 } upgrade || features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true })
        {
            return Tunnel.None;
        }

        // RFC 9113, 3.1: an upgrade to HTTP/2 is obsolete and ignored.
        return upgrade.ToString().StartsWith("h2c", StringComparison.OrdinalIgnoreCase) ? Tunnel.None
            : upgrade.ToString().Equals("websocket", StringComparison.OrdinalIgnoreCase) ? Tunnel.WebSocket
            : Tunnel.Opaque;
    }

    private void Cut()
    {
        _isCut = true;
        _end.Cancel();
    }
}
