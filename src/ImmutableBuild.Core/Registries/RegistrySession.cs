using System.Net;
using System.Net.Http.Headers;
using ImmutableBuild.Errors;
using Polly;

namespace ImmutableBuild.Registries;

/// <summary>
/// Sends requests about one repository: authenticates when asked to, follows redirects of reads without taking the
/// credential along, bounds every wait, and sends again what may be answered otherwise.
/// </summary>
internal sealed class RegistrySession(
    HttpClient http, RegistryHost registry, RegistryAuthenticator authenticator, ResiliencePipeline<HttpResponseMessage> retry)
{
    private const int MaxRedirects = 5;

    // Until a reply begins. An upload gets more time, by its size, at a speed any line has.
    private static readonly TimeSpan ReplyTimeout = TimeSpan.FromSeconds(100);
    private const int SlowestBytesPerSecond = 32 * 1024;

    private AuthenticationHeaderValue? _authorization;

    /// <summary>The registry.</summary>
    public RegistryHost Registry => registry;

    /// <summary>Sends one request, again where that may help. Returns whatever the registry said last; throws IMB5002 when it said nothing.</summary>
    public Task<HttpResponseMessage> SendAsync(Func<Task<HttpRequestMessage>> create, CancellationToken cancellationToken) =>
        RetryAsync(ct => SendOnceAsync(create, ct), cancellationToken);

    /// <summary>Runs several requests that only make sense together, all of them again where that may help.</summary>
    public async Task<HttpResponseMessage> RetryAsync(Func<CancellationToken, Task<HttpResponseMessage>> attempt, CancellationToken cancellationToken)
    {
        try
        {
            return await retry.ExecuteAsync(async ct => await attempt(ct), cancellationToken);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or TimeoutException)
        {
            throw RegistryErrors.Unreachable(fault.Data["method"] as HttpMethod ?? HttpMethod.Get, fault.Data["address"] as Uri ?? registry.Api, fault);
        }
    }

    /// <summary>Sends one request once; a challenge is answered.</summary>
    public async Task<HttpResponseMessage> SendOnceAsync(Func<Task<HttpRequestMessage>> create, CancellationToken cancellationToken)
    {
        var used = _authorization;
        var response = await FollowAsync(create, used, cancellationToken);
        if (response.StatusCode != HttpStatusCode.Unauthorized || !registry.IsSameHost(response.RequestMessage!.RequestUri!))
        {
            return response;
        }

        using (response)
        {
            // A token expires in the middle of a push like any other moment (F43).
            _authorization = ReferenceEquals(used, _authorization) ? await authenticator.AnswerAsync(response, cancellationToken) : _authorization;
        }

        var again = await FollowAsync(create, _authorization, cancellationToken);
        if (again.StatusCode == HttpStatusCode.Unauthorized)
        {
            using (again)
            {
                throw RegistryErrors.Unauthorized(again, "the credential it was given is not accepted for this");
            }
        }

        return again;
    }

    private async Task<HttpResponseMessage> FollowAsync(Func<Task<HttpRequestMessage>> create, AuthenticationHeaderValue? authorization, CancellationToken cancellationToken)
    {
        Uri? next = null;
        for (var hop = 0; ; hop++)
        {
            using var request = await create();
            request.RequestUri = next ?? request.RequestUri;
            // Registries redirect blobs to storage of others, with the right to read in the address; ours stays with the registry (R6).
            request.Headers.Authorization = registry.IsSameHost(request.RequestUri!) ? authorization : null;
            var response = await SendBoundedAsync(request, cancellationToken);
            var isRead = request.Method == HttpMethod.Get || request.Method == HttpMethod.Head;
            if (!isRead || (int)response.StatusCode is not (301 or 302 or 303 or 307 or 308))
            {
                return response;
            }

            using (response)
            {
                next = hop < MaxRedirects ? Target(request.RequestUri!, response) : throw RegistryErrors.UnexpectedStatus(response, $"more than {MaxRedirects} redirects");
            }
        }
    }

    private Uri Target(Uri from, HttpResponseMessage response)
    {
        var location = response.Headers.Location ?? throw RegistryErrors.UnexpectedStatus(response, "a redirect without a Location");
        var target = location.IsAbsoluteUri ? location : new Uri(from, location);
        var isDowngrade = target.Scheme == Uri.UriSchemeHttp && !registry.IsPlain;
        return target.Scheme is "https" or "http" && !isDowngrade
            ? target
            : throw RegistryErrors.UnsafeAddress(registry.Name, "where it redirects to", RedactedUrl.Of(target), "it is not HTTPS");
    }

    private async Task<HttpResponseMessage> SendBoundedAsync(HttpRequestMessage request, CancellationToken cancellationToken)
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

    private static Exception Named(Exception fault, HttpRequestMessage request)
    {
        (fault.Data["method"], fault.Data["address"]) = (request.Method, request.RequestUri);
        return fault;
    }
}
