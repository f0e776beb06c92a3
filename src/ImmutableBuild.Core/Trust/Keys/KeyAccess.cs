using ImmutableBuild.Errors;

namespace ImmutableBuild.Trust.Keys;

/// <summary>Opens the key that options name, where it is: in a file, a variable, or a service.</summary>
/// <param name="ReadVariable">Reads an environment variable by name.</param>
/// <param name="OpenKmsKey">Opens a key that never leaves its service.</param>
/// <param name="OpenToOthers">Told of a private key's file, and its mode, that its group or everyone may read; may refuse it.</param>
public sealed record KeyAccess(Func<string, string?> ReadVariable, OpenKmsKey OpenKmsKey, Action<string, UnixFileMode> OpenToOthers)
{
    /// <summary>Opens the private key; null when none is named. Throws IMB4002 to IMB4004, or what <see cref="OpenKmsKey"/> throws.</summary>
    public async Task<ISigner?> FindSignerAsync(SignOptions sign, CancellationToken cancellationToken) => sign switch
    {
        { KmsKey: { } key } => await OpenKmsKey(key, cancellationToken),
        { KeyVariable: { } variable } => OpenVariable(variable, sign),
        { KeyFile: { } path } => OpenFile(KeyFile.Read(path), sign),
        _ => null,
    };

    /// <summary>The public half; a file may hold that alone. Null when no key is named. Throws as <see cref="FindSignerAsync"/>.</summary>
    public async Task<PublicKey?> FindPublicKeyAsync(SignOptions sign, CancellationToken cancellationToken)
    {
        if (sign is { KmsKey: null, KeyVariable: null, KeyFile: { } path } && KeyFile.Read(path) is { IsPublic: true } file)
        {
            return file.ParsePublic();
        }

        using var signer = await FindSignerAsync(sign, cancellationToken);
        return signer?.PublicKey;
    }

    private ISigner OpenVariable(string variable, SignOptions sign)
    {
        var pem = ReadVariable(variable) ?? throw TrustErrors.KeyUnreadable($"variable {variable}", "it is not set");
        return Open(pem, $"variable {variable}", sign);
    }

    private ISigner OpenFile(KeyFile file, SignOptions sign)
    {
        if (file.IsOpenToOthers)
        {
            OpenToOthers(file.Path, file.Mode!.Value);
        }

        return Open(file.Text, file.Origin, sign);
    }

    private ISigner Open(string pem, string origin, SignOptions sign)
    {
        var password = sign.KeyPasswordVariable is { } name ? ReadVariable(name) : null;
        return PrivateKeyPem.Read(pem, new(origin, sign.KeyPasswordVariable, password));
    }
}
