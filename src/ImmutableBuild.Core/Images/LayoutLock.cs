using System.Diagnostics;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Images;

/// <summary>The right to change a layout's index, held by one process at a time. The operating system ends it with the process.</summary>
internal static class LayoutLock
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Waits for the lock; dispose the result to let go. Throws IMB2007 after a minute.</summary>
    public static IDisposable Acquire(string directory, CancellationToken cancellationToken)
    {
        var path = Path.Combine(directory, ".lock");
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 0);
            }
            catch (IOException fault) when (IsHeldElsewhere(fault) && Stopwatch.GetElapsedTime(began) < Patience)
            {
                cancellationToken.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(20));
                cancellationToken.ThrowIfCancellationRequested();
            }
            catch (IOException fault) when (IsHeldElsewhere(fault))
            {
                throw BakeErrors.LayoutBusy(directory, Patience, fault);
            }
        }
    }

    /// <summary>Whether a file could not be opened because another process, or another part of this one, has it locked.</summary>
    /// <remarks>Windows: ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION; Linux and macOS: EWOULDBLOCK.</remarks>
    public static bool IsHeldElsewhere(IOException fault) => (fault.HResult & 0xFFFF) is 32 or 33 or 11 or 35;
}
