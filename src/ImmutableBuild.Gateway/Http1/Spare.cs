namespace ImmutableBuild.Gateway.Http1;

/// <summary>
/// Objects that are needed for a moment of each request. Every processor keeps the one it used last, which its cache still holds; a
/// connection that kept one of its own would find it cold each time.
/// </summary>
internal sealed class Spare<T>
    where T : class, new()
{
    /// <summary>Processors' places stand this far apart, so that no two share a line of cache.</summary>
    private const int Stride = 16;

    private readonly T?[] _kept = new T?[(Environment.ProcessorCount + 1) * Stride];

    /// <summary>One for the caller alone, in whatever state its last user left it.</summary>
    public T Take() => Interlocked.Exchange(ref _kept[Place()], null) ?? new T();

    /// <summary>The caller no longer uses <paramref name="spare"/>.</summary>
    public void Return(T spare) => Volatile.Write(ref _kept[Place()], spare);

    private static int Place() => ((Thread.GetCurrentProcessorId() % Environment.ProcessorCount) + 1) * Stride;
}
