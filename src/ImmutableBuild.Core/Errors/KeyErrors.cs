using System.Collections.Immutable;
using System.Globalization;
using ImmutableBuild.Trust;

namespace ImmutableBuild.Errors;

/// <summary>IMB402: keys, their times and their services.</summary>
public static class KeyErrors
{
    private static readonly ErrorDescriptor KeyExpiredDescriptor = new(
        "IMB4020", "The key's time is over",
        "The image is signed by a key that the list of trusted keys has, and whose 'notAfter' has passed; or a release was about to sign with it.",
        "Sign with the present key: release this commit again. To go back to what the old key signed, move its 'notAfter' on purpose.");

    private static readonly ErrorDescriptor KeyNotYetValidDescriptor = new(
        "IMB4021", "The key's time has not come",
        "The image is signed by a key that the list of trusted keys has, and whose 'notBefore' is still to come; or a release was about to sign with it.",
        "Check the clock of this machine, and the key's 'notBefore' in the list.");

    private static readonly ErrorDescriptor KeyRevokedDescriptor = new(
        "IMB4022", "The key is revoked",
        "The image is signed by a key that the list of trusted keys has as revoked; or a release was about to sign with it.",
        "Do not run this image. Release its commit again, which signs with the present key.");

    private static readonly ErrorDescriptor TrustedKeysMalformedDescriptor = new(
        "IMB4023", "The list of trusted keys is malformed",
        "The JSON file that ImmutableTrustedKeys names is not of the form that docs/keys.md shows.",
        "Correct the file as the message says.");

    private static readonly ErrorDescriptor KmsRefusedDescriptor = new(
        "IMB4024", "AWS KMS refuses the key's use",
        "The service answered that the key does not exist, is disabled, is not one for signing with ECDSA on P-256, or may not be used by these credentials.",
        "The message has the service's answer. The credentials need kms:GetPublicKey and kms:Sign on a key of the usage SIGN_VERIFY and the spec ECC_NIST_P256.");

    private static readonly ErrorDescriptor KmsUnreachableDescriptor = new(
        "IMB4025", "AWS KMS does not answer",
        "The service could not be reached, or failed, also when it was asked again.",
        "Check the network and the endpoint that the message shows, and run the release again.");

    private static readonly ErrorDescriptor AwsConfigurationDescriptor = new(
        "IMB4026", "AWS's configuration lacks a region or credentials",
        "Region and credentials come from where every AWS program takes them: AWS_REGION, AWS_ACCESS_KEY_ID and the like, a profile, a role of the machine. There were none.",
        "Set AWS_REGION, and give this job credentials; in GitHub Actions, with aws-actions/configure-aws-credentials.");

    private static readonly ErrorDescriptor NewKeyDescriptor = new(
        "IMB4027", "The new key is not written",
        "A key file is never overwritten, since what it signed could never be signed again; or the place can't be written to.",
        "Name another place with --output, or move the old key away.");

    private static readonly ErrorDescriptor NewKeyPasswordDescriptor = new(
        "IMB4028", "The new key's password is missing",
        "A new key is encrypted with the password in the variable that --password-variable names, and that is not set or empty.",
        "Set the variable, in a way that keeps it out of the shell's history, and run the command again.");

    /// <summary>The rows of this range.</summary>
    public static ImmutableArray<ErrorDescriptor> All { get; } =
    [
        KeyExpiredDescriptor, KeyNotYetValidDescriptor, KeyRevokedDescriptor, TrustedKeysMalformedDescriptor,
        KmsRefusedDescriptor, KmsUnreachableDescriptor, AwsConfigurationDescriptor, NewKeyDescriptor, NewKeyPasswordDescriptor,
    ];

    /// <summary>The key was trusted until a time that has passed.</summary>
    public static ImmutableBuildException KeyExpired(TrustedKey key, DateTimeOffset now) => new(new Diagnostic(
        KeyExpiredDescriptor, $"The key {key.Key} ({key.Origin}) was believed until {Time(key.NotAfter)}; it is {Time(now)}. Sign with the present key, by releasing this commit again."));

    /// <summary>The key is trusted only from a later time on.</summary>
    public static ImmutableBuildException KeyNotYetValid(TrustedKey key, DateTimeOffset now) => new(new Diagnostic(
        KeyNotYetValidDescriptor, $"The key {key.Key} ({key.Origin}) is believed from {Time(key.NotBefore)} on; it is {Time(now)}. Check this machine's clock, and the list."));

    /// <summary>The key is never believed again.</summary>
    public static ImmutableBuildException KeyRevoked(TrustedKey key, string why) => new(new Diagnostic(
        KeyRevokedDescriptor, $"The key {key.Key} ({key.Origin}) is revoked: {Sentence(why)} Release this commit again with another key."));

    /// <summary>The list of trusted keys is malformed.</summary>
    public static ImmutableBuildException TrustedKeysMalformed(string path, string why, Exception inner) => new(
        new Diagnostic(TrustedKeysMalformedDescriptor, $"The list of trusted keys {path} is malformed: {Sentence(why)} See docs/keys.md for its form."), inner);

    /// <summary>AWS KMS refused the use of the key, or the key is of another kind.</summary>
    public static ImmutableBuildException KmsRefused(string key, string answer, Exception? inner = null) => new(
        new Diagnostic(KmsRefusedDescriptor, $"AWS KMS refuses the use of {key}: {Sentence(answer)} It takes a key of the spec ECC_NIST_P256 for SIGN_VERIFY, and kms:GetPublicKey and kms:Sign on it."), inner);

    /// <summary>AWS KMS did not answer, or not in a way that is understood.</summary>
    public static ImmutableBuildException KmsUnreachable(string key, string what, Exception inner) => new(
        new Diagnostic(KmsUnreachableDescriptor, $"AWS KMS was asked for {key} and did not answer: {Sentence(what)} Check network and endpoint, and run the release again."), inner);

    /// <summary>AWS's configuration lacks a region or credentials.</summary>
    public static ImmutableBuildException AwsConfiguration(string key, string what, Exception inner) => new(
        new Diagnostic(AwsConfigurationDescriptor, $"AWS's configuration does not suffice for {key}: {Sentence(what)} Set AWS_REGION, and give this job credentials."), inner);

    /// <summary>A file exists where the new key is to be written.</summary>
    public static ImmutableBuildException KeyExists(string path) => new(new Diagnostic(
        NewKeyDescriptor, $"Expected no file {path}, found one. Keys are never overwritten: name another place with --output, or move that file away."));

    /// <summary>The file can't be written.</summary>
    public static ImmutableBuildException KeyNotWritten(string path, Exception inner) => new(
        new Diagnostic(NewKeyDescriptor, $"The new key {path} cannot be written: {inner.Message} Name a directory that exists and is writable with --output."), inner);

    /// <summary>The variable with the new key's password is not set.</summary>
    public static ImmutableBuildException NewKeyPassword(string variable) => new(new Diagnostic(
        NewKeyPasswordDescriptor, $"Expected the new key's password in the variable {variable}, which is not set or empty. Set it, and run the command again."));

    private static string Sentence(string text) => $"{PrintableText.Of(text.TrimEnd('.', ' '))}.";

    private static string Time(DateTimeOffset? time) => time!.Value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
