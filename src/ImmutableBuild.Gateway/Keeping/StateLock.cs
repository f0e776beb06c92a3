using ImmutableBuild.Errors;

namespace ImmutableBuild.Gateway.Keeping;

/// <summary>Makes sure that one keeper at a time holds a state directory; the system gives the lock back when the process ends, however it does.</summary>
internal sealed class StateLock : IDisposable
{
    // A file that is found gone is another one at the next attempt; more are for a file system that tells no times.
    private const int MostAttempts = 10;

    private readonly FileStream _file;

    private StateLock(FileStream file) => _file = file;

    /// <summary>Takes the lock, or throws IMB6057; IMB6050 when the file can't be had for another reason.</summary>
    public static StateLock Take(string stateDirectory)
    {
        var path = Path.Combine(stateDirectory, "keeper.lock");
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                var file = SoleFile.TryOpen(path, FileMode.OpenOrCreate) ?? throw GatewayErrors.AlreadyKept(stateDirectory);
                if (IsAt(path, file) || attempt == MostAttempts)
                {
                    return new StateLock(file);
                }

                file.Dispose();
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw GatewayErrors.StateNotCommitted(path, fault);
        }
    }

    /// <summary>Removes the file; the lock itself ends with this object.</summary>
    public void Forget() => File.Delete(_file.Name);

    public void Dispose() => _file.Dispose();

    // The keeper of an app that is stopped removes the file, perhaps just when another one has opened it and not locked it yet. That one would hold what nobody
    // else finds. Such a file is written to by nobody, so another one in its place, or none, shows by the time when it was made.
    private static bool IsAt(string path, FileStream file) => File.GetLastWriteTimeUtc(path) == File.GetLastWriteTimeUtc(file.SafeFileHandle);
}
