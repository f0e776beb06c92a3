using ImmutableBuild.Errors;

namespace ImmutableBuild.Local.Files;

/// <summary>
/// A file that one process at a time can hold. The operating system takes it back when the holder dies. It is never removed: whoever opened it
/// just before would hold what nobody else finds.
/// </summary>
internal static class LockFile
{
    /// <summary>Takes the lock; null while another has it. IMB6100 when the file can't be made.</summary>
    public static IDisposable? TryTake(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 0);
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

    // Windows: ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION; Linux and macOS: EWOULDBLOCK.
    private static bool IsHeldElsewhere(IOException fault) => (fault.HResult & 0xFFFF) is 32 or 33 or 11 or 35;
}
