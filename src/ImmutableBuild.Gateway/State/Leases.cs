using ImmutableBuild.Errors;
using ImmutableBuild.Generations;

namespace ImmutableBuild.Gateway.State;

/// <summary>Who may change the app, by the gateway's clock alone (F03-F05). Pure: state in, state out.</summary>
internal static class Leases
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>Gives the lease to the holder that asks, or renews it with the same token. IMB6001 while another one holds it.</summary>
    public static GatewayState Acquire(GatewayState state, LeaseRequest request, DateTimeOffset now)
    {
        if (request.Duration <= TimeSpan.Zero || request.Duration > Longest || request.Holder is not { Length: > 0 and <= 512 })
        {
            throw GatewayErrors.RequestNotUnderstood($"a lease needs a holder (1 to 512 characters) and lasts up to {Longest}; found {request.Duration}.");
        }

        var held = Current(state, now);
        if (held is not null && held.Holder != request.Holder)
        {
            throw DeployErrors.LeaseHeld(state.App, held);
        }

        var token = held?.FencingToken ?? state.FencingToken + 1;
        var taken = held is null ? state.WithoutJoining() : state;
        return taken with { FencingToken = token, Lease = new LeaseState(request.Holder, token, now + request.Duration) };
    }

    /// <summary>Takes the lease back from its holder; anyone else's is left alone.</summary>
    public static GatewayState Release(GatewayState state, Lease lease) =>
        state.Lease is { } held && held.FencingToken == lease.FencingToken && held.Holder == lease.Holder ? state.WithoutJoining() with { Lease = null } : state;

    /// <summary>The lease that counts at <paramref name="now"/>.</summary>
    public static LeaseState? Current(GatewayState state, DateTimeOffset now) => state.Lease is { } held && held.ExpiresAt > now ? held : null;

    /// <summary>IMB6002 unless <paramref name="lease"/> is the newest one and has not expired.</summary>
    public static void Demand(GatewayState state, Lease lease, DateTimeOffset now)
    {
        if (Current(state, now) is not { } held || held.FencingToken != lease.FencingToken || held.Holder != lease.Holder)
        {
            throw DeployErrors.LeaseLost(state.App, lease);
        }
    }
}
