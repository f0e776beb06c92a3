using System.Collections.Immutable;
using ImmutableBuild.Generations.Drift;
using ImmutableBuild.Releases;
using ImmutableBuild.Trust;

namespace ImmutableBuild.Generations;

/// <summary>A target that creates nothing before the verifier has agreed, whatever a record, a ledger or an earlier look says of the image (F38).</summary>
internal sealed class VerifiedTarget(IDeploymentTarget target, IImageVerifier verifier) : IDeploymentTarget
{
    public TargetPace Pace => target.Pace;

    public async Task CreateAsync(GenerationSpec spec, Lease lease, CancellationToken cancellationToken)
    {
        await verifier.VerifyAsync(spec.App, spec.Commit, spec.Repository, spec.Image, cancellationToken);
        await target.CreateAsync(spec, lease, cancellationToken);
    }

    public Task<Lease> AcquireLeaseAsync(AppKey app, LeaseRequest request, CancellationToken cancellationToken) => target.AcquireLeaseAsync(app, request, cancellationToken);

    public Task ReleaseLeaseAsync(AppKey app, Lease lease, CancellationToken cancellationToken) => target.ReleaseLeaseAsync(app, lease, cancellationToken);

    public Task<Observation> ObserveAsync(AppKey app, CancellationToken cancellationToken) => target.ObserveAsync(app, cancellationToken);

    public Task RouteAsync(AppKey app, Route route, Lease lease, CancellationToken cancellationToken) => target.RouteAsync(app, route, lease, cancellationToken);

    public Task DestroyAsync(AppKey app, GenerationId id, Lease lease, CancellationToken cancellationToken) => target.DestroyAsync(app, id, lease, cancellationToken);

    public Task RecordAsync(AppKey app, LedgerEntry entry, Lease lease, CancellationToken cancellationToken) => target.RecordAsync(app, entry, lease, cancellationToken);

    public Task<IReadOnlyList<string>> ReadLogAsync(AppKey app, GenerationId id, string instance, int lines, CancellationToken cancellationToken) =>
        target.ReadLogAsync(app, id, instance, lines, cancellationToken);

    public Task<ImmutableArray<DriftFinding>> FindDriftAsync(AppKey app, CancellationToken cancellationToken) => target.FindDriftAsync(app, cancellationToken);

    public Task ReplaceAsync(AppKey app, GenerationId id, string instance, ReplacementStep change, Lease lease, CancellationToken cancellationToken) =>
        target.ReplaceAsync(app, id, instance, change, lease, cancellationToken);

    public Task StopAsync(AppKey app, Lease lease, CancellationToken cancellationToken) => target.StopAsync(app, lease, cancellationToken);

    public ValueTask DisposeAsync() => target.DisposeAsync();
}
