using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using Polly;
using Polly.Retry;

namespace ImmutableBuild.Registries;

/// <summary>When a request to a registry is sent again: no reply, 408, 429 and 5xx, a manifest that was misread, after as long as the registry asks for, within bounds (F39).</summary>
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
                ShouldHandle = async arguments => MayHelp(arguments.Outcome, time) || await IsMisreadAsync(arguments.Outcome.Result, arguments.Context.CancellationToken),
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

    /// <summary>
    /// Whether the registry found a wrong digest in a manifest that is put. Each was compared here before, so it has read half of what it keeps of a blob: Docker's own does so
    /// while another push to the same repository brings a blob that both images have.
    /// </summary>
    private static async ValueTask<bool> IsMisreadAsync(HttpResponseMessage? response, CancellationToken cancellationToken) =>
        response is { StatusCode: HttpStatusCode.BadRequest, RequestMessage: { RequestUri: { } address } request }
        && request.Method == HttpMethod.Put && address.AbsolutePath.Contains("/manifests/", StringComparison.Ordinal)
        && await BoundedBody.PeekErrorCodeAsync(response, cancellationToken) == "DIGEST_INVALID";

    private static TimeSpan? Asked(RetryConditionHeaderValue? header, TimeProvider time) => header switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date - time.GetUtcNow() is var wait => wait > TimeSpan.Zero ? wait : TimeSpan.Zero,
        _ => null,
    };
}
