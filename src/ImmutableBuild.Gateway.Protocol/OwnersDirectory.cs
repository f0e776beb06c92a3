namespace ImmutableBuild.Gateway;

/// <summary>Directories that only their owner may enter: what gateways and those that start them keep on disk.</summary>
public static class OwnersDirectory
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>
    /// Makes sure that <paramref name="directory"/> exists with mode 0700 and is the caller's own; on Windows, that it exists. Throws
    /// <see cref="UnauthorizedAccessException"/> when it is someone else's.
    /// </summary>
    public static void Create(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory);
            return;
        }

        Directory.CreateDirectory(directory, OwnerOnly);

        // Only the owner may change the mode (root has a directory no one else can create), so this proves whose it is.
        File.SetUnixFileMode(directory, OwnerOnly);
    }
}
