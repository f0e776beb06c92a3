namespace ImmutableBuild.Tests.Generations.Simulation;

/// <summary>
/// A clock that only moves when told. Delays up to a second, such as the time between two observations, are skipped by
/// moving the clock; longer timers are deadlines, and never fire.
/// </summary>
public sealed class VirtualTime : TimeProvider
{
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromSeconds(1);

    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => _now;

    public override long GetTimestamp() => _now.Ticks;

    public void Advance(TimeSpan by) => _now += by;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime >= TimeSpan.Zero && dueTime <= s_longestDelay)
        {
            Advance(dueTime);
            callback(state);
        }

        return new SpentTimer();
    }

    private sealed class SpentTimer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
