using System.IO.Pipelines;
using System.Net;
using ImmutableBuild.Gateway.Http1;
using ImmutableBuild.Gateway.Routing;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ImmutableBuild.Gateway.Forwarding;

// Kestrel drops an exchange without disposing of it; a token source without a timer holds nothing to free.
#pragma warning disable CA1001 // Types that own disposable fields should be disposable
/// <summary>One request of a client and what becomes of it. Kestrel keeps it with the connection and uses it again.</summary>
/// <param name="host">The host whose forwarded fields are believed as this machine's are; null for none.</param>
internal sealed class Exchange(IPAddress? host)
#pragma warning restore CA1001 // Types that own disposable fields should be disposable
{
    private readonly DefaultHttpContext _http = new();
    private CancellationTokenSource _end = new();
    private CancellationTokenRegistration _onAbort;
    private CancellationTokenRegistration _onLimit;
    private IPAddress? _peerAddress;
    private (string Address, bool Believed) _peer;
    private InstanceConnection? _connection;
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

    /// <summary>Whether it has a body.</summary>
    public bool HasBody { get; private set; }

    /// <summary>The body's length in bytes; null when it isn't known before its end.</summary>
    public long? BodyLength { get; private set; }

    /// <summary>The body has a transfer coding beneath its chunks (RFC 9112, 7), which this hop would have to take off.</summary>
    public bool IsCoded { get; private set; }

    /// <summary>Whether it says how long its body is even when it has none, as the instance then should be told (RFC 9110, 8.6).</summary>
    public bool AnnouncesLength { get; private set; }

    /// <summary>Whether the client sends the body only once it is told to go on (RFC 9110, 10.1.1).</summary>
    public bool ExpectsContinue { get; private set; }

    /// <summary>Whether any of the body may have been read; it can't be sent again then.</summary>
    public bool BodyStarted { get; set; }

    /// <summary>What reading the body from the client threw; the fault is then the client's, not the instance's.</summary>
    public Exception? ClientFault { get; private set; }

    /// <summary>When the response's head came (<see cref="System.Diagnostics.Stopwatch.GetTimestamp"/>); 0 when none did.</summary>
    public long HeadAt { get; private set; }

    /// <summary>Its place among those that wait for a response.</summary>
    public WaitingRequest Waiting { get; } = new();

    /// <summary>Whether the request was sent before, to an instance that did not answer.</summary>
    public bool IsRepeated { get; set; }

    /// <summary>Whether the latest attempt reached nobody, because no connection came about.</summary>
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
                _peer = ForwardedFields.Describe(address, host);
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
        Tunnel = Tunnels.Of(features, request);
        IsStream = IsGrpc || Tunnel != Tunnel.None;
        ReadBody(features, request);
        _isCut = false;
        (BodyStarted, ClientFault, HeadAt, IsRepeated, NeverSent) = (false, null, 0, false, false);
        if (!_end.TryReset())
        {
            _end.Dispose();
            _end = new CancellationTokenSource();
        }

        _onAbort = Aborted(features).UnsafeRegister(static exchange => ((Exchange)exchange!).Stop(), this);
    }

    /// <summary>The drain limits that the request is under.</summary>
    public DrainLimits Limits { get; private set; } = null!;

    /// <summary>From here on, the request is under <paramref name="limits"/>.</summary>
    public void Obey(DrainLimits limits)
    {
        _onLimit.Dispose();
        Limits = limits;
        var limit = IsStream ? limits.Streams : limits.Requests;
        _onLimit = limit.UnsafeRegister(static exchange => ((Exchange)exchange!).Cut(), this);
    }

    /// <summary>The response's head came from <paramref name="generation"/>.</summary>
    public void HeadCame(GenerationTraffic generation)
    {
        HeadAt = System.Diagnostics.Stopwatch.GetTimestamp();
        generation.Waiting.Remove(Waiting);
    }

    /// <summary>The response turned out to be a stream.</summary>
    public void BecomeStream()
    {
        IsStream = true;
        Obey(Limits);
    }

    /// <summary>From here on, the end of the request breaks <paramref name="connection"/>.</summary>
    public void Attach(InstanceConnection connection)
    {
        Volatile.Write(ref _connection, connection);
        if (_end.IsCancellationRequested)
        {
            Interlocked.Exchange(ref _connection, null)?.Abort();
        }
    }

    /// <summary>The connection is no longer used for this request. False when the request's end has broken it.</summary>
    public bool Detach() => Interlocked.Exchange(ref _connection, null) is not null;

    /// <summary>Waits for a part of the body, and keeps what goes wrong with it.</summary>
    public async ValueTask<ReadResult> FromClientAsync(ValueTask<ReadResult> reading)
    {
        try
        {
            return await reading;
        }
        catch (Exception fault)
        {
            ClientFault = fault;
            throw;
        }
    }

    /// <summary>The request is done with.</summary>
    public void Finish()
    {
        _onLimit.Dispose();
        _onAbort.Dispose();
        _http.Uninitialize();
    }

    /// <summary>With HTTP/1.1 a request is aborted when its connection ends. The connection's token exists already; RequestAborted would make one for each request.</summary>
    private CancellationToken Aborted(IFeatureCollection features) =>
        !SpeaksHttp2 && features.Get<IConnectionLifetimeFeature>() is { } connection ? connection.ConnectionClosed : _http.RequestAborted;

    private static bool Idempotent(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsPut(method)
        || HttpMethods.IsDelete(method) || HttpMethods.IsOptions(method) || HttpMethods.IsTrace(method);

    private void ReadBody(IFeatureCollection features, HttpRequest request)
    {
        HasBody = Tunnel == Tunnel.None && features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true };
        var coding = request.Headers.TransferEncoding;
        IsCoded = coding.Count > 0 && !coding.ToString().Equals("chunked", StringComparison.OrdinalIgnoreCase);
        BodyLength = coding.Count > 0 ? null : request.ContentLength;
        AnnouncesLength = request.ContentLength is not null || !IsIdempotent;
        ExpectsContinue = HasBody && !SpeaksHttp2 && request.Headers.Expect.ToString().Equals("100-continue", StringComparison.OrdinalIgnoreCase);
    }

    private void Cut()
    {
        _isCut = true;
        Stop();
    }

    private void Stop()
    {
        _end.Cancel();
        Interlocked.Exchange(ref _connection, null)?.Abort();
    }
}
