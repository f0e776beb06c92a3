using ImmutableBuild.Gateway.Routing;
using ImmutableBuild.Generations;

namespace ImmutableBuild.Gateway.Probing;

/// <summary>What one look at an instance showed.</summary>
/// <param name="Healthy">Whether it passed.</param>
/// <param name="Detail">What was found, for people.</param>
/// <param name="Identity">Whether what answered is the instance.</param>
/// <param name="TimedOut">It failed by being slow only.</param>
/// <param name="UsesTcpFallback">A TCP accept counted instead of a path the app doesn't have.</param>
/// <param name="Protocols">What it speaks, where this look found out.</param>
internal sealed record ProbeOutcome(
    bool Healthy,
    string Detail,
    InstanceIdentity Identity = InstanceIdentity.Unknown,
    bool TimedOut = false,
    bool UsesTcpFallback = false,
    UpstreamProtocols Protocols = UpstreamProtocols.Http1);
