using ImmutableBuild.Errors;

namespace ImmutableBuild.Gateway.Keeping;

/// <summary>Makes sure that one keeper at a time holds a state directory; the system gives the lock back when the process ends, however it does.</summary>
internal sealed class StateLock : IDisposable
{
    private readonly FileStream _file;

    private StateLock(FileStream file) => _file = file;

    // Stopping an app removes the file while it is open, which Windows allows only with Delete; elsewhere .NET keeps others out only of a file that is opened with None.
    private static readonly FileShare Alone = OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None;

    // EWOULDBLOCK of Linux and macOS, ERROR_SHARING_VIOLATION of Windows.
    private static readonly int[] Taken = [11, 35, unchecked((int)0x80070020)];

    /// <summary>Takes the lock, or throws IMB6057; IMB6050 when the file can't be had for another reason.</summary>
    public static StateLock Take(string stateDirectory)
    {
        try
        {
            return new StateLock(new FileStream(Path.Combine(stateDirectory, "keeper.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, Alone));
        }
        catch (IOException taken) when (Taken.Contains(taken.HResult))
        {
            throw GatewayErrors.AlreadyKept(stateDirectory);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw GatewayErrors.StateNotCommitted(Path.Combine(stateDirectory, "keeper.lock"), fault);
        }
    }

    /// <summary>Removes the file; the lock itself ends with this object.</summary>
    public void Forget() => File.Delete(_file.Name);

    public void Dispose() => _file.Dispose();
}
