namespace ImmutableBuild.Tests.Generations.Simulation;

/// <summary>A clock that is off, its timestamps too.</summary>
internal sealed class SkewedTime(TimeProvider inner, TimeSpan by) : TimeProvider
{
    public override long TimestampFrequency => inner.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => inner.GetUtcNow() + by;

    public override long GetTimestamp() => inner.GetTimestamp() + by.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => inner.CreateTimer(callback, state, dueTime, period);
}
