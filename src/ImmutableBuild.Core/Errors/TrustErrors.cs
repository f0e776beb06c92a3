using System.Collections.Immutable;
using ImmutableBuild.Images;

namespace ImmutableBuild.Errors;

/// <summary>IMB4: trust.</summary>
public static class TrustErrors
{
    private static readonly ErrorDescriptor SigningKeyRequiredDescriptor = new(
        "IMB4001", "A signing key must be configured",
        "Only the local target may use the key that is made at first use; every other target needs a key that its verifiers know.",
        "Set ImmutableKeyFile to a P-256 private key file, ImmutableKeyVariable to the name of an environment variable that holds one as PEM, or ImmutableKmsKey to a key in AWS KMS. 'immutable key new' makes one.");

    private static readonly ErrorDescriptor KeyUnreadableDescriptor = new(
        "IMB4002", "The key cannot be read",
        "The file does not exist or may not be read, or the environment variable is not set.",
        "Check the path or the variable's name that the message shows, and that this user may read it.");

    private static readonly ErrorDescriptor KeyUnsupportedDescriptor = new(
        "IMB4003", "The key has a form that is not supported",
        "Keys are ECDSA on the curve P-256: PKCS#8 or SEC1 PEM, PKCS#8 encrypted with a password, or cosign's own encrypted key file; public keys are SubjectPublicKeyInfo PEM.",
        "Make one with 'immutable key new', 'openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out signing.key' or 'cosign generate-key-pair'.");

    private static readonly ErrorDescriptor KeyPasswordDescriptor = new(
        "IMB4004", "The key's password is missing or wrong",
        "The key is encrypted, and the variable named by ImmutableKeyPasswordVariable is not set or holds another password.",
        "Set ImmutableKeyPasswordVariable to the name of the variable that holds the password, and check its value.");

    private static readonly ErrorDescriptor KeyPermissionsDescriptor = new(
        "IMB4005", "Others may read the signing key",
        "The key file's mode gives access to its group or to everyone. A protected environment refuses such a key, any other warns.",
        "Run 'chmod 600' on the file; if others may have read it, make a new key.");

    private static readonly ErrorDescriptor LocalKeyDescriptor = new(
        "IMB4006", "The local key cannot be made",
        "The key of the local target is made at first use in the data directory, and that could not be written.",
        "Make the data directory writable for this user, or set ImmutableDataDirectory to one that is.");

    private static readonly ErrorDescriptor NotScannedDescriptor = new(
        "IMB4007", "The image to be signed was not scanned",
        "A signature says that this digest was scanned; the record's scan is missing or speaks of another digest.",
        "Run Scan for this image, then Sign again.");

    private static readonly ErrorDescriptor ScanNotAcceptableDescriptor = new(
        "IMB4008", "The scan's verdict does not allow a signature",
        "Only an image that passed is signed; one that could not be assessed is signed only where the environment is not protected.",
        "Mend what the scan found, or give it an advisory source (ImmutableAdvisories), then run Scan and Sign again.");

    private static readonly ErrorDescriptor NoSignatureDescriptor = new(
        "IMB4009", "The image has no signature",
        "The registry or store answered that no signature is stored for the digest.",
        "Run Sign and Push for this image. If it was signed elsewhere, copy its signature's tag along with it.");

    private static readonly ErrorDescriptor SignatureRefusedDescriptor = new(
        "IMB4010", "No signature of the image is acceptable",
        "Signatures were found, but each was refused: by another key, over another digest, repository or commit, or not in strict form.",
        "The message names the reason for each. If the key was changed on purpose, add its public key to ImmutableTrustedKeys; otherwise do not run this image.");

    private static readonly ErrorDescriptor SignatureUnknownDescriptor = new(
        "IMB4011", "Whether the image is signed is unknown",
        "The registry or store failed while it was asked for the signature. That says nothing about the signature, so nothing is deployed.",
        "See the message for the registry's answer; mend it, and run the release again.");

    private static readonly ErrorDescriptor ImageAlteredDescriptor = new(
        "IMB4012", "The image is not what its digest says",
        "The bytes that the registry or store returned for the image do not have the digest that was asked for.",
        "Do not run this image. Check the registry and everything between; push the image again.");

    private static readonly ErrorDescriptor ManifestStrictDescriptor = new(
        "IMB4013", "The signature's manifest is malformed",
        "The manifest behind the signature's tag is too large, has too many layers, or is not strict JSON of the expected form.",
        "Find out who wrote to the signature's tag. Delete that tag, then run Sign and Push again.");

    /// <summary>The rows of this range.</summary>
    public static ImmutableArray<ErrorDescriptor> All { get; } =
    [
        SigningKeyRequiredDescriptor, KeyUnreadableDescriptor, KeyUnsupportedDescriptor, KeyPasswordDescriptor, KeyPermissionsDescriptor,
        LocalKeyDescriptor, NotScannedDescriptor, ScanNotAcceptableDescriptor, NoSignatureDescriptor, SignatureRefusedDescriptor,
        SignatureUnknownDescriptor, ImageAlteredDescriptor, ManifestStrictDescriptor,
    ];

    /// <summary>No key is configured, and the target is not <c>local</c>.</summary>
    public static ImmutableBuildException SigningKeyRequired(string target) => new(new Diagnostic(
        SigningKeyRequiredDescriptor,
        $"The target '{target}' needs a configured signing key, and none is set. Set ImmutableKeyFile to a P-256 private key file, ImmutableKeyVariable to the name of a variable that holds one, or ImmutableKmsKey."));

    /// <summary>The key's file or variable is not there or can't be read.</summary>
    public static ImmutableBuildException KeyUnreadable(string origin, string why, Exception? inner = null) => new(new Diagnostic(
        KeyUnreadableDescriptor, $"Expected a key in {origin}: {why}. Check the name and that this user may read it."), inner);

    /// <summary>The key is not one of the supported forms.</summary>
    public static ImmutableBuildException KeyUnsupported(string origin, string why, Exception? inner = null) => new(new Diagnostic(
        KeyUnsupportedDescriptor, $"The key in {origin} is not supported: {why}. Expected an ECDSA P-256 key as PEM."), inner);

    /// <summary>An encrypted key can't be opened.</summary>
    public static ImmutableBuildException KeyPassword(string origin, string? passwordVariable, Exception? inner = null) => new(
        new Diagnostic(KeyPasswordDescriptor, passwordVariable is null
            ? $"The key in {origin} is encrypted and opens only with a password. Set ImmutableKeyPasswordVariable to the name of the variable that holds it."
            : $"The key in {origin} does not open with the password of the variable {passwordVariable}. Check that the variable is set and belongs to this key."),
        inner);

    /// <summary>The key's file is open to others: an error in a protected environment, a warning elsewhere.</summary>
    public static Diagnostic KeyPermissions(string path, UnixFileMode mode, Severity severity) => new(
        KeyPermissionsDescriptor,
        $"The signing key {path} has mode {Convert.ToString((int)mode, 8)}; expected 600, so that only its owner may read it. Run 'chmod 600' on it.",
        severity);

    /// <summary>The local key could not be made.</summary>
    public static ImmutableBuildException LocalKey(string path, Exception inner) => new(
        new Diagnostic(LocalKeyDescriptor, $"The local signing key {path} cannot be made: {inner.Message} Make its directory writable for this user."), inner);

    /// <summary>The record holds no scan of the digest that is to be signed.</summary>
    public static ImmutableBuildException NotScanned(Digest image, Digest? scanned) => new(new Diagnostic(
        NotScannedDescriptor,
        $"The image {image} is to be signed, but the record's scan {(scanned is { } other ? $"speaks of {other}" : "is missing")}. Run Scan for this image first."));

    /// <summary>The scan of the digest did not pass.</summary>
    public static ImmutableBuildException ScanNotAcceptable(Digest image, string verdict) => new(new Diagnostic(
        ScanNotAcceptableDescriptor, $"The scan of {image} has the verdict '{verdict}'; a signature needs 'pass'. See the scan's findings, mend them, and run Scan again."));

    /// <summary>The store says that there is no signature.</summary>
    public static ImmutableBuildException NoSignature(string repository, Digest image, string tag) => new(new Diagnostic(
        NoSignatureDescriptor, $"{repository}@{image} has no signature: the tag {tag} does not exist. Run Sign and Push for this image."));

    /// <summary>Signatures exist, none is acceptable.</summary>
    public static ImmutableBuildException SignatureRefused(string repository, Digest image, IEnumerable<string> reasons) => new(new Diagnostic(
        SignatureRefusedDescriptor, $"No signature of {repository}@{image} is acceptable: {string.Join("; ", reasons)}. Nothing was deployed."));

    /// <summary>Whether <paramref name="refusal"/> is one of the two above: the image has no signature, or none that is acceptable.</summary>
    internal static bool IsAboutSignature(ImmutableBuildException refusal) => refusal.Code == NoSignatureDescriptor.Code || refusal.Code == SignatureRefusedDescriptor.Code;

    /// <summary>The store failed; it is unknown whether the image is signed (never "unsigned").</summary>
    public static ImmutableBuildException SignatureUnknown(string repository, Digest image, Exception inner) => new(
        new Diagnostic(SignatureUnknownDescriptor, $"Whether {repository}@{image} is signed is unknown, for its store failed: {inner.Message} Nothing was deployed."), inner) { IsTransient = true };

    /// <summary>The stored image's bytes have another digest.</summary>
    public static ImmutableBuildException ImageAltered(string repository, Digest expected, Digest found) => new(new Diagnostic(
        ImageAlteredDescriptor, $"The manifest of {repository} was asked for by {expected}, and the bytes returned have {found}. Nothing was deployed."));

    /// <summary>The manifest behind a signature's tag is not acceptable.</summary>
    public static ImmutableBuildException SignatureManifestMalformed(string where, string why, Exception? inner = null) => new(
        new Diagnostic(ManifestStrictDescriptor, $"The signature manifest {where} is refused: {why}. Find out who wrote it, delete it, and run Sign and Push again."), inner);
}
