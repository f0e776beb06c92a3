using ImmutableBuild.Errors;

namespace ImmutableBuild.Trust.Keys;

/// <summary>A file with a key in it.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Text">What it holds.</param>
/// <param name="Mode">Its mode when it was opened; null where files have none.</param>
internal sealed record KeyFile(string Path, string Text, UnixFileMode? Mode)
{
    private const int MaximumLength = 64 * 1024;
    private const UnixFileMode OthersAccess =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Whether its group or everyone may do something with it. On Windows the access list decides, and is inherited from the user's own directory.</summary>
    public bool IsOpenToOthers => Mode is { } mode && (mode & OthersAccess) != UnixFileMode.None;

    /// <summary>Whether it holds a public key.</summary>
    public bool IsPublic => Text.Contains("-----BEGIN PUBLIC KEY-----", StringComparison.Ordinal);

    /// <summary>Where the key comes from, for messages.</summary>
    public string Origin => $"file {Path}";

    /// <summary>Reads the file; throws IMB4002 when that fails, IMB4003 when it is too long for a key.</summary>
    public static KeyFile Read(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            if (file.Length > MaximumLength)
            {
                throw TrustErrors.KeyUnsupported($"file {path}", $"it is {file.Length} bytes long, at most {MaximumLength} are read");
            }

            using var reader = new StreamReader(file);
            return new KeyFile(path, reader.ReadToEnd(), OperatingSystem.IsWindows() ? null : File.GetUnixFileMode(file.SafeFileHandle));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw TrustErrors.KeyUnreadable($"file {path}", fault.Message.TrimEnd('.'), fault);
        }
    }

    /// <summary>The public key it holds; throws IMB4003 when it holds none.</summary>
    public PublicKey ParsePublic()
    {
        try
        {
            return PublicKey.Parse(Text);
        }
        catch (FormatException fault)
        {
            throw TrustErrors.KeyUnsupported(Origin, fault.Message, fault);
        }
    }
}
