using ImmutableBuild.Errors;

namespace ImmutableBuild.Local.Files;

/// <summary>A file that one process at a time can hold. The operating system takes it back when the holder dies.</summary>
internal static class LockFile
{
    // Who stops an app removes it, which Windows allows only so; elsewhere only a file that is shared with nobody is locked.
    private static readonly FileShare Alone = OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None;

    /// <summary>Takes the lock; null while another has it. IMB6100 when the file can't be made.</summary>
    public static IDisposable? TryTake(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, Alone, 0);
        }
        catch (IOException fault) when (IsHeldElsewhere(fault))
        {
            return null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw LocalErrors.DataDirectoryUnusable(path, fault);
        }
    }

    // Windows: ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION; Linux and macOS: EWOULDBLOCK. The file itself may be gone since: who stops an app removes it.
    private static bool IsHeldElsewhere(IOException fault) => (fault.HResult & 0xFFFF) is 32 or 33 or 11 or 35;
}
