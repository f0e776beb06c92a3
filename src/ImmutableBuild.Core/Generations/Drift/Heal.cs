using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations.Rollouts;
using ImmutableBuild.Releases;
using ImmutableBuild.Trust;

namespace ImmutableBuild.Generations.Drift;

/// <summary>
/// Heal: replaces drifted instances, one at a time, by fresh ones of the same generation. What runs is never changed: that is how it
/// drifted.
/// </summary>
public sealed class Heal(IDeploymentTarget target, IImageVerifier verifier, TimeProvider time, IReporter reporter)
{
    private readonly RolloutSettings _settings = new();

    /// <summary>Heals <paramref name="app"/>. IMB6001 while another holds the lease, IMB8006 when a fresh instance does not get healthy; the drifted one stays then.</summary>
    /// <param name="app">The app.</param>
    /// <param name="plan">How healthy a fresh instance has to be, and how soon.</param>
    /// <param name="cancellationToken">Cancels it; the fresh instance at work is removed.</param>
    public async Task<HealResult> RunAsync(AppKey app, RolloutPlan plan, CancellationToken cancellationToken)
    {
        var before = await DriftReport.FindAsync(target, app, time, cancellationToken);
        if (!before.Findings.Any(finding => finding.IsMendable))
        {
            return new HealResult(app, [], before);
        }

        var observed = await target.ObserveAsync(app, cancellationToken);
        var holder = LeaseHolder.ForOnce($"heal at entry {observed.Ledger.LastOrDefault()?.Sequence ?? 0}");
        var listens = observed.Generations.Any(generation => generation.Spec.Configuration.Port is not null);
        var lease = new HeldLease(target, app, new LeaseRequest(holder, _settings.LeaseDuration) { Listens = listens }, time, reporter);
        ImmutableArray<HealedInstance> healed;
        try
        {
            await lease.AcquireAsync(cancellationToken);
            healed = await HealAsync(app, lease, holder, plan, cancellationToken);
        }
        finally
        {
            await ReleaseAsync(lease);
        }

        return new HealResult(app, healed, await DriftReport.FindAsync(target, app, time, cancellationToken));
    }

    /// <summary>Looks again, now that nobody else changes anything, and replaces what is to be replaced.</summary>
    private async Task<ImmutableArray<HealedInstance>> HealAsync(AppKey app, HeldLease lease, string holder, RolloutPlan plan, CancellationToken cancellationToken)
    {
        var findings = await lease.WhileLookingAsync(() => target.FindDriftAsync(app, cancellationToken), cancellationToken);
        var observed = await lease.WhileLookingAsync(() => target.ObserveAsync(app, cancellationToken), cancellationToken);
        var healed = ImmutableArray.CreateBuilder<HealedInstance>();
        foreach (var generation in observed.Generations.Where(generation => generation.Phase == GenerationPhase.Running).OrderByDescending(generation => observed.Route.Route.PercentOf(generation.Id)))
        {
            var before = healed.Count;
            try
            {
                await HealAsync(generation, findings, lease, plan, healed, cancellationToken);
            }
            finally
            {
                if (IsLive(observed, generation))
                {
                    await RecordAsync(generation.Spec, [.. healed.Skip(before)], lease, holder);
                }
            }
        }

        return healed.ToImmutable();
    }

    private async Task HealAsync(
        ObservedGeneration generation, ImmutableArray<DriftFinding> findings, HeldLease lease, RolloutPlan plan, ImmutableArray<HealedInstance>.Builder healed, CancellationToken cancellationToken)
    {
        var spec = generation.Spec;
        var drifted = findings
            .Where(finding => finding.IsMendable && finding.Generation == spec.Id && generation.Instances.Any(instance => instance.Name == finding.Instance))
            .GroupBy(finding => finding.Instance!, StringComparer.Ordinal)
            .ToList();
        if (drifted.Count > 0)
        {
            await verifier.VerifyAsync(spec.App, spec.Commit, spec.Repository, spec.Image, cancellationToken);
        }

        foreach (var instance in drifted)
        {
            var kinds = instance.Select(finding => finding.Kind).Distinct().ToImmutableArray();
            reporter.Detail($"{spec.Id} instance {instance.Key} drifted ({string.Join(", ", kinds)}): a fresh one comes up beside it.");
            var fresh = await new InstanceReplacement(target, lease, spec, instance.Key, plan, _settings, time, reporter).RunAsync(cancellationToken);
            healed.Add(new HealedInstance(spec.Id, instance.Key, fresh, kinds));
            reporter.Detail($"{spec.Id} instance {fresh} serves in place of {instance.Key}.");
        }
    }

    private static bool IsLive(Observation observed, ObservedGeneration generation) =>
        observed.Route.Route.Names(generation.Id) && observed.Ledger.LastOrDefault(entry => entry.Spec.Id == generation.Id) is { Event: LedgerEvent.Live };

    /// <summary>Writes down what was replaced, also when the next one could not be.</summary>
    private async Task RecordAsync(GenerationSpec spec, ImmutableArray<HealedInstance> healed, HeldLease lease, string holder)
    {
        if (healed.IsEmpty)
        {
            return;
        }

        var entry = new LedgerEntry
        {
            Event = LedgerEvent.Live,
            Cause = LedgerCause.Heal,
            Spec = spec,
            By = holder,
            Reason = string.Join("; ", healed.Select(instance => $"instance {instance.Fresh} in place of {instance.Drifted} ({string.Join(", ", instance.Kinds)})")),
        };
        using var grace = new CancellationTokenSource(target.Pace.Grace, time);
        try
        {
            await lease.WhileAsync(held => target.RecordAsync(spec.App, entry, held, grace.Token), grace.Token);
        }
        catch (Exception fault) when (fault is ImmutableBuildException or OperationCanceledException)
        {
            reporter.Detail($"What was replaced could not be written down: {fault.Message}");
        }
    }

    private async Task ReleaseAsync(HeldLease lease)
    {
        using var grace = new CancellationTokenSource(target.Pace.Grace, time);
        try
        {
            await lease.ReleaseAsync(null, grace.Token);
        }
        catch (Exception fault) when (fault is ImmutableBuildException or OperationCanceledException)
        {
            reporter.Detail($"The lease could not be given back and expires by itself: {fault.Message}");
        }
    }
}
