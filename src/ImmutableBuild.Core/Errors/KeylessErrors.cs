using System.Collections.Immutable;

namespace ImmutableBuild.Errors;

/// <summary>IMB4040-4049: signing without a key, and whom to trust for it.</summary>
public static class KeylessErrors
{
    private static readonly ErrorDescriptor NoCosignDescriptor = new(
        "IMB4040", "Keyless signing needs the cosign program",
        "ImmutableKeyless has cosign sign by the identity of the job, and there is no program of that name in any directory of the PATH.",
        "Install cosign 3 (in GitHub Actions, sigstore/cosign-installer), or sign with a key (docs/keys.md).");

    private static readonly ErrorDescriptor UnfitCosignDescriptor = new(
        "IMB4041", "This cosign can't sign statements as they are",
        "The cosign on the PATH has no 'attest-blob --statement' with '--signing-config', which version 3 brought; earlier ones would write statements of their own.",
        "Install cosign 3.");

    private static readonly ErrorDescriptor SigningFailedDescriptor = new(
        "IMB4042", "cosign could not sign",
        "cosign was started to sign by the identity of the job, and failed: the message has what it said.",
        "Look at what cosign says: whether Fulcio and Rekor can be reached, and whether the token is for the audience 'sigstore'. Then run the release again.");

    private static readonly ErrorDescriptor NoTokenDescriptor = new(
        "IMB4043", "Nothing says who this job is",
        "Keyless signing needs an identity token, from GitHub Actions (ACTIONS_ID_TOKEN_REQUEST_URL and ACTIONS_ID_TOKEN_REQUEST_TOKEN) or in SIGSTORE_ID_TOKEN. None is set.",
        "In GitHub Actions, give the job 'permissions: id-token: write'; elsewhere set SIGSTORE_ID_TOKEN to a token for the audience 'sigstore'.");

    private static readonly ErrorDescriptor TrustedRootInvalidDescriptor = new(
        "IMB4044", "The trusted root can't be used",
        "The file that ImmutableTrustedRoot names can't be read, or is no trusted root of Sigstore.",
        "Write it anew with 'cosign trusted-root create' (docs/keys.md).");

    private static readonly ErrorDescriptor UnexpectedBundleDescriptor = new(
        "IMB4045", "What cosign signed is not what it was given",
        "The bundle that cosign wrote is malformed, or signs other bytes than those it was asked to sign. Nothing of it is used.",
        "Find out which program the name 'cosign' on the PATH leads to.");

    private static readonly ErrorDescriptor NoIdentityTrustedDescriptor = new(
        "IMB4046", "No identity is trusted",
        "ImmutableKeyless is set, so that no key is trusted, and the policy names no identity whose signatures would be.",
        "Name the workflow that signs in the policy's 'identities', with its issuer (ImmutablePolicy, docs/keys.md).");

    /// <summary>The rows of this file.</summary>
    public static ImmutableArray<ErrorDescriptor> All { get; } =
    [
        NoCosignDescriptor, UnfitCosignDescriptor, SigningFailedDescriptor, NoTokenDescriptor, TrustedRootInvalidDescriptor, UnexpectedBundleDescriptor, NoIdentityTrustedDescriptor,
    ];

    /// <summary>There is no <c>cosign</c> on the PATH.</summary>
    public static ImmutableBuildException NoCosign() => new(new Diagnostic(
        NoCosignDescriptor, "ImmutableKeyless needs the program 'cosign', and it is in no directory of the PATH. Install cosign 3, in GitHub Actions with sigstore/cosign-installer."));

    /// <summary>The <c>cosign</c> on the PATH can't sign statements as they are.</summary>
    public static ImmutableBuildException UnfitCosign(string program, string found) => new(new Diagnostic(
        UnfitCosignDescriptor, $"Expected cosign 3, which signs a statement as it is (attest-blob --statement); {program} can't ({PrintableText.Of(found)}). Install cosign 3."));

    /// <summary>cosign failed to sign.</summary>
    public static ImmutableBuildException SigningFailed(string fault) => new(new Diagnostic(
        SigningFailedDescriptor, $"cosign could not sign by the identity of this job: {fault.TrimEnd('.')}. Nothing was signed; run the release again when that is mended."));

    /// <summary>There is no token that says which identity this job has.</summary>
    public static ImmutableBuildException NoToken() => new(new Diagnostic(
        NoTokenDescriptor, "Expected an identity token, from GitHub Actions or in the variable SIGSTORE_ID_TOKEN, found none. In GitHub Actions, give the job 'permissions: id-token: write'."));

    /// <summary>The file of the trusted root can't be read as one.</summary>
    public static ImmutableBuildException TrustedRootInvalid(string path, string found, Exception inner) => new(
        new Diagnostic(TrustedRootInvalidDescriptor, $"Expected a trusted root of Sigstore: {found}. 'cosign trusted-root create' writes one (docs/keys.md).", Location: new SourceLocation(path)), inner);

    /// <summary>cosign's bundle is not of what it was given to sign.</summary>
    public static ImmutableBuildException UnexpectedBundle(string found, Exception inner) => new(
        new Diagnostic(UnexpectedBundleDescriptor, $"cosign's answer is not the signature it was asked for: {PrintableText.Of(found.TrimEnd('.'))}. Find out which program 'cosign' is on the PATH."), inner);

    /// <summary>The release signs without a key, but the policy trusts no identity, so that no signature would be believed.</summary>
    public static ImmutableBuildException NoIdentityTrusted(string? policy) => new(new Diagnostic(
        NoIdentityTrustedDescriptor,
        $"ImmutableKeyless is set, and {(policy is null ? "there is no policy that names" : $"the policy {policy} does not name")} the identity whose signatures are believed. Write \"identities\": [{{ \"issuer\": \"…\", \"identity\": \"…\" }}] into the file that ImmutablePolicy names."));
}
