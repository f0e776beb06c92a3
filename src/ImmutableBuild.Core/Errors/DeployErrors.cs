using System.Collections.Immutable;
using System.Net;
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

    private static readonly ErrorDescriptor SecretsMissingDescriptor = new(
        "IMB6005", "A secret's variable is not set",
        "The release names an environment variable that shall hold a secret of the app, and the variable is not set where the release runs.",
        "Set the variable for the release (in CI: pass the secret on to the job), or remove the ImmutableSecret item.");

    private static readonly ErrorDescriptor NoProgressDescriptor = new(
        "IMB6006", "The target does not do what it is told",
        "The target accepts a call again and again, but what it shows afterwards is as if the call had never been made.",
        "Look at the target itself; run the release again once it works.");

    private static readonly ErrorDescriptor NotPutRightDescriptor = new(
        "IMB6007", "A cancelled release was not put right in time",
        "The release was interrupted after it had changed something, and routing back and clearing up took longer than the grace period.",
        "See in the message where traffic went; run the release again, or release what served before: either continues from what the target shows.");

    private static readonly ErrorDescriptor ListensElsewhereDescriptor = new(
        "IMB6008", "What is live is on another port or address",
        "The release asks for another port or address than the app has. Both stay as they are until the app is stopped, since changing them would lose requests.",
        "Remove ImmutablePort or ImmutableBind to keep what serves, or take the app down (-t:Stop) and release again.");

    /// <summary>The rows of this range.</summary>
    public static ImmutableArray<ErrorDescriptor> All { get; } =
    [
        LeaseHeldDescriptor, LeaseLostDescriptor, TargetUnavailableDescriptor, CancelledDescriptor, SecretsMissingDescriptor, NoProgressDescriptor,
        NotPutRightDescriptor, ListensElsewhereDescriptor,
    ];

    /// <summary>The code of <see cref="LeaseLost"/>: the run ends at once and touches nothing any more.</summary>
    public static string LeaseLostCode => LeaseLostDescriptor.Code;

    /// <summary>The code of <see cref="Cancelled"/>: the release was given up, and everything was put right.</summary>
    public static string CancelledCode => CancelledDescriptor.Code;

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

    /// <summary>The grace period of an interrupted release ended first (F02).</summary>
    public static ImmutableBuildException NotPutRight(GenerationId generation, TimeSpan grace, string standing, Exception inner) => new(
        new Diagnostic(
            NotPutRightDescriptor,
            $"The release of generation {generation} was cancelled, and could not be put right within {grace.TotalSeconds:0} s. {standing} Run the release again: it continues from what the target shows."),
        inner);

    /// <summary>Variables that hold secrets are not set: the instance's name of each secret, and the variable.</summary>
    public static ImmutableBuildException SecretsMissing(AppKey app, IEnumerable<KeyValuePair<string, string>> missing) => new(
    [
        .. missing.Select(secret => new Diagnostic(
            SecretsMissingDescriptor, $"The secret {secret.Key} of {app} comes from the environment variable {secret.Value}, which is not set. Set it where the release runs.")),
    ]);

    /// <summary>The app is live on <paramref name="found"/>, and the release asks for <paramref name="address"/> (null for any) and <paramref name="port"/> (0 for any).</summary>
    public static ImmutableBuildException ListensElsewhere(AppKey app, ListeningAddress found, IPAddress? address, int port)
    {
        IEnumerable<string> asked = [.. address is null ? Array.Empty<string>() : [$"the address {address}"], .. port == 0 ? Array.Empty<string>() : [$"port {port}"]];
        return new(new Diagnostic(
            ListensElsewhereDescriptor, $"{app} is live on the address {found.Address}, port {found.Port}, and the release asks for {string.Join(", ", asked)}. Nothing was changed. Stop the app first (-t:Stop), or don't ask for another."));
    }

    /// <summary>A change shows no effect although it is accepted.</summary>
    public static ImmutableBuildException NoProgress(AppKey app, string change, TimeSpan since) => new(new Diagnostic(
        NoProgressDescriptor, $"The target of {app} has accepted '{change}' for {since.TotalSeconds:0} s without any effect. Look at the target itself, and run the release again once it works."));
}
