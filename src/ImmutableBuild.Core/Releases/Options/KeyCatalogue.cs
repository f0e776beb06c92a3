using System.Collections.Immutable;
using ImmutableBuild.Trust.Keys;
using static ImmutableBuild.Releases.Options.OptionTypes;

namespace ImmutableBuild.Releases.Options;

/// <summary>The part of the <see cref="OptionCatalogue"/> that says which key signs, and which are trusted.</summary>
public static class KeyCatalogue
{
    /// <summary>Signing key file.</summary>
    public static PropertyOption<string> File { get; } = new("ImmutableKeyFile", FilePath, null, "The file of the signing key (PEM). Default: on `local`, a key made at first use.");

    /// <summary>Signing key variable.</summary>
    public static PropertyOption<string> Variable { get; } = new("ImmutableKeyVariable", VariableName, null, "The environment variable that holds the signing key (PEM).");

    /// <summary>Signing key in AWS KMS.</summary>
    public static PropertyOption<KmsKeyReference?> Kms { get; } = new("ImmutableKmsKey", KmsKey, null, "The signing key in AWS KMS, which never leaves it; region and credentials come from where AWS's own programs take them.");

    /// <summary>Keyless.</summary>
    public static PropertyOption<bool> Keyless { get; } = new("ImmutableKeyless", Flag, "false", "Sign without a key: the `cosign` program on the PATH (3.x) has a certificate issued for this job's identity ([keys.md](keys.md)). The token comes from GitHub Actions (`id-token: write`), or from the variable `SIGSTORE_ID_TOKEN`.");

    /// <summary>A Sigstore of one's own.</summary>
    public static PropertyOption<string> SigningConfig { get; } = new("ImmutableSigningConfig", FilePath, null, "The addresses of a Sigstore of your own, for keyless signing (`cosign signing-config create`). Default: cosign's, the public one.");

    /// <summary>Signing key password.</summary>
    public static PropertyOption<string> PasswordVariable { get; } = new("ImmutableKeyPasswordVariable", VariableName, null, "The environment variable that holds the password of an encrypted signing key.");

    /// <summary>Trusted keys.</summary>
    public static PropertyOption<ImmutableArray<string>> Trusted { get; } = new("ImmutableTrustedKeys", FilePaths, null, "Public keys whose signatures a deployment believes, separated by `;`: PEM files, or lists of them that say from when until when (`.json`, [keys.md](keys.md)). Default: the signing key's own.");

    /// <summary>All properties, in the order they are documented.</summary>
    public static ImmutableArray<PropertyOption> All { get; } = [File, Variable, Kms, Keyless, SigningConfig, PasswordVariable, Trusted];

    private static OptionType<KmsKeyReference?> KmsKey => new(KmsKeyReference.Form, static (string text, out KmsKeyReference? value) => KmsKeyReference.TryParse(text, out value));
}
