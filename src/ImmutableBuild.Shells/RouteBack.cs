using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Releases;
using ImmutableBuild.Trust;

namespace ImmutableBuild.Shells;

/// <summary>
/// Undoes a release whose stages did their work, when something of the user's own between or behind them failed, such as a smoke
/// test. A stage that fails puts everything right itself, and leaves nothing to do here.
/// </summary>
/// <param name="target">The system that runs the app.</param>
/// <param name="verifier">Decides whether an image may run again.</param>
/// <param name="context">What the stages got.</param>
public sealed class RouteBack(IDeploymentTarget target, IImageVerifier verifier, StageContext context)
{
    /// <summary>
    /// Before the gate, gives the new generation up, which never had traffic; after it, routes back to what the new one replaced, while
    /// that still runs. The record ends before Deploy then, so that nothing goes on from what is undone. Answers what serves now; null
    /// when that is not known, or nothing had to be done.
    /// </summary>
    public async Task<RouteBackResult> RunAsync(ReleaseRecord record, CancellationToken cancellationToken)
    {
        if (record.Deploy is not { AlreadyLive: false } deploy || record.DestroyOld is not null)
        {
            return new RouteBackResult(RouteBackKind.Nothing, null, 0);
        }

        await LeaveAsync(record);
        var result = record.HealthGate is { } gate ? await GoBackAsync(gate, cancellationToken) : await GivenUpAsync(deploy, cancellationToken);
        if (result.Kind is not RouteBackKind.Stayed)
        {
            await new ReleaseRecordFile(context.WorkDirectory).WriteAsync(ReleaseChain.ClearFrom(record, StageName.Deploy), CancellationToken.None);
        }

        return result;
    }

    // Gives the lease back, which a rollback has to take; before the gate, that is also what gives the generation up.
    private async Task LeaveAsync(ReleaseRecord record)
    {
        try
        {
            await LeftRelease.AbandonAsync(record, context, target);
        }
        catch (ImmutableBuildException given) when (given.Code == DeployErrors.CancelledCode)
        {
            context.Reporter.Detail(given.Message);
        }
    }

    // Where the lease had been given back, as by a Deploy in a job of its own, nothing was given up.
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
        var live = Status.Of(await target.ObserveAsync(app, cancellationToken)).Live;
        var why = gate.Replaced is null ? $"nothing served before {gate.Live}"
            : live != gate.Live ? $"{(live is { } other ? $"{other} serves by now" : "nothing serves by now")}"
            : null;
        if (why is not null)
        {
            context.Reporter.Warn(ShellErrors.NotRoutedBack(why));
            return new RouteBackResult(RouteBackKind.Stayed, live, 0);
        }

        var rollback = new Rollback(target, verifier, context.Time, context.Reporter, context.ReadVariable);
        var back = await rollback.RunAsync(new RollbackRequest(app, gate.Replaced, context.Options.Rollout), cancellationToken);
        await context.Follower.WentLiveAsync(LiveChange.Of(back), context, cancellationToken);
        return new RouteBackResult(RouteBackKind.RoutedBack, back.To, back.Run.RequestsLost);
    }
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
/// <param name="RequestsLost">Requests lost by it.</param>
public sealed record RouteBackResult(RouteBackKind Kind, GenerationId? Serving, long RequestsLost);
