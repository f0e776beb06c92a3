using System.Net;
using ImmutableBuild.Docker.Api.Transports;

namespace ImmutableBuild.Docker.Api.Calls;

/// <summary>Carries requests over the connections of one transport.</summary>
internal sealed class EngineConnections : IDisposable
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(45);

    private readonly IEngineTransport _transport;
    private readonly HttpMessageInvoker _reading;
    private readonly HttpMessageInvoker _changing;

    /// <summary>Takes the transport over. Nothing is connected yet.</summary>
    public EngineConnections(IEngineTransport transport)
    {
        _transport = transport;
        _reading = new HttpMessageInvoker(Handler(Connect, TimeSpan.FromMinutes(2)));

        // A kept connection may turn out to be closed while a request is sent, and then nobody knows whether the change was made. So each change gets a new one.
        _changing = new HttpMessageInvoker(Handler(Connect, TimeSpan.Zero));
    }

    /// <summary>Sends a request; returns with the head of the reply.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        (request.Method == HttpMethod.Get || request.Method == HttpMethod.Head ? _reading : _changing).SendAsync(request, cancellationToken);

    /// <summary>Sends a request over a connection that becomes the caller's when the engine agrees.</summary>
    public async Task<Hijacked> HijackAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        EngineStream? connection = null;
        var invoker = new HttpMessageInvoker(Handler(async token => connection = await _transport.ConnectAsync(token), TimeSpan.Zero));
        try
        {
            return new Hijacked(await invoker.SendAsync(request, cancellationToken), connection!, invoker);
        }
        catch
        {
            invoker.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _reading.Dispose();
        _changing.Dispose();
        _transport.Dispose();
    }

    private async ValueTask<Stream> Connect(CancellationToken cancellationToken) => await _transport.ConnectAsync(cancellationToken);

    private static SocketsHttpHandler Handler(Func<CancellationToken, ValueTask<Stream>> connect, TimeSpan lifetime) => new()
    {
        ConnectCallback = (_, cancellationToken) => connect(cancellationToken),
        ConnectTimeout = ConnectLimit,
        PooledConnectionLifetime = lifetime,
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        MaxResponseHeadersLength = 64,
    };
}

/// <summary>The reply to a request for a connection, and that connection.</summary>
/// <param name="Response">The head of the reply.</param>
/// <param name="Connection">The connection below it.</param>
/// <param name="Owner">What disposes both.</param>
internal sealed record Hijacked(HttpResponseMessage Response, EngineStream Connection, HttpMessageInvoker Owner) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        Response.Dispose();
        Owner.Dispose();
        Connection.Dispose();
    }
}
