using System.Net;
using System.Net.Sockets;
using ImmutableBuild.Gateway.Forwarding;
using ImmutableBuild.Gateway.Supervision;

namespace ImmutableBuild.Gateway.Probing;

/// <summary>What came back from one GET.</summary>
/// <param name="Status">The status; null when there was no HTTP answer.</param>
/// <param name="Generation">The generation the app itself named.</param>
/// <param name="Fault">Why there was no answer, for people.</param>
/// <param name="Unreached">No connection came about: nothing listens, or the name or the way to it is not known yet. It says nothing of what is spoken there.</param>
/// <param name="TimedOut">It took too long.</param>
internal sealed record HttpProbeAnswer(int? Status, string? Generation, string? Fault = null, bool Unreached = false, bool TimedOut = false)
{
    /// <summary>200 to 299.</summary>
    public bool IsSuccess => Status is >= 200 and <= 299;
}

/// <summary>Asks an instance over a connection of its own each time, so that a server that no longer accepts is found out.</summary>
internal sealed class HttpProbe : IDisposable
{
    private readonly HttpMessageInvoker _invoker = new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        ActivityHeadersPropagator = null,
        PooledConnectionLifetime = TimeSpan.Zero,
        PooledConnectionIdleTimeout = TimeSpan.Zero,
    });

    /// <summary>GET <paramref name="address"/>; never throws for what the other side does, only where this process could not ask.</summary>
    public async Task<HttpProbeAnswer> AskAsync(Uri address, Version version, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        using var request = new HttpRequestMessage(HttpMethod.Get, address) { Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.TryAddWithoutValidation("User-Agent", "ImmutableBuild-Probe");
        if (version == HttpVersion.Version11)
        {
            request.Headers.ConnectionClose = true;
        }

        try
        {
            using var response = await _invoker.SendAsync(request, limit.Token);
            var named = response.Headers.NonValidated.TryGetValues(ServingProbe.GenerationField, out var values) ? values.ToString() : null;
            return new HttpProbeAnswer((int)response.StatusCode, named);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new HttpProbeAnswer(null, null, $"no answer in {timeout.TotalSeconds:0.###} s", TimedOut: true);
        }
        catch (HttpRequestException fault) when (!OwnLimits.Explain(fault.InnerException))
        {
            var refused = fault.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused };
            var unreached = fault.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError;
            return new HttpProbeAnswer(null, null, refused ? "connection refused" : fault.GetBaseException().Message, unreached);
        }
    }

    public void Dispose() => _invoker.Dispose();
}
