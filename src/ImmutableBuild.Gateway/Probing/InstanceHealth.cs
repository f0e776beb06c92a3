using ImmutableBuild.Generations;

namespace ImmutableBuild.Gateway.Probing;

/// <summary>What the probes of one run of an instance add up to. Pure: each outcome makes the next one.</summary>
/// <param name="Consecutive">Passed in a row.</param>
/// <param name="Last">The latest probe.</param>
/// <param name="Identity">Whether it is who it should be.</param>
/// <param name="UsesTcpFallback">A TCP accept counts.</param>
/// <param name="Serves">Whether it may get requests.</param>
/// <param name="TimeoutsInARow">Probes that were only too slow, up to the latest.</param>
internal sealed record InstanceHealth(
    int Consecutive,
    ProbeResult? Last,
    InstanceIdentity Identity,
    bool UsesTcpFallback,
    bool Serves,
    int TimeoutsInARow)
{
    /// <summary>
    /// An instance that serves keeps serving until so many probes in a row were merely too slow: a machine under load is slow
    /// with everything, and answering 503 for it would make that an outage. An answer that is bad counts at once.
    /// </summary>
    private const int TimeoutsTolerated = 3;

    /// <summary>It serves, and was too slow for its latest probes, but not yet for too many: whether it is well is open until the next probe.</summary>
    public bool IsLate => Serves && Last is { Healthy: false };

    /// <summary>Before the first probe.</summary>
    public static InstanceHealth Unknown { get; } = new(0, null, InstanceIdentity.Unknown, UsesTcpFallback: false, Serves: false, 0);

    /// <summary>What follows from <paramref name="outcome"/>, which ended at <paramref name="at"/>.</summary>
    public InstanceHealth After(ProbeOutcome outcome, DateTimeOffset at)
    {
        var last = new ProbeResult(at, outcome.Healthy, outcome.Detail);
        if (outcome.Healthy)
        {
            return new InstanceHealth(Consecutive + 1, last, outcome.Identity, outcome.UsesTcpFallback, Serves: true, 0);
        }

        var timeouts = outcome.TimedOut ? TimeoutsInARow + 1 : 0;
        var identity = outcome.Identity == InstanceIdentity.Unknown ? Identity : outcome.Identity;
        return new InstanceHealth(0, last, identity, UsesTcpFallback, Serves && timeouts is > 0 and < TimeoutsTolerated, timeouts);
    }
}
