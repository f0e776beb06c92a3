using System.Collections.Immutable;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Rollouts;

namespace ImmutableBuild.Errors;

/// <summary>IMB7: gate and route.</summary>
public static class GateErrors
{
    internal const string FailedWithTrafficCode = "IMB7004";

    private static readonly ErrorDescriptor NotHealthyInTimeDescriptor = new(
        "IMB7001", "The new generation was not healthy in time",
        "At least one instance did not pass the asked-for number of probes in a row within the health timeout.",
        "See the instance's last probe and log lines in the message. Mend the app and release again, or raise ImmutableHealthTimeout if it only starts slowly.");

    private static readonly ErrorDescriptor InstanceEndedDescriptor = new(
        "IMB7002", "An instance of the new generation ended",
        "The process of an instance exited while the generation was being judged. A generation that ends once is not trusted with traffic.",
        "See the exit code and the instance's last log lines in the message. Mend the app and release again.");

    private static readonly ErrorDescriptor ForeignAnswerDescriptor = new(
        "IMB7003", "Something else answers in the new generation's place",
        "What answers on an instance's address is not that instance: another program, or an older version, holds the port.",
        "Find and stop the program that listens on the address in the message, then release again.");

    private static readonly ErrorDescriptor FailedWithTrafficDescriptor = new(
        FailedWithTrafficCode, "The new generation failed with traffic",
        "An instance stopped answering after traffic had moved to it.",
        "See the instance's last probe and log lines in the message. Mend the app and release again.");

    private static readonly ErrorDescriptor ServingPathDescriptor = new(
        "IMB7005", "The public entry does not answer as the new generation",
        "The route was moved, but requests through the public entry were not answered by the new generation.",
        "Check what lies between the public entry and the instances, then release again.");

    private static readonly ErrorDescriptor JudgedWorseDescriptor = new(
        "IMB7006", "The judge found the new generation worse",
        "While it had traffic, the new generation fell below a floor, or was significantly worse than the old one that served beside it.",
        "The message has all numbers. Mend the app, or change the judge's bounds, and release again.");

    private static readonly ErrorDescriptor InconclusiveDescriptor = new(
        "IMB7007", "The judge could not tell",
        "There was too little or no usable data about the new generation at a canary step. That is never taken as a pass.",
        "Release at a time with traffic, lengthen the steps, lower the minimum of requests, or let the judge hold instead of abort.");

    private static readonly ErrorDescriptor SupersededDescriptor = new(
        "IMB7008", "Another release overtook this one",
        "Another generation went live after this release began. What serves is never touched by an older release.",
        "Nothing, if the newer release is the one you want; otherwise release the commit you want again.");

    private static readonly ErrorDescriptor NotLiveDescriptor = new(
        "IMB7009", "The generation is not live",
        "Old generations are only destroyed once the new one is live.",
        "Run HealthGate first, or the whole Release.");

    private static readonly ErrorDescriptor LiveNotAnsweringDescriptor = new(
        "IMB7010", "What is live does not answer",
        "The generation to release is live already, so there is nothing to change; but it does not answer, and no other generation could take its place.",
        "See its log; release a commit or configuration that works, or roll back.");

    private static readonly ErrorDescriptor IdentityUnknownDescriptor = new(
        "IMB7011", "The identity of an instance could not be checked",
        "The platform has no way to tell which process answers, so the gate relied on the address alone.",
        "Nothing needs to be done; use a target or a probe that can tell where this matters.");

    private static readonly ErrorDescriptor OnlyTcpAskedDescriptor = new(
        "IMB7012", "Only a TCP connection was asked for",
        "The app has no health path, so an accepted TCP connection counted as healthy. That says little about whether it works.",
        "Add a health endpoint (app.MapHealthChecks(\"/health\")) or set ImmutableHealthPath to one that exists.");

    /// <summary>The rows of this range.</summary>
    public static ImmutableArray<ErrorDescriptor> All { get; } =
    [
        NotHealthyInTimeDescriptor, InstanceEndedDescriptor, ForeignAnswerDescriptor, FailedWithTrafficDescriptor, ServingPathDescriptor,
        JudgedWorseDescriptor, InconclusiveDescriptor, SupersededDescriptor, NotLiveDescriptor, LiveNotAnsweringDescriptor,
        IdentityUnknownDescriptor, OnlyTcpAskedDescriptor,
    ];

    /// <summary>The error a given-up release ends with: what was wrong, and what serves now.</summary>
    /// <param name="refusal">What was wrong.</param>
    /// <param name="refused">What was given up.</param>
    /// <param name="serving">What has the traffic.</param>
    /// <param name="isServed">Whether that answers.</param>
    /// <param name="isLeft">Whether what was given up is still there, as the last that answers.</param>
    internal static Diagnostic Abandoned(Refusal refusal, GenerationId refused, GenerationId? serving, bool isServed, bool isLeft)
    {
        var now = serving is null ? "Nothing serves, as before."
            : serving == refused ? "It keeps its traffic, because the generation before it answers even worse or is gone; releasing it again tries it once more, where it is."
            : isServed ? $"{serving} serves."
            : isLeft ? $"{serving} has the traffic and does not answer. {refused} gets none and is left, because nothing else answers; releasing it again tries it once more, where it is, and another commit that goes live takes the place of both."
            : $"{serving} has the traffic and does not answer: release a commit that does, or roll back.";
        return refusal.Diagnostic with { Message = $"{refusal.Diagnostic.Message} {now}" };
    }

    /// <summary>The error with the last lines that the instance at fault wrote.</summary>
    public static Diagnostic WithLog(Diagnostic error, string? instance, ImmutableArray<string> log)
    {
        var lines = log.Select(line => $"{Environment.NewLine}  {line}");
        return log.IsEmpty ? error : error with { Message = $"{error.Message}{Environment.NewLine}Last lines of instance {instance}:{string.Concat(lines)}" };
    }

    internal static Diagnostic NotHealthyInTime(GenerationId generation, string missing, TimeSpan timeout) => new(
        NotHealthyInTimeDescriptor, $"Generation {generation} was not healthy within {timeout.TotalSeconds:0.#} s: {missing}. If the app only needs longer, set ImmutableHealthTimeout; if it tells its health elsewhere, ImmutableHealthPath.");

    internal static Diagnostic InstanceEnded(GenerationId generation, ObservedInstance instance, bool hasTraffic) => new(
        InstanceEndedDescriptor, $"Generation {generation} did not stay up {(hasTraffic ? "after the switch" : "while it was judged")}: {instance.Describe()}. If the app needs arguments or settings, give it ImmutableArgument, ImmutableEnvironmentVariable or ImmutableSecret items.");

    internal static Diagnostic ForeignAnswer(GenerationId generation, ObservedInstance instance) => new(
        ForeignAnswerDescriptor, $"Something else than instance {instance.Name} of generation {generation} answers at {instance.Address}; last probe: {instance.LastProbe?.Detail ?? "none"}. Find and stop the program that listens there, then release again.");

    internal static Diagnostic FailedWithTraffic(GenerationId generation, ObservedInstance instance) => new(
        FailedWithTrafficDescriptor, $"Generation {generation} failed with traffic: {instance.Describe()}.");

    internal static Diagnostic ServingPathNotConfirmed(GenerationId generation, ServingPath? serving, RolloutPlan plan) => new(
        ServingPathDescriptor,
        $"The public entry was to be answered by generation {generation} {plan.HealthySuccesses} times in a row within {plan.HealthTimeout.TotalSeconds:0.#} s; "
        + (serving?.Generation is { } other ? $"it was answered by {other}, {serving.Consecutive} times in a row." : "nothing answered with an identity."));

    internal static Diagnostic JudgedWorse(GenerationId generation, int percent, string numbers) => new(
        JudgedWorseDescriptor, $"Generation {generation} was judged worse with {percent} % of the traffic: {numbers}.");

    internal static Diagnostic Inconclusive(GenerationId generation, int percent, string numbers) => new(
        InconclusiveDescriptor, $"The judge could not tell whether generation {generation} is good enough with {percent} % of the traffic: {numbers}.");

    internal static Diagnostic Superseded(GenerationId generation, GenerationId live, LedgerEntry entry) => new(
        SupersededDescriptor, $"Generation {live} ({entry.Cause} by {entry.By}) went live at {entry.At:u}, after this release of {generation} began. Nothing was changed. If {generation} is the one you want, release it again.");

    internal static Diagnostic NotLive(GenerationId generation, Route route) => new(
        NotLiveDescriptor, $"Generation {generation} is not live (route: {route}), so nothing was destroyed. Run HealthGate first, or the whole release.");

    internal static Diagnostic LiveNotAnswering(GenerationId generation, IEnumerable<ObservedInstance> instances) => new(
        LiveNotAnsweringDescriptor, $"Generation {generation} is live but does not answer: {string.Join("; ", instances.Select(instance => instance.Describe()))}. Nothing was changed. Release a commit or configuration that works, or roll back.");

    internal static Diagnostic IdentityUnknown(GenerationId generation, string instance) => new(
        IdentityUnknownDescriptor, $"The target can't tell whether instance {instance} of generation {generation} is what answers on its address.", Severity.Warning);

    internal static Diagnostic OnlyTcpAsked(GenerationId generation, string instance) => new(
        OnlyTcpAskedDescriptor, $"Instance {instance} of generation {generation} has no health path; that its port accepts a connection was all there was to ask. Map one at /health, or set ImmutableHealthPath to one that exists.", Severity.Warning);
}
