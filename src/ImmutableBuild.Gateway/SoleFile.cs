namespace ImmutableBuild.Gateway;

/// <summary>A file that one process at a time has open; the system gives it back when the process ends, however it does.</summary>
internal static class SoleFile
{
    // Stopping an app removes the file, perhaps while it is open, which Windows allows only with Delete; elsewhere .NET keeps others out only of a file that is opened with None.
    private static readonly FileShare Alone = OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None;

    // EWOULDBLOCK of Linux and macOS, ERROR_SHARING_VIOLATION of Windows.
    private static readonly int[] Taken = [11, 35, unchecked((int)0x80070020)];

    /// <summary>Opens it; null while another has it. Throws what the system says when it can't be had for another reason.</summary>
    public static FileStream? TryOpen(string path, FileMode mode)
    {
        try
        {
            return new FileStream(path, mode, FileAccess.ReadWrite, Alone, bufferSize: 0);
        }
        catch (IOException taken) when (Taken.Contains(taken.HResult))
        {
            return null;
        }
    }
}
