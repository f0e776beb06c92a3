using System.Diagnostics;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;

namespace ImmutableBuild.Registries;

/// <summary>
/// Keeps those who use a store under the data directory, or the layout of a project's releases, and the removal of old images apart: any number may write and read at once, or one removes.
/// The operating system ends it with the process.
/// </summary>
internal static class StoreUse
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Waits until nothing is being removed, and keeps it so until the result is disposed. Throws IMB2007 after a minute.</summary>
    public static IDisposable Enter(string store, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(FileOf(store), FileMode.OpenOrCreate, FileAccess.Read, FileShare.Read, 0);
            }
            catch (IOException fault) when (LayoutLock.IsHeldElsewhere(fault) && Stopwatch.GetElapsedTime(began) < Patience)
            {
                cancellationToken.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(20));
                cancellationToken.ThrowIfCancellationRequested();
            }
            catch (IOException fault) when (LayoutLock.IsHeldElsewhere(fault))
            {
                throw BakeErrors.LayoutBusy(store, Patience, fault);
            }
        }
    }

    /// <summary>The right to remove; null while something is pushed, read or removed.</summary>
    public static IDisposable? TryTakeAlone(string store) => TryTake(FileOf(store));

    /// <summary>The right to be the only one that wants to remove, for those who use the store themselves; null while another has it.</summary>
    public static IDisposable? TryTakeTurn(string store) => TryTake(Path.Combine(store, ".removal.lock"));

    private static FileStream? TryTake(string file)
    {
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 0);
        }
        catch (IOException fault) when (LayoutLock.IsHeldElsewhere(fault))
        {
            return null;
        }
    }

    private static string FileOf(string store) => Path.Combine(store, ".use");
}
