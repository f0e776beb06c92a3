using System.Collections.Immutable;
using ImmutableBuild.Generations;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Errors;

/// <summary>IMB6050-6099, IMB7050-7099 and IMB8050-8099: what the gateway of the local target refuses, and why it can't go on.</summary>
public static class GatewayErrors
{
    private static readonly ErrorDescriptor StateNotCommittedDescriptor = new(
        "IMB6050", "The gateway could not save its state",
        "Each change is on disk before it takes effect, and writing it failed: the disk is full or read-only, or an I/O error happened. Nothing was changed.",
        "Mend the disk (the message says what the system reported) and run the release again.");

    private static readonly ErrorDescriptor PortTakenDescriptor = new(
        "IMB6051", "The public port is taken",
        "Another program listens on the port that the app should serve on.",
        "Stop that program, or choose another port with the property ImmutablePort.");

    private static readonly ErrorDescriptor NotListenedOnDescriptor = new(
        "IMB6062", "The public port can't be listened on",
        "The address that the app should serve on is none of this machine's, or the system does not let this user have the port.",
        "Set ImmutableBind to an address of this machine, 0.0.0.0 for all of them, or ImmutablePort to a port that needs no rights (above 1023).");

    private static readonly ErrorDescriptor StateUnreadableDescriptor = new(
        "IMB6052", "The gateway's saved state can't be read",
        "Neither the newest saved state nor the one before it is whole.",
        "Move both files away (state.json and state.previous.json) to begin without generations; the ledger is kept, so the next release or rollback brings the app back.");

    private static readonly ErrorDescriptor StateTooNewDescriptor = new(
        "IMB6053", "The gateway's state was written by a newer version",
        "A newer ImmutableBuild has written the state; this version would lose what it doesn't know, so it doesn't start.",
        "Use at least the version that wrote it.");

    private static readonly ErrorDescriptor InstanceNotStartedDescriptor = new(
        "IMB6054", "An instance could not be started",
        "The operating system refused to start the app's program, or no port or directory could be had for it. All of the new generation was removed.",
        "See the message for what the system reported; make sure that the image holds an executable for this platform.");

    private static readonly ErrorDescriptor RequestNotUnderstoodDescriptor = new(
        "IMB6055", "The gateway does not understand a request",
        "A request to the gateway's control socket is malformed, too large, or meant for another app.",
        "Use the version of ImmutableBuild that the gateway runs; if they are the same, please report it.");

    private static readonly ErrorDescriptor BeingDestroyedDescriptor = new(
        "IMB6056", "The generation is still being destroyed",
        "A generation of the same image and configuration still drains; it can be created again once it is gone.",
        "Run the release again in a moment.");

    private static readonly ErrorDescriptor AlreadyKeptDescriptor = new(
        AlreadyKeptCode, "A gateway already runs here",
        "Another gateway process holds the state directory.",
        "Use that one, or stop it first.");

    private static readonly ErrorDescriptor NotUpgradedDescriptor = new(
        "IMB6061", "The gateway could not be upgraded",
        "The gateway was to give its place to the version that came with this release, and that one does not come up. The one that ran goes on serving.",
        "See gateway.log in the app's state directory, or the log of the gateway's container; use the version that runs, or stop the app and release it again.");

    private static readonly ErrorDescriptor HandedOverDescriptor = new(
        "IMB6060", "The gateway is being upgraded",
        "The gateway that was asked has given its place to a newer one, which is about to answer.",
        "Nothing: a release asks again by itself.");

    private static readonly ErrorDescriptor ReplyNotUnderstoodDescriptor = new(
        "IMB6058", "The gateway's reply is not understood",
        "The gateway answered with something this version doesn't know; it is probably of another version.",
        "Use the version of ImmutableBuild that started the gateway, or stop the app with it and release again.");

    private static readonly ErrorDescriptor FaultDescriptor = new(
        "IMB6059", "An unexpected fault of the gateway",
        "Something happened that the gateway's code did not foresee. What serves is untouched.",
        "Please report it with the gateway's log, gateway.log in its state directory.");

    private static readonly ErrorDescriptor UnknownGenerationDescriptor = new(
        "IMB7050", "The route names a generation that doesn't exist",
        "Traffic can only go to generations that were created and are not being destroyed.",
        "Run the release again: it creates what is missing.");

    private static readonly ErrorDescriptor NoHealthyInstanceDescriptor = new(
        "IMB7051", "The route names a generation without a healthy instance",
        "At the moment of the switch no instance of the generation passed its probe with its identity confirmed, so the route stays as it was.",
        "See the log of the generation's instances for the cause.");

    private static readonly ErrorDescriptor StillRoutedDescriptor = new(
        "IMB8050", "A generation that gets traffic is never destroyed",
        "The route still names the generation.",
        "Route to another generation first.");

    private static readonly ErrorDescriptor LastHealthyDescriptor = new(
        "IMB8051", "The last healthy generation is never destroyed",
        "No generation that gets traffic is healthy, and this one is: it is the only one that traffic could go back to.",
        "Route to it, or release a generation that is healthy.");

    private static readonly ErrorDescriptor NotReplaceableDescriptor = new(
        "IMB8052", "There is no such instance to replace",
        "Only an instance of a generation that is there as a whole, and is not being destroyed, can be replaced.",
        "Look at the app's status; run Heal again: it goes on from what the target shows.");

    private static readonly ErrorDescriptor FreshNotHealthyDescriptor = new(
        FreshNotHealthyCode, "A fresh instance does not answer yet",
        "At the moment it was to take the place of another one it did not pass its probe, so that one stays.",
        "See the log of the fresh instance for the cause.");

    /// <summary>The code of <see cref="FreshNotHealthy"/>.</summary>
    public const string FreshNotHealthyCode = "IMB8053";

    /// <summary>The code of <see cref="AlreadyKept"/>.</summary>
    public const string AlreadyKeptCode = "IMB6057";

    /// <summary>The rows of this file.</summary>
    public static ImmutableArray<ErrorDescriptor> All { get; } =
    [
        StateNotCommittedDescriptor, PortTakenDescriptor, NotListenedOnDescriptor, StateUnreadableDescriptor, StateTooNewDescriptor, InstanceNotStartedDescriptor,
        RequestNotUnderstoodDescriptor, BeingDestroyedDescriptor, AlreadyKeptDescriptor, NotUpgradedDescriptor, HandedOverDescriptor, ReplyNotUnderstoodDescriptor, FaultDescriptor,
        UnknownGenerationDescriptor, NoHealthyInstanceDescriptor, StillRoutedDescriptor, LastHealthyDescriptor,
        NotReplaceableDescriptor, FreshNotHealthyDescriptor,
    ];

    /// <summary>Writing <paramref name="path"/> failed, so the change did not happen (F09).</summary>
    public static ImmutableBuildException StateNotCommitted(string path, Exception fault) => new(
        new Diagnostic(StateNotCommittedDescriptor, $"The gateway could not write {path}: {fault.Message} Nothing was changed. Mend the disk, then run the release again."), fault);

    /// <summary>Something else listens on <paramref name="address"/>.</summary>
    public static ImmutableBuildException PortTaken(string address, Exception fault) => new(
        new Diagnostic(PortTakenDescriptor, $"The gateway can't listen on {address}: {fault.Message} Stop the program that does, or set ImmutablePort to another port (0 lets the gateway choose one)."), fault);

    /// <summary>The system refuses <paramref name="address"/>, which nobody else listens on.</summary>
    public static ImmutableBuildException NotListenedOn(string address, Exception fault) => new(
        new Diagnostic(NotListenedOnDescriptor, $"The gateway can't listen on {address}: {fault.Message}. Set ImmutableBind to an address of this machine, or ImmutablePort to a port that this user may have."), fault);

    /// <summary>Neither <paramref name="path"/> nor its predecessor is whole.</summary>
    public static ImmutableBuildException StateUnreadable(string path, Exception fault) => new(
        new Diagnostic(StateUnreadableDescriptor, $"{path} and the state before it, state.previous.json beside it, can't be read: {fault.Message} Nothing was overwritten. Move both away to begin without generations; the ledger is kept."), fault);

    /// <summary><paramref name="path"/> has a schema this version doesn't know (F10).</summary>
    public static ImmutableBuildException StateTooNew(string path, int found, int known) => new(
        new Diagnostic(StateTooNewDescriptor, $"{path} has schema {found}; this version knows schemas up to {known}. Nothing was overwritten. Use the version that wrote it."));

    /// <summary>The program of an instance did not start; the generation was removed (F40).</summary>
    public static ImmutableBuildException InstanceNotStarted(GenerationId generation, string instance, string what, Exception? fault = null) => new(
        new Diagnostic(InstanceNotStartedDescriptor, $"Instance {instance} of generation {generation} could not be started: {what}"), fault);

    /// <summary>A request on the control socket is not of the protocol.</summary>
    public static ImmutableBuildException RequestNotUnderstood(string what, Exception? fault = null) => new(
        new Diagnostic(RequestNotUnderstoodDescriptor, $"The gateway refused a request: {what}"), fault);

    /// <summary>The generation can't be created again before its destruction ended.</summary>
    public static ImmutableBuildException BeingDestroyed(GenerationId generation) => new(
        new Diagnostic(BeingDestroyedDescriptor, $"Generation {generation} is still being destroyed. Run the release again in a moment.")) { IsTransient = true };

    /// <summary>Another process holds <paramref name="stateDirectory"/>.</summary>
    public static ImmutableBuildException AlreadyKept(string stateDirectory) => new(
        new Diagnostic(AlreadyKeptDescriptor, $"Another gateway already runs with the state directory {stateDirectory}."));

    /// <summary>The new program does not come to serve (F11).</summary>
    public static ImmutableBuildException NotUpgraded(AppKey app, string program) => new(new Diagnostic(
        NotUpgradedDescriptor, $"The gateway of {app} was to be upgraded to the program in {program}, which does not come up. The one that ran goes on. See its log."));

    /// <summary>There is no program in the directory to upgrade to.</summary>
    public static ImmutableBuildException NoSuchProgram(AppKey app, string program) => new(new Diagnostic(
        NotUpgradedDescriptor, $"The gateway of {app} was to be upgraded to the program in {program}, and there is none."));

    /// <summary>Another gateway has taken over (F11).</summary>
    public static ImmutableBuildException HandedOver(AppKey app) => new(new Diagnostic(
        HandedOverDescriptor, $"The gateway of {app} is being upgraded. Ask again in a moment.")) { IsTransient = true };

    /// <summary>A reply is not of the protocol.</summary>
    public static ImmutableBuildException ReplyNotUnderstood(AppKey app, string what, Exception? fault = null) => new(
        new Diagnostic(ReplyNotUnderstoodDescriptor, $"The gateway of {app} gave a reply that this version does not understand: {what}"), fault);

    /// <summary>Anything the gateway's code did not foresee.</summary>
    public static ImmutableBuildException Fault(Exception fault) => new(
        new Diagnostic(FaultDescriptor, $"{fault.GetType().Name}: {fault.Message}"), fault);

    /// <summary>The route names what doesn't exist.</summary>
    public static ImmutableBuildException UnknownGeneration(AppKey app, GenerationId generation) => new(
        new Diagnostic(UnknownGenerationDescriptor, $"The route of {app} can't name generation {generation}: it doesn't exist, or is being destroyed. The route is unchanged."));

    /// <summary>The re-check at the switch failed (F13).</summary>
    public static ImmutableBuildException NoHealthyInstance(AppKey app, GenerationId generation, string found) => new(
        new Diagnostic(NoHealthyInstanceDescriptor, $"Generation {generation} of {app} has no healthy instance at the switch ({found}). The route is unchanged."));

    /// <summary>Destroying it would take traffic down (F25).</summary>
    public static ImmutableBuildException StillRouted(AppKey app, GenerationId generation, int percent) => new(
        new Diagnostic(StillRoutedDescriptor, $"Generation {generation} of {app} gets {percent} % of the traffic and can't be destroyed. Route to another generation first."));

    /// <summary>Nothing else could serve (F25, F31).</summary>
    public static ImmutableBuildException LastHealthy(AppKey app, GenerationId generation) => new(
        new Diagnostic(LastHealthyDescriptor, $"Generation {generation} of {app} is the last healthy one, while none that gets traffic is. It is kept."));

    /// <summary>There is nothing that a fresh instance could take the place of.</summary>
    public static ImmutableBuildException NotReplaceable(AppKey app, GenerationId generation, string instance) => new(
        new Diagnostic(NotReplaceableDescriptor, $"{app} has no instance {instance} of generation {generation} that could be replaced: it doesn't exist, or its generation is being created or destroyed."));

    /// <summary>The fresh instance was looked at when it was to join, and does not answer.</summary>
    public static ImmutableBuildException FreshNotHealthy(GenerationId generation, string fresh, string replaced, string found) => new(
        new Diagnostic(FreshNotHealthyDescriptor, $"Instance {fresh} of generation {generation} can't take the place of {replaced} yet ({found})."));
}
