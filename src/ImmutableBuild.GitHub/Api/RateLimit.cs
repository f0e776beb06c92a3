using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace ImmutableBuild.GitHub.Api;

/// <summary>What a reply says about limits (GitHub docs, "Rate limits for the REST API" and "Best practices").</summary>
internal static class RateLimit
{
    // Where a secondary limit does not say how long: "wait for at least one minute".
    private static readonly TimeSpan Unsaid = TimeSpan.FromMinutes(1);

    /// <summary>When the next call may be made; null when no limit was reached.</summary>
    /// <param name="status">The reply's status.</param>
    /// <param name="headers">Its headers.</param>
    /// <param name="message">Its words.</param>
    /// <param name="now">The time.</param>
    public static DateTimeOffset? Until(HttpStatusCode status, HttpResponseHeaders headers, string? message, DateTimeOffset now)
    {
        if (status is not (HttpStatusCode.Forbidden or HttpStatusCode.TooManyRequests))
        {
            return null;
        }

        if (headers.RetryAfter is { } after)
        {
            return after.Date ?? now + (after.Delta ?? Unsaid);
        }

        if (Value(headers, "x-ratelimit-remaining") is "0" && Reset(headers) is { } reset)
        {
            return reset;
        }

        return status == HttpStatusCode.TooManyRequests || message?.Contains("rate limit", StringComparison.OrdinalIgnoreCase) == true ? now + Unsaid : null;
    }

    private static DateTimeOffset? Reset(HttpResponseHeaders headers) =>
        long.TryParse(Value(headers, "x-ratelimit-reset"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
        && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;

    private static string? Value(HttpResponseHeaders headers, string name) => headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
}
