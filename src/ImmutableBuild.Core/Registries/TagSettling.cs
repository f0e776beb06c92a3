using System.Collections.Concurrent;

namespace ImmutableBuild.Registries;

/// <summary>
/// Waits until a tag that was put keeps its meaning. Of two pushes that put a tag at once, many registries keep the last, so what the tag means is known once the other
/// push can't put it any more: after several times as long as it took here from looking at the tag to having put it. A push that stalls for longer in between is missed.
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
