using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Releases;
using ImmutableBuild.Trust;

namespace ImmutableBuild.Shells;

/// <summary>
/// Undoes a release whose stages did their work, when something of the user's own between or behind them failed, such as a smoke
/// test, or was interrupted. A stage that fails puts everything right itself, and leaves nothing to do here.
/// </summary>
/// <param name="target">The system that runs the app.</param>
/// <param name="verifier">Decides whether an image may run again.</param>
/// <param name="context">What the stages got.</param>
public sealed class RouteBack(IDeploymentTarget target, IImageVerifier verifier, StageContext context)
{
    /// <summary>
    /// Before the gate, gives the new generation up, which never had traffic; after it, routes back to what the new one replaced, while
    /// that still runs. A generation that a check has failed is a failed one from then on, as if the gate had refused it; one that was only
    /// interrupted is not. The record ends before Deploy then, so that nothing goes on from what is undone.
    /// </summary>
    /// <param name="record">How far the release came.</param>
    /// <param name="failedCheck">The name of what failed; null where the build was interrupted.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<RouteBackResult> RunAsync(ReleaseRecord record, string? failedCheck, CancellationToken cancellationToken)
    {
        if (record.Deploy is not { AlreadyLive: false } deploy || record.DestroyOld is not null)
        {
            return new RouteBackResult(RouteBackKind.Nothing, null, 0);
        }

        var failure = failedCheck is null ? null : DestroyErrors.CheckFailed(deploy.Spec.Id, failedCheck);
        var result = new RouteBackResult(RouteBackKind.Stayed, null, 0);
        try
        {
            result = await UndoAsync(record, deploy, failure, cancellationToken);
        }
        finally
        {
            if (failure is not null || result.Kind is not RouteBackKind.Stayed)
            {
                await EndAsync(record, failure);
            }
        }

        return result;
    }

    // Takes the undone stages out of the record, so that no later job goes on from them, and tells the follower how the release ended.
    private async Task EndAsync(ReleaseRecord record, Diagnostic? failure)
    {
        await new ReleaseRecordFile(context.WorkDirectory).WriteAsync(ReleaseChain.ClearFrom(record, StageName.Deploy), CancellationToken.None);
        await context.Follower.RefusedAsync(record with { HealthGate = null }, StageName.HealthGate, failure is null ? new OperationCanceledException() : new ImmutableBuildException(failure), context);
    }

    private async Task<RouteBackResult> UndoAsync(ReleaseRecord record, DeployRecord deploy, Diagnostic? failure, CancellationToken cancellationToken)
    {
        var lost = failure is null ? await LeaveAsync(record) : (await LeftRelease.FailAsync(record, failure, context, target, cancellationToken)).RequestsLost;
        var result = record.HealthGate is { } gate ? await GoBackAsync(gate, cancellationToken) : await GivenUpAsync(deploy, cancellationToken);
        return result with { RequestsLost = result.RequestsLost + lost };
    }

    // Gives the lease back, so that a rollback can take it. Before the gate, this also gives the generation up.
    private async Task<long?> LeaveAsync(ReleaseRecord record)
    {
        try
        {
            await LeftRelease.AbandonAsync(record, context, target);
        }
        catch (ImmutableBuildException given) when (given.Code == DeployErrors.CancelledCode)
        {
            context.Reporter.Detail(given.Message);
        }

        return 0;
    }

    // What became of the generation. Where the lease had been given back before, as by a Deploy in a job of its own, nothing was given up, and it is still there.
    private async Task<RouteBackResult> GivenUpAsync(DeployRecord deploy, CancellationToken cancellationToken)
    {
        var observed = await target.ObserveAsync(context.Options.App, cancellationToken);
        if (observed.Find(deploy.Spec.Id) is not { Phase: not GenerationPhase.Destroying })
        {
            return new RouteBackResult(RouteBackKind.GivenUp, observed.Serving, 0);
        }

        context.Reporter.Warn(ShellErrors.NotRoutedBack($"{deploy.Spec.Id} has none, and stays until the next release clears it up"));
        return new RouteBackResult(RouteBackKind.Stayed, observed.Serving, 0);
    }

    private async Task<RouteBackResult> GoBackAsync(HealthGateRecord gate, CancellationToken cancellationToken)
    {
        var app = context.Options.App;
        var observed = await target.ObserveAsync(app, cancellationToken);
        var to = observed.Serving is { } serves && serves != gate.Live ? serves : gate.Replaced;
        if (WhyNotTo(to, gate, observed) is { } why)
        {
            context.Reporter.Warn(ShellErrors.NotRoutedBack(why));
            return new RouteBackResult(RouteBackKind.Stayed, observed.Serving, 0);
        }

        // Where a check failed the generation, traffic has moved away already, and the rollback only writes into the ledger what serves instead.
        var rollback = new Rollback(target, verifier, context.Time, context.Reporter, context.ReadVariable);
        var back = await rollback.RunAsync(new RollbackRequest(app, to, context.Options.Rollout), cancellationToken);
        await context.Follower.WentLiveAsync(LiveChange.Of(back), context, cancellationToken);
        return new RouteBackResult(RouteBackKind.RoutedBack, back.To, back.Run.RequestsLost);
    }

    private static string? WhyNotTo(GenerationId? to, HealthGateRecord gate, Observation observed) =>
        observed.Ledger.LastOrDefault(entry => entry.WentLive)?.Spec.Id is { } live && live != gate.Live ? $"{live} went live since"
        : observed.Serving is null ? "nothing serves by now"
        : to is null ? $"nothing served before {gate.Live}"
        : observed.Ledger.LastOrDefault(entry => entry.Spec.Id == to) is { Event: LedgerEvent.Failed } ? $"{to}, which it replaced, failed as well"
        : null;
}

/// <summary>How a <see cref="RouteBack"/> ended.</summary>
public enum RouteBackKind
{
    /// <summary>The release had changed nothing, or was over.</summary>
    Nothing,

    /// <summary>The new generation had no traffic, and is gone.</summary>
    GivenUp,

    /// <summary>What the new generation replaced serves again.</summary>
    RoutedBack,

    /// <summary>There is nothing to go back to: traffic stays.</summary>
    Stayed,
}

/// <summary>What a <see cref="RouteBack"/> did.</summary>
/// <param name="Kind">How it ended.</param>
/// <param name="Serving">What serves now; null when nothing does.</param>
/// <param name="RequestsLost">Requests lost by it; null where nobody counted them.</param>
public sealed record RouteBackResult(RouteBackKind Kind, GenerationId? Serving, long? RequestsLost);
