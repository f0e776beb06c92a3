using System.Collections.Immutable;
using ImmutableBuild.Images;
using ImmutableBuild.Registries;

namespace ImmutableBuild.Errors;

/// <summary>IMB5: registry.</summary>
public static class RegistryErrors
{
    private static readonly ErrorDescriptor ReferenceInvalidDescriptor = new(
        "IMB5001", "An image reference is not valid",
        "A registry, repository or image reference isn't of the form host[:port]/repository[:tag][@sha256:…].",
        "Correct the property the message shows; repositories are lower-case.");

    private static readonly ErrorDescriptor UnreachableDescriptor = new(
        "IMB5002", "The registry did not answer",
        "The registry's name doesn't resolve, nothing listens there, or the connection was cut, several times in a row.",
        "Check ContainerRegistry and the network, then run again: what was already sent is not sent again.");

    private static readonly ErrorDescriptor UnauthorizedDescriptor = new(
        "IMB5003", "The registry refused the credential",
        "The registry wants a credential and got none, or doesn't take the one it got, or the account may not do this.",
        "Set ImmutableRegistryUserVariable and ImmutableRegistryPasswordVariable to the names of variables that hold a credential, or log in with 'docker login'.");

    private static readonly ErrorDescriptor UnexpectedStatusDescriptor = new(
        "IMB5004", "The registry refused a request",
        "The registry answered with a status that the request can't go on from.",
        "The message has the request and the registry's own words.");

    private static readonly ErrorDescriptor BusyDescriptor = new(
        "IMB5005", "The registry is too busy",
        "The registry kept answering 429 or 5xx, or asked to wait longer than is reasonable.",
        "Run again later: what was already sent is not sent again.");

    private static readonly ErrorDescriptor RegistryLiesDescriptor = new(
        "IMB5006", "The registry's reply contradicts itself",
        "What the registry sent is not what was asked for by digest, or its headers say something else than its content.",
        "Nothing of it was used. If it happens again, a proxy in between or the registry is broken or hostile.");

    private static readonly ErrorDescriptor UnsafeAddressDescriptor = new(
        "IMB5007", "The registry sends to an unsafe address",
        "The registry redirects, or asks to upload or authenticate, somewhere that would leak credentials or reach into this machine's own network.",
        "Check the registry's (or its proxy's) configuration of its public address.");

    private static readonly ErrorDescriptor TagTakenDescriptor = new(
        "IMB5008", "The tag exists with another digest",
        "Tags never move. A commit's tag: this commit was already released with other content. One of `ContainerImageTags`: another commit has it.",
        "For a commit's tag, bake with the same SDK and base image as before, or commit a change and release that. For another one, set a tag that is new, such as the next version. To start over, delete the tag in the registry.");

    private static readonly ErrorDescriptor VariableUnsetDescriptor = new(
        "IMB5009", "A credential's variable is not set",
        "The options name an environment variable for the registry's user or password, and it is not set.",
        "Set the variable where the build runs.");

    private static readonly ErrorDescriptor DockerConfigInvalidDescriptor = new(
        "IMB5010", "Docker's config.json can't be read",
        "The file is damaged or too large.",
        "Mend it, or log in again with 'docker login'.");

    private static readonly ErrorDescriptor NothingToPushDescriptor = new(
        "IMB5011", "There is no image to push",
        "The release record holds no image, or the image's layout lacks a part of it.",
        "Run Bake, Scan and Sign before Push, in the same work directory.");

    private static readonly ErrorDescriptor CredentialHelperFailedDescriptor = new(
        "IMB5012", "A credential helper failed",
        "Docker's config.json names a program that holds the registry's credential (credHelpers, credsStore), and it is not there, or gives none.",
        "Run the program as the message shows to see what it says, mend config.json, or name variables that hold the credential (ImmutableRegistryUserVariable, ImmutableRegistryPasswordVariable).");

    private static readonly ErrorDescriptor NotEverywhereDescriptor = new(
        "IMB5014", "Not every registry took the image",
        "The image goes to several registries (ContainerRegistry, ImmutableMirrorRegistries), and one of them failed. Nothing was deployed.",
        "See what each of them says in the message; run again once it is mended. What is there already is not sent again. To go on without it, take it out of ImmutableMirrorRegistries.");

    private static readonly ErrorDescriptor CertificatesUnusableDescriptor = new(
        "IMB5015", "A registry's certificates can't be used",
        "Docker's directory of certificates, or the one of ImmutableRegistryCertificates, has one for this registry with a file that is missing, unreadable or no PEM file.",
        "Have authorities in files *.crt, and the client's certificate and key side by side in *.cert and *.key.");

    private static readonly ErrorDescriptor TlsRefusedDescriptor = new(
        "IMB5016", "The registry's TLS is refused",
        "No authority that is trusted vouches for the registry's certificate, it is another name's, or the registry wants a certificate of its client.",
        "Put the authority's certificate where docker has it (/etc/docker/certs.d/<host[:port]>/ca.crt), or below the directory of ImmutableRegistryCertificates. A registry is never talked to unverified.");

    /// <summary>The rows of this range.</summary>
    public static ImmutableArray<ErrorDescriptor> All { get; } =
    [
        ReferenceInvalidDescriptor, UnreachableDescriptor, UnauthorizedDescriptor, UnexpectedStatusDescriptor, BusyDescriptor, RegistryLiesDescriptor,
        UnsafeAddressDescriptor, TagTakenDescriptor, VariableUnsetDescriptor, DockerConfigInvalidDescriptor, NothingToPushDescriptor,
        CredentialHelperFailedDescriptor, NotEverywhereDescriptor, CertificatesUnusableDescriptor, TlsRefusedDescriptor,
    ];

    /// <summary>A text is no valid image reference, or no valid part of one.</summary>
    public static ImmutableBuildException ReferenceInvalid(string text) => new(new Diagnostic(
        ReferenceInvalidDescriptor, $"Expected a reference such as ghcr.io/me/app:1.0 (lower-case repository, tag of at most 128 characters, sha256 digest), found '{(text.Length > 200 ? text[..200] + "…" : text)}'."));

    /// <summary>A request that got no reply.</summary>
    public static ImmutableBuildException Unreachable(HttpMethod method, Uri address, Exception inner) => new(
        new Diagnostic(UnreachableDescriptor, $"{method} {RedactedUrl.Of(address)} got no reply: {inner.Message} Check the registry's name and the network, then run again."), inner) { IsTransient = true };

    /// <summary>The registry refused the credential (401 or 403).</summary>
    public static ImmutableBuildException Unauthorized(HttpResponseMessage response, string why) => new(new Diagnostic(
        UnauthorizedDescriptor, $"{Describe(response)}: {why}."));

    /// <summary>The registry refused a request with another status.</summary>
    public static ImmutableBuildException UnexpectedStatus(HttpResponseMessage response, string registrySays) => new(new Diagnostic(
        UnexpectedStatusDescriptor, $"{Describe(response)}{(registrySays.Length > 0 ? $"; the registry says: {registrySays}" : "")}."));

    /// <summary>The registry was busy at the last attempt too (429 or 5xx).</summary>
    public static ImmutableBuildException Busy(HttpResponseMessage response, string registrySays) => new(new Diagnostic(
        BusyDescriptor, $"{Describe(response)} after several attempts{(registrySays.Length > 0 ? $"; the registry says: {registrySays}" : "")}. Run again later.")) { IsTransient = true };

    /// <summary>Content that isn't what was asked for (R1, R2, R4, R5).</summary>
    public static ImmutableBuildException RegistryLies(HttpResponseMessage response, string expected, string found) => new(new Diagnostic(
        RegistryLiesDescriptor, $"{Describe(response)}: expected {expected}, found {PrintableText.Of(found)}. Nothing of it was used."));

    /// <summary>A redirect, realm or upload address that is not gone to (R6, R7, R8).</summary>
    public static ImmutableBuildException UnsafeAddress(string registry, string what, string address, string why) => new(new Diagnostic(
        UnsafeAddressDescriptor, $"The registry {registry} is refused: {what} is {PrintableText.Of(address)}, and {why}."));

    /// <summary>The tag is there with another digest (F36, R13).</summary>
    public static ImmutableBuildException TagTaken(string repository, string tag, Digest there, Digest ours) => new(new Diagnostic(
        TagTakenDescriptor, $"Expected {repository}:{tag} to be free or {ours}, found {there}. Tags never move, and nothing was overwritten. {(Releases.CommitSha.TryParse(tag, out _) ? "Bake with the same SDK and base image as before, or commit a change and release that." : "Set ContainerImageTags to a tag that is new, or remove it.")}"));

    /// <summary>The variable that is to hold a credential is not set.</summary>
    public static ImmutableBuildException VariableUnset(string variable) => new(new Diagnostic(
        VariableUnsetDescriptor, $"Expected the environment variable {variable} to hold the registry's credential, found it unset or empty. Set it where the build runs."));

    /// <summary>Docker's file is damaged. Its content is never shown.</summary>
    public static ImmutableBuildException DockerConfigInvalid(string file, string found) => new(new Diagnostic(
        DockerConfigInvalidDescriptor, $"Expected Docker's configuration as JSON with base64 credentials, found something else ({found}). Mend it, or log in again with 'docker login'.", Location: new SourceLocation(file)));

    /// <summary>A helper that gives no credential. What it said is never shown.</summary>
    public static ImmutableBuildException CredentialHelperFailed(string program, string server, string found) => new(new Diagnostic(
        CredentialHelperFailedDescriptor, $"Expected {program}, which Docker's config.json names, to give the credential of {server}: {found}. To see for yourself: echo {server} | {program} get."));

    /// <summary>Some of several registries failed.</summary>
    public static ImmutableBuildException NotEverywhere(IReadOnlyCollection<(string Repository, ImmutableBuildException? Fault)> outcomes)
    {
        var there = outcomes.Where(outcome => outcome.Fault is null).Select(outcome => outcome.Repository).ToArray();
        var failed = outcomes.Where(outcome => outcome.Fault is not null).Select(outcome => $"{Environment.NewLine}  {outcome.Repository}: {outcome.Fault!.Message}");
        return new ImmutableBuildException(new Diagnostic(
            NotEverywhereDescriptor, $"Expected all {outcomes.Count} registries to take the image, found {outcomes.Count - there.Length} that did not. {(there is [] ? "None has it" : $"These have it: {string.Join(", ", there)}")}. Run again once the others do.{string.Concat(failed)}"))
        {
            IsTransient = outcomes.All(outcome => outcome.Fault is null or { IsTransient: true }),
        };
    }

    /// <summary>A certificate or key that can't be used. Its content is never shown.</summary>
    public static ImmutableBuildException CertificatesUnusable(string file, string found, Exception? inner = null) => new(new Diagnostic(
        CertificatesUnusableDescriptor, $"Expected a certificate or key in PEM, as the registry's other files go with it: {found}.", Location: new SourceLocation(file)), inner);

    /// <summary>The TLS handshake failed: one side does not trust the other's certificate.</summary>
    public static ImmutableBuildException TlsRefused(Uri address, Exception inner) => new(new Diagnostic(
        TlsRefusedDescriptor, $"Expected {address.Authority} to show a certificate that a trusted authority gave to this name: {inner.Message} Put the authority's certificate into {Path.Combine(RegistryCertificates.OfDocker, address.Authority, "ca.crt")}, or below the directory of ImmutableRegistryCertificates."), inner);

    /// <summary>No image in the record.</summary>
    public static ImmutableBuildException NothingToPush(string found) => new(new Diagnostic(
        NothingToPushDescriptor, $"Expected a baked and signed image, found {found}. Run the stages before Push."));

    private static string Describe(HttpResponseMessage response)
    {
        var request = response.RequestMessage;
        var address = request?.RequestUri is { } uri ? RedactedUrl.Of(uri) : "";
        return $"{request?.Method} {address} was answered {(int)response.StatusCode} {response.StatusCode}";
    }
}
