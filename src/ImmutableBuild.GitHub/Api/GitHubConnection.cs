using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ImmutableBuild.GitHub.Api;

/// <summary>
/// Sends requests to one GitHub, and only there: a redirect or a next page on another host is refused, since the token goes with every
/// request. What may succeed later is sent again within the time that is left.
/// </summary>
internal sealed class GitHubConnection(GitHubAccess access, HttpMessageHandler handler, TimeBudget budget) : IDisposable
{
    /// <summary>The version of the API that the requests are written for.</summary>
    public const string ApiVersion = "2022-11-28";

    private const int MostTries = 3;
    private const int MostRedirects = 3;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestCall = TimeSpan.FromSeconds(10);

    // Each request has a cancellation token with its own limit instead.
    private readonly HttpClient _http = new(handler, disposeHandler: true) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>A handler that leaves redirects to this class, and sends no cookies.</summary>
    public static HttpMessageHandler Handler() => new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.All,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        MaxResponseHeadersLength = 64,
    };

    /// <summary>Gets <paramref name="path"/>, and where the next page of it is.</summary>
    public async Task<(T Value, Uri? Next)> GetAsync<T>(string path, string permission, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        var address = new Uri(access.Api, path);
        var reply = await AskAsync(new ApiCall(HttpMethod.Get, address, null, permission, IsRepeatable: true), cancellationToken);
        return (Read(reply, type), reply.Next);
    }

    /// <summary>Sends <paramref name="body"/>.</summary>
    public async Task<TReply> PostAsync<T, TReply>(string path, T body, JsonTypeInfo<T> type, string permission, bool isRepeatable, JsonTypeInfo<TReply> replyType, CancellationToken cancellationToken)
    {
        var call = new ApiCall(HttpMethod.Post, new Uri(access.Api, path), JsonSerializer.SerializeToUtf8Bytes(body, type), permission, isRepeatable);
        return Read(await AskAsync(call, cancellationToken), replyType);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<ApiReply> AskAsync(ApiCall call, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            DateTimeOffset next;
            try
            {
                var reply = await FollowAsync(call, cancellationToken);
                if (reply.Fault(budget.Time.GetUtcNow()) is not { } fault)
                {
                    return reply;
                }

                next = reply.Until(budget.Time.GetUtcNow()) ?? budget.Time.GetUtcNow() + (FirstPause * attempt);
                if (attempt == MostTries || !(fault.Fault == ApiFault.Limited || (fault.Fault == ApiFault.Unreachable && call.IsRepeatable)) || next - budget.Time.GetUtcNow() >= budget.Left)
                {
                    throw fault;
                }
            }
            catch (ApiException lost) when (lost.Fault == ApiFault.Unreachable && call.IsRepeatable && attempt < MostTries && !cancellationToken.IsCancellationRequested)
            {
                next = budget.Time.GetUtcNow() + (FirstPause * attempt);
            }

            await PauseAsync(next - budget.Time.GetUtcNow(), call, cancellationToken);
        }
    }

    private async Task PauseAsync(TimeSpan pause, ApiCall call, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(pause > TimeSpan.Zero ? pause : TimeSpan.Zero, budget.Time, cancellationToken);
        }
        catch (OperationCanceledException late)
        {
            throw call.Unreachable("there was no time left to ask again", late);
        }
    }

    // GitHub redirects requests for a renamed repository; the same request, with its method, is sent again there.
    private async Task<ApiReply> FollowAsync(ApiCall call, CancellationToken cancellationToken)
    {
        for (var redirects = 0; ; redirects++)
        {
            var reply = await SendAsync(call, cancellationToken);
            if (reply.Redirect is not { } target)
            {
                return reply;
            }

            if (redirects == MostRedirects)
            {
                throw call.Garbled($"it redirects more than {MostRedirects} times");
            }

            call = call with { Address = Here(target, call) };
        }
    }

    private Uri Here(Uri target, ApiCall call) =>
        Uri.Compare(target, access.Api, UriComponents.SchemeAndServer | UriComponents.UserInfo, UriFormat.SafeUnescaped, StringComparison.OrdinalIgnoreCase) == 0
            ? target
            : throw call.Garbled($"it leads to {target.GetLeftPart(UriPartial.Authority)}, where the token must not go");

    private async Task<ApiReply> SendAsync(ApiCall call, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(LongestCall, budget.Time);
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        using var request = call.ToRequest();
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", access.Token);
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, bounded.Token);
            var reply = await ApiReply.ReadAsync(call, response, bounded.Token);
            return reply.Next is { } next ? reply with { Next = Here(next, call) } : reply;
        }
        catch (OperationCanceledException late)
        {
            throw call.Unreachable("it took too long", late);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or InvalidDataException)
        {
            throw call.Unreachable(fault.Message, fault);
        }
    }

    private static T Read<T>(ApiReply reply, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(reply.Body.Span, type) ?? throw reply.Call.Garbled("it is null");
        }
        catch (JsonException garbled)
        {
            throw reply.Call.Garbled(garbled.Message, garbled);
        }
    }
}
