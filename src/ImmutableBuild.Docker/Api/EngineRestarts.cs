using System.Net;

namespace ImmutableBuild.Docker.Api;

/// <summary>Tells the 5xx of an engine that goes down, comes up or can't keep up from those that stay, such as a port that is taken.</summary>
internal static class EngineRestarts
{
    // An engine that stops, or whose containerd is away or late, answers 500 like for any other fault; only its words tell.
    private static readonly string[] Words =
        ["context canceled", "context deadline exceeded", "transport is closing", "connection refused", "ttrpc: closed", "is shutting down", "error while dialing", "use of closed network connection"];

    /// <summary>Whether a call that ended like this may succeed later.</summary>
    public static bool Explains(HttpStatusCode? status, string detail) => status switch
    {
        HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout or HttpStatusCode.TooManyRequests => true,
        HttpStatusCode.InternalServerError => Array.Exists(Words, word => detail.Contains(word, StringComparison.OrdinalIgnoreCase)),
        _ => false,
    };
}
