using System.Collections.Immutable;
using ImmutableBuild.Generations;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Errors;

/// <summary>IMB6: deploy.</summary>
public static class DeployErrors
{
    private static readonly ErrorDescriptor LeaseHeldDescriptor = new(
        "IMB6001", "Another release holds the lease",
        "Only one release of an app in an environment may change anything at a time, and another one holds the lease.",
        "Wait for it to end, or for its lease to expire (the message says when), and run the release again.");

    private static readonly ErrorDescriptor LeaseLostDescriptor = new(
        "IMB6002", "The lease was lost",
        "This release's lease expired, or another release took over; its fencing token is no longer the newest, so the target refuses its calls.",
        "Run the release again: it continues from what the target shows.");

    private static readonly ErrorDescriptor TargetUnavailableDescriptor = new(
        "IMB6003", "The target did not answer",
        "The target could not be reached, or a reply was lost.",
        "See the message for the cause; run the release again: it continues from what the target shows.");

    private static readonly ErrorDescriptor CancelledDescriptor = new(
        "IMB6004", "The release was cancelled",
        "The release was interrupted. Traffic was routed back to what served before, and the new generation was removed.",
        "Run the release again: it continues from what the target shows.");

    /// <summary>The rows of this range.</summary>
    public static ImmutableArray<ErrorDescriptor> All { get; } = [LeaseHeldDescriptor, LeaseLostDescriptor, TargetUnavailableDescriptor, CancelledDescriptor];

    /// <summary>The code of <see cref="LeaseLost"/>: the run ends at once and touches nothing any more.</summary>
    public static string LeaseLostCode => LeaseLostDescriptor.Code;

    /// <summary>Another holder has the lease of the app (F04).</summary>
    public static ImmutableBuildException LeaseHeld(AppKey app, LeaseState held) => new(new Diagnostic(
        LeaseHeldDescriptor,
        $"The lease of {app} is held by {held.Holder} until {held.ExpiresAt:u}. Wait for that release to end, or for its lease to expire, then run again."));

    /// <summary>The fencing token is not the newest, or the lease expired (F03, F05).</summary>
    public static ImmutableBuildException LeaseLost(AppKey app, Lease lease) => new(new Diagnostic(
        LeaseLostDescriptor,
        $"The lease of {app} (holder {lease.Holder}, fencing token {lease.FencingToken}) is no longer valid. Another release took over, or it expired. Run the release again."));

    /// <summary>The target could not be reached or its reply was lost; observe, then decide again (F39).</summary>
    public static ImmutableBuildException TargetUnavailable(AppKey app, string what, Exception? inner = null) => new(
        new Diagnostic(TargetUnavailableDescriptor, $"The target of {app} did not answer: {what}."), inner) { IsTransient = true };

    /// <summary>Someone interrupted the release (F02).</summary>
    public static Diagnostic Cancelled(GenerationId generation) => new(
        CancelledDescriptor, $"The release of generation {generation} was cancelled.");
}
