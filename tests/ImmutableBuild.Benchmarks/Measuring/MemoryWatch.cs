namespace ImmutableBuild.Benchmarks.Measuring;

/// <summary>Looks at this process's memory every few milliseconds, from now until it is disposed.</summary>
internal sealed class MemoryWatch : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(20);

    private readonly Timer _timer;
    private long _most;

    public MemoryWatch() => _timer = new Timer(_ => Interlocked.Exchange(ref _most, Math.Max(_most, Environment.WorkingSet)), null, TimeSpan.Zero, Period);

    /// <summary>The most that it was, in bytes.</summary>
    public long Most => Interlocked.Read(ref _most);

    public void Dispose() => _timer.Dispose();
}
