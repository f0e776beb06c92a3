namespace ImmutableBuild.Gateway;

/// <summary>
/// The gateway's clock: the system's, but it never goes back. While the system's is behind, this one goes on at the pace of time that
/// passes, so that a lease lasts as long as it was given for and a later entry never seems older (F05).
/// </summary>
internal sealed class SteadyTime(TimeProvider system) : TimeProvider
{
    private readonly Lock _gate = new();
    private DateTimeOffset _anchor = system.GetUtcNow();
    private long _anchored = system.GetTimestamp();

    public override TimeZoneInfo LocalTimeZone => system.LocalTimeZone;

    public override long TimestampFrequency => system.TimestampFrequency;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            var (told, timestamp) = (system.GetUtcNow(), system.GetTimestamp());
            var passed = _anchor + system.GetElapsedTime(_anchored, timestamp);
            if (told <= passed)
            {
                return passed;
            }

            (_anchor, _anchored) = (told, timestamp);
            return told;
        }
    }

    /// <summary>Goes on from <paramref name="moment"/> if it is later than now: something that was written down then has happened.</summary>
    public void NotBefore(DateTimeOffset moment)
    {
        lock (_gate)
        {
            if (moment > GetUtcNow())
            {
                (_anchor, _anchored) = (moment, system.GetTimestamp());
            }
        }
    }

    public override long GetTimestamp() => system.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        system.CreateTimer(callback, state, dueTime, period);
}
