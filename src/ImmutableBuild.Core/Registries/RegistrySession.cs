using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
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
            var (method, address) = BoundedRequest.Of(fault) ?? (HttpMethod.Get, registry.Api);
            throw fault.InnerException is AuthenticationException ? RegistryErrors.TlsRefused(address, fault.InnerException) : RegistryErrors.Unreachable(method, address, fault);
        }
    }

    /// <summary>Sends one request once; a challenge is answered. A token service that is busy answers in the registry's place.</summary>
    public async Task<HttpResponseMessage> SendOnceAsync(Func<Task<HttpRequestMessage>> create, CancellationToken cancellationToken)
    {
        var used = _authorization;
        var response = await FollowAsync(create, used, cancellationToken);
        if (IsChallenge(response) && !ReferenceEquals(used, _authorization))
        {
            // Another request has fetched a newer token meanwhile: try with that one first. It may have expired as well.
            response.Dispose();
            response = await FollowAsync(create, _authorization, cancellationToken);
        }

        if (!IsChallenge(response))
        {
            return response;
        }

        using (response)
        {
            // A token expires in the middle of a push like any other moment (F43).
            var answer = await authenticator.AnswerAsync(response, cancellationToken);
            if (answer.Busy is { } busy)
            {
                return busy;
            }

            _authorization = answer.Authorization;
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

    private bool IsChallenge(HttpResponseMessage response) =>
        response.StatusCode == HttpStatusCode.Unauthorized && registry.IsSameHost(response.RequestMessage!.RequestUri!);

    private async Task<HttpResponseMessage> FollowAsync(Func<Task<HttpRequestMessage>> create, AuthenticationHeaderValue? authorization, CancellationToken cancellationToken)
    {
        Uri? next = null;
        for (var hop = 0; ; hop++)
        {
            using var request = await create();
            request.RequestUri = next ?? request.RequestUri;
            // Registries redirect blobs to storage on other hosts, where the address itself grants access: the credential goes to the registry alone (R6).
            request.Headers.Authorization = registry.IsSameHost(request.RequestUri!) ? authorization : null;
            var response = await BoundedRequest.SendAsync(http, request, cancellationToken);
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
}
