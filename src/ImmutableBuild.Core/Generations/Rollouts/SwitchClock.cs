namespace ImmutableBuild.Generations.Rollouts;

/// <summary>
/// Measures the switch: the call's own duration by this side's clock, plus the time from the committed route to the first
/// answer by the target's clock. No two clocks are ever compared.
/// </summary>
internal sealed class SwitchClock(GenerationId newId, TimeProvider time)
{
    private long? _called;
    private TimeSpan _call;

    /// <summary>The measured time; null before the switch was seen.</summary>
    public TimeSpan? Elapsed { get; private set; }

    /// <summary>A change is about to be made.</summary>
    public void Calling(RolloutAction action) =>
        _called = action is SetRoute move ? (move.Route.PercentOf(newId) == 100 ? time.GetTimestamp() : null) : _called;

    /// <summary>The call came back.</summary>
    public void Called(RolloutAction action) => _call = action is SetRoute && _called is { } called ? time.GetElapsedTime(called) : _call;

    /// <summary>Looks for the first answer.</summary>
    public void Note(Observation observed)
    {
        if (_called is not { } called || Elapsed is not null || observed.Route.Serving?.Generation != newId)
        {
            return;
        }

        Elapsed = observed.Route.Serving.FirstAnswerAt is { } answered
            ? _call + (answered > observed.Route.Since ? answered - observed.Route.Since : TimeSpan.Zero)
            : time.GetElapsedTime(called);
    }
}
