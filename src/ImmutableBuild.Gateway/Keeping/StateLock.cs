using ImmutableBuild.Errors;

namespace ImmutableBuild.Gateway.Keeping;

/// <summary>Makes sure that one keeper at a time holds a state directory; the system gives the lock back when the process ends, however it does.</summary>
internal sealed class StateLock : IDisposable
{
    private readonly FileStream _file;

    private StateLock(FileStream file) => _file = file;

    /// <summary>Takes the lock, or throws IMB6057; IMB6050 when the file can't be had for another reason.</summary>
    public static StateLock Take(string stateDirectory)
    {
        var path = Path.Combine(stateDirectory, "keeper.lock");
        try
        {
            return new StateLock(SoleFile.TryOpen(path, FileMode.OpenOrCreate) ?? throw GatewayErrors.AlreadyKept(stateDirectory));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw GatewayErrors.StateNotCommitted(path, fault);
        }
    }

    /// <summary>Removes the file; the lock itself ends with this object.</summary>
    public void Forget() => File.Delete(_file.Name);

    public void Dispose() => _file.Dispose();
}
