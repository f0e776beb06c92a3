namespace ImmutableBuild.Registries;

/// <summary>Sends a request and waits for its reply to begin, for so long and no longer.</summary>
internal static class BoundedRequest
{
    // Until a reply begins. An upload gets more time, by its size, at a speed any line has.
    private static readonly TimeSpan ReplyTimeout = TimeSpan.FromSeconds(100);
    private const int SlowestBytesPerSecond = 32 * 1024;

    /// <summary>Sends it once. What it throws when no reply comes names the request: <see cref="Of"/>.</summary>
    public static async Task<HttpResponseMessage> SendAsync(HttpClient http, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bounded.CancelAfter(ReplyTimeout + TimeSpan.FromSeconds((request.Content?.Headers.ContentLength ?? 0) / SlowestBytesPerSecond));
        try
        {
            return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, bounded.Token);
        }
        catch (OperationCanceledException fault) when (!cancellationToken.IsCancellationRequested)
        {
            throw Named(new TimeoutException("The reply took too long.", fault), request);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            Named(fault, request);
            throw;
        }
    }

    /// <summary>The request that got no reply; null where the fault is of another origin.</summary>
    public static (HttpMethod Method, Uri Address)? Of(Exception fault) =>
        fault.Data["method"] is HttpMethod method && fault.Data["address"] is Uri address ? (method, address) : null;

    private static Exception Named(Exception fault, HttpRequestMessage request)
    {
        (fault.Data["method"], fault.Data["address"]) = (request.Method, request.RequestUri);
        return fault;
    }
}
