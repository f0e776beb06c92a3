using ImmutableBuild.Errors;
using ImmutableBuild.Generations.Rollouts;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Generations.Drift;

/// <summary>
/// Replaces one instance by a fresh one of the same generation: observes, decides the next step, makes it. The drifted one keeps its
/// requests until the fresh one is healthy, so there are never fewer that answer than before.
/// </summary>
internal sealed class InstanceReplacement(
    IDeploymentTarget target, HeldLease lease, GenerationSpec spec, string instance, RolloutPlan plan, RolloutSettings settings, TimeProvider time, IReporter reporter)
{
    private readonly Patience _transient = new(target.Pace.Patience, time);
    private readonly Patience _gate = new(plan.HealthTimeout, time);
    private readonly Patience _departure = new(target.Pace.LongestDeparture(spec.Configuration), time);
    private string? _fresh;

    /// <summary>Replaces it; the fresh one's name. IMB8006 when the fresh one never got healthy, after it was removed.</summary>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (!await TryStepAsync(cancellationToken))
            {
                await Task.Delay(settings.Interval, time, cancellationToken);
            }

            return _fresh ?? instance;
        }
        catch (Exception fault) when (fault is not ImmutableBuildException { Code: var code } || code != DeployErrors.LeaseLostCode)
        {
            await GiveUpAsync();
            throw;
        }
    }

    private async Task<bool> TryStepAsync(CancellationToken cancellationToken)
    {
        try
        {
            var isDone = await StepAsync(await ObserveAsync(cancellationToken), cancellationToken);
            _transient.Restore();
            return isDone;
        }
        catch (ImmutableBuildException fault) when (fault.IsTransient && !_transient.IsOver())
        {
            reporter.Detail(fault.Message);
            return false;
        }
    }

    private async Task<bool> StepAsync(Observation observed, CancellationToken cancellationToken)
    {
        var generation = observed.Find(spec.Id) is { Phase: GenerationPhase.Running } running ? running : throw GatewayErrors.NotReplaceable(spec.App, spec.Id, instance);
        if (generation.Instances.All(there => there.Name != instance))
        {
            return IsGone(generation);
        }

        if (generation.Joining.FirstOrDefault(joining => joining.Replaces == instance) is not { Instance: var fresh })
        {
            await DemandInTimeAsync(null, cancellationToken);
            await MakeAsync(ReplacementStep.Begin, cancellationToken);
            return false;
        }

        _fresh = fresh.Name;
        if (fresh.IsHealthy(plan.HealthySuccesses, spec.Configuration.Probe, observed.ObservedAt) && await TryFinishAsync(cancellationToken))
        {
            return false;
        }

        await DemandInTimeAsync(fresh, cancellationToken);
        return false;
    }

    private bool IsGone(ObservedGeneration generation) =>
        generation.Leaving.All(leaving => leaving.Name != instance)
        || (_departure.IsOver() ? throw DestroyErrors.InstanceNotGone(spec.Id, instance, target.Pace.LongestDeparture(spec.Configuration)) : false);

    /// <summary>Throws IMB8006 when the fresh instance ended, takes too long, or something else answers in its place.</summary>
    private async Task DemandInTimeAsync(ObservedInstance? fresh, CancellationToken cancellationToken)
    {
        var why = fresh switch
        {
            { Identity: InstanceIdentity.Foreign } => $"something else answers at {fresh.Address}",
            not null when fresh.Ends() > 0 => fresh.Describe(),
            _ when _gate.IsOver() => $"{fresh?.Describe() ?? "it was not started"}, and {plan.HealthySuccesses} in a row were asked for within {plan.HealthTimeout.TotalSeconds:0.#} s",
            _ => null,
        };
        if (why is not null)
        {
            var log = new InstanceLog(target, spec.App, spec.Id, settings.LogLines, reporter);
            await log.ReadAsync(fresh?.Name, cancellationToken);
            throw new ImmutableBuildException(GateErrors.WithLog(DestroyErrors.NotHealed(spec.Id, instance, why), fresh?.Name, log.Lines));
        }
    }

    private async Task<bool> TryFinishAsync(CancellationToken cancellationToken)
    {
        try
        {
            await MakeAsync(ReplacementStep.Finish, cancellationToken);
            return true;
        }
        catch (ImmutableBuildException fault) when (fault.Code == GatewayErrors.FreshNotHealthyCode)
        {
            // It was healthy when it was observed. The next look tells whether it is so again.
            reporter.Detail(fault.Message);
            return false;
        }
    }

    private Task<Observation> ObserveAsync(CancellationToken cancellationToken) =>
        lease.WhileLookingAsync(() => target.ObserveAsync(spec.App, cancellationToken), cancellationToken);

    private Task MakeAsync(ReplacementStep step, CancellationToken cancellationToken) =>
        lease.WhileAsync(held => target.ReplaceAsync(spec.App, spec.Id, instance, step, held, cancellationToken), cancellationToken);

    /// <summary>Removes the fresh one within the grace period. What can't be removed now goes with the lease.</summary>
    private async Task GiveUpAsync()
    {
        using var grace = new CancellationTokenSource(target.Pace.Grace, time);
        try
        {
            await MakeAsync(ReplacementStep.GiveUp, grace.Token);
            while ((await ObserveAsync(grace.Token)).Find(spec.Id) is { } generation
                && (generation.Joining.Any(joining => joining.Replaces == instance) || generation.Leaving.Any(leaving => leaving.Name == _fresh)))
            {
                await Task.Delay(settings.Interval, time, grace.Token);
            }
        }
        catch (Exception fault) when (fault is ImmutableBuildException or OperationCanceledException)
        {
            reporter.Detail($"The fresh instance could not be removed; who takes the lease next removes it: {fault.Message}");
        }
    }
}
