using ImmutableBuild.Errors;
using ImmutableBuild.Local.Files;

namespace ImmutableBuild.Local.Images;

/// <summary>The right to change unpacked images and their files, held by one process at a time; the system ends it with its holder.</summary>
internal static class ImageStoreLock
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    /// <summary>Waits for it; IMB6115 after five minutes. Dispose the result to let go.</summary>
    public static async Task<IDisposable> AcquireAsync(LocalLayout layout, TimeProvider time, CancellationToken cancellationToken)
    {
        layout.Create(layout.Images);
        var path = Path.Combine(layout.Images, ".lock");
        var began = time.GetTimestamp();
        while (true)
        {
            if (LockFile.TryTake(path) is { } held)
            {
                return held;
            }

            if (time.GetElapsedTime(began) > Patience)
            {
                throw LocalErrors.ImageStoreBusy(path, Patience);
            }

            await Task.Delay(Interval, time, cancellationToken);
        }
    }
}
