using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using Polly;
using Polly.Retry;

namespace ImmutableBuild.Registries;

/// <summary>When a request to a registry is sent again: no reply, 408, 429 and 5xx, after as long as the registry asks for, within bounds (F39).</summary>
internal static class RegistryRetry
{
    /// <summary>Longer than this nobody waits for; the release can be run again.</summary>
    public static TimeSpan LongestWait { get; } = TimeSpan.FromSeconds(60);

    /// <summary>Four more attempts, the first after about <paramref name="firstDelay"/>, each after about twice as long.</summary>
    public static ResiliencePipeline<HttpResponseMessage> Create(TimeProvider time, TimeSpan firstDelay) =>
        new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                MaxRetryAttempts = 4,
                Delay = firstDelay,
                MaxDelay = LongestWait,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = arguments => ValueTask.FromResult(MayHelp(arguments.Outcome, time)),
                DelayGenerator = arguments => ValueTask.FromResult(arguments.Outcome.Result is { } response ? Asked(response.Headers.RetryAfter, time) : null),
                OnRetry = static arguments =>
                {
                    arguments.Outcome.Result?.Dispose();
                    return default;
                },
            })
            .Build();

    /// <summary>Whether the same request may be answered otherwise later.</summary>
    public static bool IsTransient(HttpStatusCode status) =>
        status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or HttpStatusCode.InternalServerError
            or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    private static bool MayHelp(Outcome<HttpResponseMessage> outcome, TimeProvider time) => outcome switch
    {
        { Exception: HttpRequestException { InnerException: AuthenticationException } } => false,
        { Exception: HttpRequestException or IOException or TimeoutException } => true,
        { Result: { } response } => IsTransient(response.StatusCode) && (Asked(response.Headers.RetryAfter, time) ?? TimeSpan.Zero) <= LongestWait,
        _ => false,
    };

    private static TimeSpan? Asked(RetryConditionHeaderValue? header, TimeProvider time) => header switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date - time.GetUtcNow() is var wait => wait > TimeSpan.Zero ? wait : TimeSpan.Zero,
        _ => null,
    };
}
