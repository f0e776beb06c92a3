using ImmutableBuild.Errors;

namespace ImmutableBuild.Local.Files;

/// <summary>A file that one process at a time can hold. The operating system takes it back when the holder dies.</summary>
internal static class LockFile
{
    /// <summary>Takes the lock; null while another has it. IMB6100 when the file can't be made.</summary>
    public static IDisposable? TryTake(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 0);
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw LocalErrors.DataDirectoryUnusable(path, fault);
        }
    }
}
