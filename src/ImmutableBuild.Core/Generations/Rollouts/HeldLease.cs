using ImmutableBuild.Errors;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Generations.Rollouts;

/// <summary>The lease as a run holds it. Renewal is timed by the holder's own monotonic clock; validity is the target's word alone (F05).</summary>
internal sealed class HeldLease(IDeploymentTarget target, AppKey app, LeaseRequest request, TimeProvider time, IReporter reporter)
{
    private static readonly TimeSpan s_releasePatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_releasePause = TimeSpan.FromMilliseconds(100);

    private Lease? _lease;
    private long _renewedAt;

    public bool IsHeld => _lease is not null;

    private TimeSpan RenewAfter => request.Duration / 3;

    /// <summary>Takes the lease, or renews it. A lease that lapsed in between is lost: someone else may have acted.</summary>
    public async Task AcquireAsync(CancellationToken cancellationToken)
    {
        var asked = time.GetTimestamp();
        var lease = await target.AcquireLeaseAsync(app, request, cancellationToken);
        var lapsed = _lease is { } held && held.FencingToken != lease.FencingToken ? _lease : null;

        // The new lease is kept even when this throws, so that it is given back in the end.
        (_lease, _renewedAt) = (lease, asked);
        if (lapsed is not null)
        {
            throw DeployErrors.LeaseLost(app, lapsed);
        }
    }

    /// <summary>Goes on with the lease that an earlier stage of the same holder kept; renewed before its first use.</summary>
    public void Adopt(LeaseState? kept)
    {
        if (_lease is null && kept?.Holder == request.Holder)
        {
            (_lease, _renewedAt) = (new Lease(kept.Holder, kept.FencingToken, kept.ExpiresAt), time.GetTimestamp() - (long)(RenewAfter.TotalSeconds * time.TimestampFrequency));
        }
    }

    /// <summary>Makes a changing call, and renews the lease as long as it takes. A renewal that may succeed later is tried again later.</summary>
    public async Task WhileAsync(Func<Lease, Task> change, CancellationToken cancellationToken)
    {
        await RenewIfDueAsync(cancellationToken);
        var call = change(_lease ?? throw new InvalidOperationException("No lease is held."));
        await RenewWhileAsync(call, cancellationToken);
        await call;
    }

    /// <summary>Looks at something, and renews the lease as long as that takes, where it is held. Throws when it is lost meanwhile: what was seen may be out of date.</summary>
    public async Task<T> WhileLookingAsync<T>(Func<Task<T>> look, CancellationToken cancellationToken)
    {
        await RenewIfDueAsync(cancellationToken);
        var call = look();
        if (IsHeld)
        {
            await RenewWhileAsync(call, cancellationToken);
        }

        return await call;
    }

    /// <summary>
    /// Gives the lease back, where this run holds it, or where <paramref name="seen"/> shows that an earlier run of the same holder kept it and this
    /// one had nothing to change. Asks again a target that is away for a moment: until a lease expires, the next release is refused.
    /// </summary>
    public async Task ReleaseAsync(LeaseState? seen, CancellationToken cancellationToken)
    {
        var kept = seen?.Holder == request.Holder ? new Lease(seen.Holder, seen.FencingToken, seen.ExpiresAt) : null;
        if ((_lease ?? kept) is { } lease)
        {
            _lease = null;
            await GiveBackAsync(lease, cancellationToken);
        }
    }

    private async Task GiveBackAsync(Lease lease, CancellationToken cancellationToken)
    {
        for (var patience = new Patience(s_releasePatience, time); ; await Task.Delay(s_releasePause, time, cancellationToken))
        {
            try
            {
                await target.ReleaseLeaseAsync(app, lease, cancellationToken);
                return;
            }
            catch (ImmutableBuildException fault) when (fault.IsTransient && !patience.IsOver())
            {
                reporter.Detail($"The lease could not be given back yet: {fault.Message}");
            }
        }
    }

    /// <summary>Renews the lease when a third of it is over.</summary>
    private Task RenewIfDueAsync(CancellationToken cancellationToken) =>
        IsHeld && time.GetElapsedTime(_renewedAt) >= RenewAfter ? AcquireAsync(cancellationToken) : Task.CompletedTask;

    private async Task RenewWhileAsync(Task call, CancellationToken cancellationToken)
    {
        try
        {
            await RenewUntilEndedAsync(call, cancellationToken);
        }
        catch
        {
            // The call must have ended before anything is put right, or it could take effect afterwards.
            await call.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    private async Task RenewUntilEndedAsync(Task call, CancellationToken cancellationToken)
    {
        while (!await EndsBeforeRenewalAsync(call, cancellationToken))
        {
            try
            {
                await AcquireAsync(cancellationToken);
            }
            catch (ImmutableBuildException fault) when (fault.IsTransient)
            {
                reporter.Detail($"The lease could not be renewed yet: {fault.Message}");
            }
        }
    }

    // Waits on the call itself, so that nothing of the wait outlives a call that ends soon: there are ten looks a second.
    private async Task<bool> EndsBeforeRenewalAsync(Task call, CancellationToken cancellationToken)
    {
        await call.WaitAsync(RenewAfter, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!call.IsCompleted)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }

        return call.IsCompleted;
    }
}
