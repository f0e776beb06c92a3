using System.Net;
using System.Net.Http;

namespace ImmutableBuild.Scanning.Feeds;

/// <summary>Fetches a feed's documents: over TLS, or from this machine; bounded, without credentials, and never from where a reply points to.</summary>
internal sealed class FeedClient : IDisposable
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(100);

    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = TimeSpan.FromSeconds(15),
        MaxResponseHeadersLength = 64,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>Fetches one; throws <see cref="FeedFaultException"/> when it can't be had.</summary>
    public async Task<byte[]> GetAsync(Uri url, int maxBytes, CancellationToken cancellationToken)
    {
        if (url.Scheme != Uri.UriSchemeHttps && !(url.Scheme == Uri.UriSchemeHttp && url.IsLoopback))
        {
            throw new FeedFaultException($"{Shown(url)} is neither https nor on this machine");
        }

        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bounded.CancelAfter(s_deadline);
        try
        {
            using var response = await _http.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, bounded.Token);
            return response.StatusCode == HttpStatusCode.OK
                ? await ReadAsync(response, url, maxBytes, bounded.Token)
                : throw new FeedFaultException($"{Shown(url)} answered {(int)response.StatusCode}");
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw new FeedFaultException($"{Shown(url)} could not be fetched: {fault.Message}", fault);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    // The address for messages, without user name and query: a user may have put a password or token there.
    private static string Shown(Uri url) => url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, Uri url, int maxBytes, CancellationToken cancellationToken)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var content = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (await body.ReadAsync(buffer, cancellationToken) is var count and > 0)
        {
            if (content.Length + count > maxBytes)
            {
                throw new FeedFaultException($"{Shown(url)} has more than {maxBytes} bytes");
            }

            content.Write(buffer, 0, count);
        }

        return content.ToArray();
    }
}
