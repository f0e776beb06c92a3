using ImmutableBuild.Errors;
using ImmutableBuild.Releases;
using ImmutableBuild.Trust.Keys;

namespace ImmutableBuild.Trust;

/// <summary>Finds the key that the options name: a variable, a file, or for the <c>local</c> target the key made at first use.</summary>
public static class SigningKey
{
    private const int MaximumFileLength = 64 * 1024;
    private const UnixFileMode OthersAccess =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Opens the signing key. Throws IMB4001 to IMB4006; warns with IMB4005 about a file that others may read.</summary>
    public static ISigner Open(StageContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var sign = context.Options.Sign;
        var password = sign.KeyPasswordVariable is { } name ? context.ReadVariable(name) : null;
        if (sign.KeyVariable is { } variable)
        {
            var pem = context.ReadVariable(variable) ?? throw TrustErrors.KeyUnreadable($"variable {variable}", "it is not set");
            return PrivateKeyPem.Read(pem, new($"variable {variable}", sign.KeyPasswordVariable, password));
        }

        var path = sign.KeyFile ?? LocalKeyFor(context.Options);
        return PrivateKeyPem.Read(ReadFile(path, context), new($"file {path}", sign.KeyPasswordVariable, password));
    }

    private static string LocalKeyFor(ReleaseOptions options) => options.Target == "local"
        ? LocalKey.Ensure(options.DataDirectory)
        : throw TrustErrors.SigningKeyRequired(options.Target);

    private static string ReadFile(string path, StageContext context)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            CheckMode(path, file, context);
            if (file.Length > MaximumFileLength)
            {
                throw TrustErrors.KeyUnsupported($"file {path}", $"it is {file.Length} bytes long, at most {MaximumFileLength} are read");
            }

            using var reader = new StreamReader(file);
            return reader.ReadToEnd();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw TrustErrors.KeyUnreadable($"file {path}", fault.Message.TrimEnd('.'), fault);
        }
    }

    private static void CheckMode(string path, FileStream file, StageContext context)
    {
        if (OperatingSystem.IsWindows())
        {
            return; // A file's access list decides there, and is inherited from the user's own directory.
        }

        var mode = File.GetUnixFileMode(file.SafeFileHandle);
        if ((mode & OthersAccess) == UnixFileMode.None)
        {
            return;
        }

        if (context.Options.Protected)
        {
            throw new ImmutableBuildException(TrustErrors.KeyPermissions(path, mode, Severity.Error));
        }

        context.Reporter.Warn(TrustErrors.KeyPermissions(path, mode, Severity.Warning));
    }
}
