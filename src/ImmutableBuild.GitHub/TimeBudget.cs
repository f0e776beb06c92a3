namespace ImmutableBuild.GitHub;

/// <summary>How long GitHub may take altogether. Only time that is spent on it counts. For one piece of work at a time.</summary>
internal sealed class TimeBudget(TimeSpan total, TimeProvider time)
{
    private TimeSpan _spent;
    private long? _began;

    /// <summary>The clock.</summary>
    public TimeProvider Time => time;

    /// <summary>What is left.</summary>
    public TimeSpan Left
    {
        get
        {
            var spent = _spent + (_began is { } began ? time.GetElapsedTime(began) : TimeSpan.Zero);
            return total > spent ? total - spent : TimeSpan.Zero;
        }
    }

    /// <summary>Does <paramref name="work"/> with a token that ends it when nothing is left.</summary>
    public async Task SpendAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Left, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var began = time.GetTimestamp();
        _began = began;
        try
        {
            await work(both.Token);
        }
        finally
        {
            _spent += time.GetElapsedTime(began);
            _began = null;
        }
    }
}
