using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using ImmutableBuild.Errors;

namespace ImmutableBuild.GitHub.Api;

/// <summary>A reply, whole.</summary>
internal sealed record ApiReply(ApiCall Call, HttpStatusCode Status, HttpResponseHeaders Headers, ReadOnlyMemory<byte> Body)
{
    // A comparison comes with the changes of 300 files.
    private const int LongestBody = 16 * 1024 * 1024;

    /// <summary>Where the next page is.</summary>
    public Uri? Next { get; init; } = Headers.TryGetValues("Link", out var links) ? LinkHeader.Next(links) : null;

    /// <summary>Where the request is to be sent again; null when it was answered.</summary>
    public Uri? Redirect =>
        Status is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect
        && Uri.TryCreate(Call.Address, Headers.Location, out var address)
            ? address
            : null;

    private string? Message
    {
        get
        {
            try
            {
                return JsonSerializer.Deserialize(Body.Span, GitHubJson.Default.ErrorAnswer)?.Message;
            }
            catch (JsonException)
            {
                return null;
            }
        }
    }

    /// <summary>Reads it, so much and no more.</summary>
    public static async Task<ApiReply> ReadAsync(ApiCall call, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var body = new MemoryStream();
        var buffer = new byte[81920];
        while (await stream.ReadAsync(buffer, cancellationToken) is var read and > 0)
        {
            if (body.Length + read > LongestBody)
            {
                throw call.Garbled($"it has more than {LongestBody} bytes");
            }

            body.Write(buffer, 0, read);
        }

        return new ApiReply(call, response.StatusCode, response.Headers, body.GetBuffer().AsMemory(0, (int)body.Length));
    }

    /// <summary>When the next call may be made; null when no limit was reached.</summary>
    public DateTimeOffset? Until(DateTimeOffset now) => RateLimit.Until(Status, Headers, Message, now);

    /// <summary>What is wrong with it; null for nothing.</summary>
    public ApiException? Fault(DateTimeOffset now)
    {
        var words = Message ?? $"{(int)Status}";
        return Until(now) is { } until ? new ApiException(ApiFault.Limited, GitHubErrors.Limited(Call.Name, until)) : Status switch
        {
            >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices => null,
            HttpStatusCode.Unauthorized => new ApiException(ApiFault.TokenRefused, GitHubErrors.TokenRefused(Call.Name, words)),
            HttpStatusCode.Forbidden => new ApiException(ApiFault.NotPermitted, GitHubErrors.NotPermitted(Call.Name, words, Call.Permission)),
            HttpStatusCode.NotFound => new ApiException(ApiFault.NotFound, GitHubErrors.NotPermitted(Call.Name, words, Call.Permission)),
            >= HttpStatusCode.InternalServerError => Call.Unreachable($"{(int)Status}, {words}"),
            _ => new ApiException(ApiFault.Refused, GitHubErrors.Refused(Call.Name, (int)Status, words)),
        };
    }
}
