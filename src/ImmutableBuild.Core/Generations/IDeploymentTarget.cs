using System.Collections.Immutable;
using ImmutableBuild.Generations.Drift;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Generations;

/// <summary>
/// The system that runs generations. Everything the engine does to the outside world at deploy time goes through these
/// calls; all state lives behind them. Every target passes the shared contract suite <c>DeploymentTargetContract</c>.
/// </summary>
/// <remarks>
/// Every call may be repeated: a repeated call with the same arguments finds its work done. A call that fails with a
/// transient <see cref="Errors.ImmutableBuildException"/> may or may not have taken effect; observe to learn which.
/// Changing calls are refused with IMB6002 when the lease is not the newest or has expired. While a call is under way, the lease may be renewed by another.
/// </remarks>
public interface IDeploymentTarget : IAsyncDisposable
{
    /// <summary>How long its system takes. The same as long as the target is open; who wraps a target hands on that target's.</summary>
    TargetPace Pace => TargetPace.Default;

    /// <summary>Takes the lease of <paramref name="app"/>, or renews it for the same holder with the same token. IMB6001 when another holds it.</summary>
    Task<Lease> AcquireLeaseAsync(AppKey app, LeaseRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Gives the lease back. A lease that is no longer held is no error. Of an app that has nothing but its ledger, nothing is left running: what only holds the
    /// lease, such as a gateway, goes with it.
    /// </summary>
    Task ReleaseLeaseAsync(AppKey app, Lease lease, CancellationToken cancellationToken);

    /// <summary>Everything there is to see of <paramref name="app"/>. Needs no lease and changes nothing.</summary>
    Task<Observation> ObserveAsync(AppKey app, CancellationToken cancellationToken);

    /// <summary>Begins to create a generation beside the others, without traffic; returns once its instances are started or come up by themselves, not once they are healthy.</summary>
    Task CreateAsync(GenerationSpec spec, Lease lease, CancellationToken cancellationToken);

    /// <summary>
    /// Moves traffic: durable first, then for new requests, at once or as soon as the public entry follows; <see cref="RouteState.Serving"/> tells when it has.
    /// Refused (IMB7) when a named generation doesn't exist or has no healthy instance.
    /// </summary>
    Task RouteAsync(AppKey app, Route route, Lease lease, CancellationToken cancellationToken);

    /// <summary>
    /// Begins to destroy a generation: drains it, then removes everything it had. Returns at once; observe until it is gone.
    /// Refused (IMB8) while the route names it.
    /// </summary>
    Task DestroyAsync(AppKey app, GenerationId id, Lease lease, CancellationToken cancellationToken);

    /// <summary>Appends to the ledger. An entry equal in event, cause, generation and writer to the newest one is already there.</summary>
    Task RecordAsync(AppKey app, LedgerEntry entry, Lease lease, CancellationToken cancellationToken);

    /// <summary>The last lines an instance wrote to its standard output and error; empty when there are none.</summary>
    Task<IReadOnlyList<string>> ReadLogAsync(AppKey app, GenerationId id, string instance, int lines, CancellationToken cancellationToken);

    /// <summary>
    /// What runs otherwise than it was released: everything by hand that the target can see. Needs no lease and changes nothing; what can't
    /// be looked at is a fault, never "no drift".
    /// </summary>
    Task<ImmutableArray<DriftFinding>> FindDriftAsync(AppKey app, CancellationToken cancellationToken);

    /// <summary>
    /// One step of replacing an instance of a generation by a fresh one, made from the same spec. A fresh one shows in
    /// <see cref="ObservedGeneration.Joining"/> from its beginning on and gets requests only once the step
    /// <see cref="ReplacementStep.Finish"/> lets it take the place; the instance it replaces drains then, in
    /// <see cref="ObservedGeneration.Leaving"/> until it is gone. What was begun and not finished goes with the lease it was begun under: the
    /// next holder finds nothing of it. Refused with IMB8052 for an instance that is not there, with IMB8053 while the fresh one is not healthy.
    /// </summary>
    Task ReplaceAsync(AppKey app, GenerationId id, string instance, ReplacementStep change, Lease lease, CancellationToken cancellationToken);

    /// <summary>
    /// Takes the whole app down: route, generations, everything but the ledger and what holds the lease; returns once it is gone. The lease may be renewed
    /// meanwhile, and nobody else gets it before it is given back, so that a release that begins then finds nothing that is still on its way out. For <c>-t:Stop</c>.
    /// </summary>
    Task StopAsync(AppKey app, Lease lease, CancellationToken cancellationToken);
}
