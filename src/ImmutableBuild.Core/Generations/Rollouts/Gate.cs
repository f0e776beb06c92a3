using System.Collections.Immutable;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Generations.Rollouts;

/// <summary>
/// The verdict on the new generation's instances: each healthy K times in a row and confirmed to be itself. Before it has
/// traffic, a failed probe only delays; with traffic, the first one refuses (F14), but for one that is merely late: that decides nothing, and it has to be
/// healthy K times in a row again. An instance that ends refuses at once,
/// unless the generation proved itself before (a standby may have a past). What was so before the release looked is not held
/// against a generation that nothing else can serve in place of (<see cref="EarlierTrial"/>).
/// </summary>
internal static class Gate
{
    /// <summary>Why the new generation is given up; null while it passes or may still pass.</summary>
    public static Refusal? Refuse(Scene scene)
    {
        if (scene is not { IsLive: false, New: { } known } || !Judges(scene, known))
        {
            return null;
        }

        var faulty = known.Generation.Instances.Select(instance => RefuseInstance(scene, known, instance)).FirstOrDefault(refusal => refusal is not null);
        return faulty ?? (IsOverdue(scene, known) ? RefuseOverdue(scene, known) : null);
    }

    /// <summary>What the gate still waits for; null when the new generation passes.</summary>
    public static string? WaitsFor(Scene scene, Known known)
    {
        var generation = known.Generation;
        if (generation.Instances.Length < generation.Spec.Size)
        {
            return $"{generation.Instances.Length} of {generation.Spec.Size} instances started";
        }

        return generation.Instances.FirstOrDefault(instance => !IsHealthy(scene, generation, instance)) is { } behind
            ? $"{behind.Describe()}; {scene.Plan.HealthySuccesses} in a row are asked for"
            : null;
    }

    /// <summary>Whether the public entry itself was answered by the new generation often enough (F24). A worker has none.</summary>
    public static bool IsServingPathConfirmed(Scene scene, Known known) =>
        known.Generation.Spec.Configuration.Port is null
        || (scene.Observed.Route.Serving is { } serving
            && serving.Generation == known.Id
            && serving.Consecutive >= scene.Plan.HealthySuccesses);

    /// <summary>What the release should know although the gate passes: where the platform could not tell who answers, or only TCP was asked.</summary>
    public static ImmutableArray<Diagnostic> Warnings(Known known)
    {
        var instances = known.Generation.Instances;
        var listens = known.Generation.Spec.Configuration.Probe.Kind != ProbeKind.Process;
        return
        [
            .. instances.Where(instance => instance.UsesTcpFallback).Take(1).Select(instance => GateErrors.OnlyTcpAsked(known.Id, instance.Name)),
            .. instances.Where(instance => listens && !instance.UsesTcpFallback && instance.Identity == InstanceIdentity.Unknown).Take(1)
                .Select(instance => GateErrors.IdentityUnknown(known.Id, instance.Name)),
        ];
    }

    /// <summary>Whether the gate judges the generation. One whose creation never ends is judged too; one that failed in an earlier attempt is made anew instead, where it may be destroyed.</summary>
    private static bool Judges(Scene scene, Known known) => known.Generation.Phase switch
    {
        GenerationPhase.Destroying => false,
        _ when scene.IsSpoiled => false,
        GenerationPhase.Creating => scene.Desired.Goal != RolloutGoal.Converged,
        _ => scene.Desired.Goal == RolloutGoal.Live && (scene.NewPercent > 0 || !scene.HasFailed(known) || scene.HasToStay(known)),
    };

    private static bool IsHealthy(Scene scene, ObservedGeneration generation, ObservedInstance instance) =>
        instance.IsHealthy(scene.Plan.HealthySuccesses, generation.Spec.Configuration.Probe, scene.Observed.ObservedAt);

    private static Refusal? RefuseInstance(Scene scene, Known known, ObservedInstance instance)
    {
        var hasTraffic = scene.NewPercent > 0;
        var hasEnded = instance.Ends() > scene.Earlier.Ends.GetValueOrDefault(instance.Name);
        var wasDown = scene.Earlier.Down.Contains(instance.Name) && !scene.HasFallback;
        var fails = !wasDown && instance.Fails();
        Diagnostic? fault =
            instance.Identity == InstanceIdentity.Foreign ? GateErrors.ForeignAnswer(known.Id, instance)
            : hasEnded && !scene.IsProven(known) ? GateErrors.InstanceEnded(known.Id, instance, hasTraffic)
            : hasTraffic && fails ? GateErrors.FailedWithTraffic(known.Id, instance)
            : null;
        return fault is null ? null : new Refusal(fault) { IsFailure = true, Instance = instance.Name };
    }

    /// <summary>
    /// The refusal as it is known by now: that an instance ended, and how, may show only a while after it stopped answering. The end of one that is being destroyed
    /// counts only where its exit code shows that it was not the destruction that ended it.
    /// </summary>
    public static Refusal? Completed(Desired desired, Observation observed)
    {
        if (desired.Refused is not { Instance: { } name } refused || refused.Diagnostic.Code != GateErrors.FailedWithTrafficCode)
        {
            return desired.Refused;
        }

        var earlier = desired.Earlier?.Ends.GetValueOrDefault(name) ?? 0;
        return observed.Find(desired.Id) is { } generation
            && generation.Instances.FirstOrDefault(instance => instance.Name == name && instance.Ends() > earlier) is { } ended
            && (generation.Phase != GenerationPhase.Destroying || !IsByDestruction(ended.ExitCode))
            ? refused with { Diagnostic = GateErrors.InstanceEnded(desired.Id, ended, hasTraffic: true) }
            : refused;
    }

    // A process that is told to stop ends with 0, or by the signal (128 + SIGTERM or SIGKILL). Any other code is the app's own: it was ending anyway.
    private static bool IsByDestruction(int? exitCode) => exitCode is null or 0 or 128 + 15 or 128 + 9;

    private static bool IsOverdue(Scene scene, Known known)
    {
        var observed = scene.Observed;
        var deadline = scene.NewPercent > 0
            ? Latest(observed.Route.Since, scene.Desired.Began) + scene.Plan.Soak + scene.Plan.HealthTimeout
            : Latest(known.Generation.CreatedAt, scene.Desired.Began) + scene.Plan.HealthTimeout;
        var isReady = WaitsFor(scene, known) is null && (scene.NewPercent < 100 || IsServingPathConfirmed(scene, known));
        return !isReady && observed.ObservedAt > deadline;
    }

    private static Refusal RefuseOverdue(Scene scene, Known known)
    {
        var behind = known.Generation.Instances.FirstOrDefault(instance => !IsHealthy(scene, known.Generation, instance));
        var fault = WaitsFor(scene, known) is { } missing
            ? GateErrors.NotHealthyInTime(known.Id, missing, scene.Plan.HealthTimeout)
            : GateErrors.ServingPathNotConfirmed(known.Id, scene.Observed.Route.Serving, scene.Plan);
        return new Refusal(fault) { IsFailure = true, Instance = behind?.Name };
    }

    private static DateTimeOffset Latest(DateTimeOffset first, DateTimeOffset? second) => second > first ? second.Value : first;
}
