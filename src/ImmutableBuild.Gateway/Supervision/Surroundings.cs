using ImmutableBuild.Gateway.Probing;
using ImmutableBuild.Gateway.State;
using ImmutableBuild.Processes;

namespace ImmutableBuild.Gateway.Supervision;

/// <summary>What every instance of a gateway has in common.</summary>
internal sealed record Surroundings(
    string StateDirectory,
    StateStore Store,
    IProcessHost Host,
    HttpProbe HttpProbe,
    TimeProvider Time,
    GatewayLog Log);
