namespace ImmutableBuild.Generations.Rollouts;

/// <summary>How long something may go on that should not: counted from its first sign, restored when it ends.</summary>
internal sealed class Patience(TimeSpan limit, TimeProvider time)
{
    private long? _since;

    /// <summary>The sign is gone: counting begins anew with the next one.</summary>
    public void Restore() => _since = null;

    /// <summary>Notes a sign; whether it has gone on for too long since the first one.</summary>
    public bool IsOver() => time.GetElapsedTime(_since ??= time.GetTimestamp()) >= limit;
}
