using ImmutableBuild.Errors;

namespace ImmutableBuild.Gateway.Keeping;

/// <summary>Makes sure that one keeper at a time holds a state directory; the system gives the lock back when the process ends, however it does.</summary>
internal sealed class StateLock : IDisposable
{
    private readonly FileStream _file;

    private StateLock(FileStream file) => _file = file;

    /// <summary>Takes the lock, or throws IMB6057.</summary>
    public static StateLock Take(string stateDirectory)
    {
        try
        {
            return new StateLock(new FileStream(Path.Combine(stateDirectory, "keeper.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException)
        {
            throw GatewayErrors.AlreadyKept(stateDirectory);
        }
    }

    /// <summary>Removes the file; the lock itself ends with this object.</summary>
    public void Forget() => File.Delete(_file.Name);

    public void Dispose() => _file.Dispose();
}
