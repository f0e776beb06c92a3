using ImmutableBuild.Errors;
using ImmutableBuild.Releases;
using ImmutableBuild.Trust.Keys;

namespace ImmutableBuild.Trust;

/// <summary>Finds the key that a release signs with: the one its options name, or for the <c>local</c> target the key made at first use.</summary>
public static class SigningKey
{
    /// <summary>
    /// Opens the signing key. Throws IMB4001 to IMB4006, IMB4024 to IMB4026; warns with IMB4005 about a file that others may read. A key that
    /// <see cref="SignOptions.TrustedKeyFiles"/> list and that may not be used now is refused with IMB4020 to IMB4022: nobody would believe what it signs.
    /// </summary>
    public static async Task<ISigner> OpenAsync(StageContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        var sign = context.Options.Sign;
        var access = new KeyAccess(context.ReadVariable, context.OpenKmsKey, (path, mode) => TellPermissions(path, mode, context));
        var signer = await access.FindSignerAsync(sign, cancellationToken) ?? await access.FindSignerAsync(new SignOptions { KeyFile = LocalKeyFor(context.Options) }, cancellationToken);
        try
        {
            TrustedKeys.RequireUsable(signer!.PublicKey, context);
            return signer;
        }
        catch
        {
            signer!.Dispose();
            throw;
        }
    }

    private static string LocalKeyFor(ReleaseOptions options) => TargetKind.Of(options.Target).IsThisMachine
        ? LocalKey.Ensure(options.DataDirectory)
        : throw TrustErrors.SigningKeyRequired(options.Target);

    private static void TellPermissions(string path, UnixFileMode mode, StageContext context)
    {
        if (context.Options.Protected)
        {
            throw new ImmutableBuildException(TrustErrors.KeyPermissions(path, mode, Severity.Error));
        }

        context.Reporter.Warn(TrustErrors.KeyPermissions(path, mode, Severity.Warning));
    }
}
