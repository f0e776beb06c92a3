namespace ImmutableBuild.Gateway.Routing;

/// <summary>When requests that are still at work must end: those of a whole generation, or, within these, of one run of an instance.</summary>
internal sealed class DrainLimits : IDisposable
{
    private readonly CancellationTokenSource _requests;
    private readonly CancellationTokenSource _streams;

    public DrainLimits(DrainLimits? within = null)
    {
        (_requests, _streams) = (Source(within?.Requests), Source(within?.Streams));

        // Kept, since a source that is disposed of gives none any more, and a request may come to ask just then.
        (Requests, Streams) = (_requests.Token, _streams.Token);
    }

    /// <summary>Cancelled when plain requests have had their drain time.</summary>
    public CancellationToken Requests { get; }

    /// <summary>Cancelled when streams have had theirs.</summary>
    public CancellationToken Streams { get; }

    /// <summary>Cuts plain requests that are still at work.</summary>
    public void CutRequests() => _requests.Cancel();

    /// <summary>Cuts streams that are still at work.</summary>
    public void CutStreams() => _streams.Cancel();

    public void Dispose()
    {
        _requests.Dispose();
        _streams.Dispose();
    }

    private static CancellationTokenSource Source(CancellationToken? within) =>
        within is { } token ? CancellationTokenSource.CreateLinkedTokenSource(token) : new CancellationTokenSource();
}
