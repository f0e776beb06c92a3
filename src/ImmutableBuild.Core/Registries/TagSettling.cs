using System.Collections.Concurrent;

namespace ImmutableBuild.Registries;

/// <summary>
/// Of two who put a tag at once, many registries keep the last. Whoever wants to know what a tag means in the end has to look once the other can't put it any more, so
/// several times as long afterwards as it took here from looking at the tag to having put it. Only one who stalls for longer than that in between is not seen.
/// </summary>
/// <param name="time">The clock that waits go by.</param>
internal sealed class TagSettling(TimeProvider time)
{
    private const int TimesOurs = 3;

    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, long> _looks = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private long _from;
    private TimeSpan _wait;

    /// <summary>Notes that a look at a tag begins.</summary>
    public void Look(string tag) => _looks[tag] = time.GetTimestamp();

    /// <summary>Notes that a tag has been put.</summary>
    public void Put(string tag)
    {
        var took = _looks.TryGetValue(tag, out var looked) ? time.GetElapsedTime(looked) : LongestWait;
        var wait = new TimeSpan(Math.Clamp(TimesOurs * took.Ticks, ShortestWait.Ticks, LongestWait.Ticks));
        lock (_lock)
        {
            if (Remaining() < wait)
            {
                (_from, _wait) = (time.GetTimestamp(), wait);
            }
        }
    }

    /// <summary>Waits until all tags that were put have settled; not at all where none was.</summary>
    public Task WaitAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return Remaining() is var remaining && remaining > TimeSpan.Zero ? Task.Delay(remaining, time, cancellationToken) : Task.CompletedTask;
        }
    }

    private TimeSpan Remaining() => _wait == TimeSpan.Zero ? TimeSpan.Zero : _wait - time.GetElapsedTime(_from);
}
