namespace ImmutableBuild.Gateway.Supervision;

/// <summary>How long to wait before a process that ended is started again: twice as long each time, from the start again once it had run well.</summary>
internal sealed class RestartBackoff(TimeSpan first, TimeSpan longest, TimeSpan wellAfter)
{
    private int _doublings;

    /// <summary>The wait after a run that lasted <paramref name="ran"/>.</summary>
    public TimeSpan After(TimeSpan ran)
    {
        _doublings = ran >= wellAfter ? 0 : _doublings;
        var wait = TimeSpan.FromTicks(Math.Min(longest.Ticks, first.Ticks << _doublings));
        _doublings = wait < longest ? _doublings + 1 : _doublings;
        return wait;
    }
}
