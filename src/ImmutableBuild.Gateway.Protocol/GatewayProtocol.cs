using ImmutableBuild.Generations;

namespace ImmutableBuild.Gateway;

/// <summary>
/// Constants of the protocol: HTTP/1.1 and JSON over a Unix socket that only its owner may open. An answer that is not 2xx
/// carries an <see cref="ErrorReply"/>; a change answers 204.
/// </summary>
public static class GatewayProtocol
{
    /// <summary>Grows when a message changes its meaning.</summary>
    public const int Version = 1;

    /// <summary>The largest request a gateway reads, in bytes.</summary>
    public const int MaximumRequestBytes = 4 * 1024 * 1024;

    /// <summary>The largest reply a client reads, in bytes.</summary>
    public const int MaximumReplyBytes = 64 * 1024 * 1024;

    /// <summary>The most lines of a log that one call answers with.</summary>
    public const int MaximumLogLines = 1000;

    /// <summary>GET: <see cref="GatewayInfo"/>.</summary>
    public const string InfoPath = "/v1/info";

    /// <summary>GET: <see cref="Observation"/>.</summary>
    public const string ObservationPath = "/v1/observation";

    /// <summary>POST <see cref="LeaseRequest"/>: <see cref="Lease"/>.</summary>
    public const string LeasePath = "/v1/lease";

    /// <summary>POST <see cref="LeasedRequest"/>.</summary>
    public const string LeaseReleasePath = "/v1/lease/release";

    /// <summary>POST <see cref="CreateRequest"/>.</summary>
    public const string GenerationsPath = "/v1/generations";

    /// <summary>PUT <see cref="RouteRequest"/>.</summary>
    public const string RoutePath = "/v1/route";

    /// <summary>POST <see cref="AppendRequest"/>.</summary>
    public const string LedgerPath = "/v1/ledger";

    /// <summary>POST <see cref="LeasedRequest"/>; answered once everything is down.</summary>
    public const string StopPath = "/v1/stop";

    /// <summary>POST <see cref="UpgradeRequest"/>; answered once it is written down. <see cref="GatewayInfo.Program"/> tells when it is done.</summary>
    public const string UpgradePath = "/v1/upgrade";

    /// <summary>
    /// POST, between gateways: asks the one that serves to leave everything to the one that asks. From the first line of the answer on it changes
    /// nothing and accepts nobody; each line is an <see cref="InFlightLine"/>, and the end of the answer is the end of its work.
    /// </summary>
    public const string YieldPath = "/v1/yield";

    /// <summary>POST <see cref="LeasedRequest"/>.</summary>
    public static string DestroyPath(GenerationId id) => $"{GenerationsPath}/{id}/destroy";

    /// <summary>POST <see cref="ReplaceRequest"/>.</summary>
    public static string ReplacementPath(GenerationId id, string instance) => $"{GenerationsPath}/{id}/instances/{Uri.EscapeDataString(instance)}/replacement";

    /// <summary>GET: <see cref="LogReply"/>.</summary>
    public static string LogPath(GenerationId id, string instance, int lines) =>
        $"{GenerationsPath}/{id}/instances/{Uri.EscapeDataString(instance)}/log?lines={lines}";
}
