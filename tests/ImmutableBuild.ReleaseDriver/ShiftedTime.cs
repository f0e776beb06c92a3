namespace ImmutableBuild.ReleaseDriver;

/// <summary>The clock of a machine whose time of day is off; durations are right.</summary>
internal sealed class ShiftedTime(TimeSpan by) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
}
