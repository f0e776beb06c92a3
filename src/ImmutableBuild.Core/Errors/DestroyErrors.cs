using System.Collections.Immutable;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Drift;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Errors;

/// <summary>IMB8: destroy, rollback, drift.</summary>
public static class DestroyErrors
{
    private static readonly ErrorDescriptor NothingToRollBackToDescriptor = new(
        "IMB8001", "There is nothing to roll back to",
        "The ledger has no generation that was live before the present one, other than those that failed.",
        "Release a commit that works.");

    private static readonly ErrorDescriptor UnknownGenerationDescriptor = new(
        "IMB8002", "The generation to roll back to was never live",
        "The ledger has no Live entry for it, so nothing is known that could be brought back.",
        "Choose one from the history that was live.");

    private static readonly ErrorDescriptor FailedGenerationDescriptor = new(
        "IMB8003", "The generation to roll back to failed",
        "The ledger's latest word on it is that it failed.",
        "Choose another one from the history, or release its commit again to try it anew.");

    private static readonly ErrorDescriptor SecretsChangedDescriptor = new(
        "IMB8004", "A secret is not what it was",
        "The generation was destroyed and has to be created again, but a variable that holds one of its secrets is not set or has another value now. A rollback brings the old configuration back, or nothing.",
        "Set the variable to the value it had, or release the commit again with the new value.");

    private static readonly ErrorDescriptor NotGoneDescriptor = new(
        "IMB8005", "A generation does not go",
        "Its destruction began, but longer ago than draining, the grace period of its processes and removing its files may take together.",
        "See the target's log for what holds it up. What serves is not affected; run DestroyOld again once it is mended.");

    private static readonly ErrorDescriptor NotHealedDescriptor = new(
        "IMB8006", "A drifted instance could not be replaced",
        "A fresh instance of the same generation was started beside the drifted one and did not become healthy. It was removed; the drifted one stays as it was.",
        "See in the message how the fresh one did. What serves is as it was; run Heal again, or release.");

    private static readonly ErrorDescriptor DriftedDescriptor = new(
        "IMB8007", "What runs is not what was released",
        "Someone changed what runs by hand, or it was damaged. Nothing that runs is ever changed by a release, only replaced.",
        "Heal replaces drifted instances by fresh ones of the same generation. What is foreign, and the gateway, Heal leaves alone: each line says what to do.");

    private static readonly ErrorDescriptor CheckFailedDescriptor = new(
        "IMB8030", "A check of yours failed",
        "Something of your own that stands between the stages, such as a smoke test, failed on the new generation. That counts as the gate's own verdict: traffic goes back, the ledger says that the generation failed, and it is destroyed.",
        "See what the check says. Mend the app, or the check, and release again: what failed is made anew and passes the gate first.");

    /// <summary>The rows of this range.</summary>
    public static ImmutableArray<ErrorDescriptor> All { get; } =
    [
        NothingToRollBackToDescriptor, UnknownGenerationDescriptor, FailedGenerationDescriptor, SecretsChangedDescriptor, NotGoneDescriptor, NotHealedDescriptor,
        DriftedDescriptor, CheckFailedDescriptor,
    ];

    /// <summary>No earlier generation qualifies (F30).</summary>
    public static ImmutableBuildException NothingToRollBackTo(AppKey app, GenerationId? live, int failed) => new(new Diagnostic(
        NothingToRollBackToDescriptor,
        $"{app} {(live is null ? "was never released" : $"has {live} live, and nothing before it that may come back")}{(failed > 0 ? $"; {failed} failed since they were live" : "")}. Release a commit that works."));

    /// <summary>The named generation was never live.</summary>
    public static ImmutableBuildException UnknownGeneration(AppKey app, GenerationId named) => new(new Diagnostic(
        UnknownGenerationDescriptor, $"Generation {named} was never live in {app}. Choose one from the history."));

    /// <summary>The named generation failed last (F30).</summary>
    public static ImmutableBuildException FailedGeneration(GenerationId named, LedgerEntry failed) => new(new Diagnostic(
        FailedGenerationDescriptor, $"Generation {named} failed at {failed.At:u} ({failed.Reason}). Choose another one, or release its commit {failed.Spec.Commit.Abbreviated} again."));

    /// <summary>Variables that hold secrets are not what they were when the generation was first made.</summary>
    public static ImmutableBuildException SecretsChanged(GenerationId generation, IEnumerable<string> variables) => new(new Diagnostic(
        SecretsChangedDescriptor,
        $"Generation {generation} has to be created again, but {string.Join(", ", variables)} is not set or has another value than then. Set the old value, or release the commit again."));

    /// <summary>What runs differs from what was released (F37).</summary>
    public static ImmutableBuildException Drifted(DriftReport report) => new(new Diagnostic(DriftedDescriptor, DriftMessage(report)));

    /// <summary>What a heal leaves alone.</summary>
    public static Diagnostic StillDrifted(DriftReport report) => new(DriftedDescriptor, DriftMessage(report), Severity.Warning);

    /// <summary>A fresh instance did not take the place of a drifted one.</summary>
    internal static Diagnostic NotHealed(GenerationId generation, string instance, string why) => new(
        NotHealedDescriptor, $"Instance {instance} of generation {generation} was to be replaced by a fresh one: {why}. The fresh one was removed, and {instance} stays as it was.");

    /// <summary>A replaced instance is still there.</summary>
    internal static ImmutableBuildException InstanceNotGone(GenerationId generation, string instance, TimeSpan limit) => new(new Diagnostic(
        NotGoneDescriptor, $"Instance {instance} of generation {generation} was replaced, and is still there after {limit.TotalSeconds:0} s. See the target's log."));

    private static string DriftMessage(DriftReport report)
    {
        var places = report.Findings.Select(finding => finding.Instance is { } instance ? $"{finding.Generation} instance {instance}" : $"{finding.Kind}".ToLowerInvariant()).Distinct(StringComparer.Ordinal);
        var differences = report.Findings.Length == 1 ? "1 difference" : $"{report.Findings.Length} differences";
        var cure = report.Findings.Any(finding => finding.IsMendable) ? "Heal replaces what drifted" : "Heal can mend none of it: each line says what to do";
        return $"{report.App} is not as it was released: {differences} ({string.Join(", ", places)}). {cure}.";
    }

    internal static Diagnostic NotGone(GenerationId generation, ObservedGeneration seen, TimeSpan elapsed, TimeSpan limit) => new(
        NotGoneDescriptor,
        $"Generation {generation} was to be destroyed, and is still there after {elapsed.TotalSeconds:0} s with {(seen.InFlight is { } working ? $"{working} requests in flight and " : "")}{seen.Instances.Length} instances; it may take {limit.TotalSeconds:0} s. See the target's log.");

    /// <summary>A step of the user's own, named <paramref name="check"/>, failed on a generation.</summary>
    public static Diagnostic CheckFailed(GenerationId generation, string check) => new(CheckFailedDescriptor, $"The check {check} failed on generation {generation}.");
}
