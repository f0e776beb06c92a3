namespace ImmutableBuild.Local.Files;

/// <summary>A directory whose content is read-only.</summary>
internal static class ReadOnlyTree
{
    private static readonly EnumerationOptions EveryDirectory = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };

    /// <summary>Removes it with all it holds. Links are removed, not followed.</summary>
    public static void Delete(string directory)
    {
        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode Writable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
            foreach (var each in Directory.EnumerateDirectories(directory, "*", EveryDirectory))
            {
                File.SetUnixFileMode(each, Writable);
            }
        }

        Directory.Delete(directory, recursive: true);
    }
}
