using System.Diagnostics;
using System.Net.Sockets;

namespace ImmutableBuild.LoadGenerator;

/// <summary>
/// Sends requests at a constant rate whatever the server does, so that a stall shows as latency of every request that was
/// due meanwhile, instead of as fewer requests. HTTP/1.1 with keep-alive; no request is ever sent a second time.
/// </summary>
public sealed class OpenLoopLoad : IAsyncDisposable
{
    private readonly ConnectionPool _pool;
    private readonly LoadTally _tally = new();
    private readonly LoadOptions _options;
    private readonly double _requestsPerSecond;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _firstAnswer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long _startedAt = Stopwatch.GetTimestamp();
    private readonly Task<LoadResult> _run;

    private OpenLoopLoad(Uri uri, double requestsPerSecond, LoadOptions options)
    {
        _pool = new ConnectionPool(uri, options.MaxConnections, options.IdleTimeout);
        _options = options;
        _requestsPerSecond = requestsPerSecond;
        _run = Task.Run(RunAsync);
    }

    /// <summary>Requests begun so far.</summary>
    public long Sent => _tally.Sent;

    /// <summary>Requests that succeeded so far.</summary>
    public long Succeeded => _tally.Succeeded;

    /// <summary>Requests that failed so far.</summary>
    public long Failed => _tally.Failed;

    /// <summary>Begins a load of GET <paramref name="uri"/> (http only) and returns once its first request ended, well or not.</summary>
    public static async Task<OpenLoopLoad> StartAsync(Uri uri, double requestsPerSecond, LoadOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(requestsPerSecond);
        if (uri.Scheme != Uri.UriSchemeHttp)
        {
            throw new ArgumentException($"Expected an http URI, found '{uri}'.", nameof(uri));
        }

        var load = new OpenLoopLoad(uri, requestsPerSecond, options ?? new LoadOptions());
        await load._firstAnswer.Task.WaitAsync(cancellationToken);
        return load;
    }

    /// <summary>Ends the arrivals, waits for the requests in flight, and says what became of each. May be called again.</summary>
    public async Task<LoadResult> StopAsync()
    {
        await _stop.CancelAsync();
        return await _run;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _pool.Dispose();
        _stop.Dispose();
    }

    private async Task<LoadResult> RunAsync()
    {
        var inFlight = new HashSet<Task>();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        do
        {
            var due = (long)(Stopwatch.GetElapsedTime(_startedAt).TotalSeconds * _requestsPerSecond) + 1;
            for (var index = _tally.Sent; index < due; index++)
            {
                _tally.Begin();
                inFlight.Add(SendAsync(_startedAt + (long)(index / _requestsPerSecond * Stopwatch.Frequency)));
            }

            inFlight.RemoveWhere(request => request.IsCompletedSuccessfully);
        }
        while (await NextTickAsync(timer));

        await Task.WhenAll(inFlight);
        return _tally.ToResult(Stopwatch.GetElapsedTime(_startedAt));
    }

    private async Task<bool> NextTickAsync(PeriodicTimer timer)
    {
        try
        {
            return await timer.WaitForNextTickAsync(_stop.Token);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task SendAsync(long dueAt)
    {
        try
        {
            using var timeout = new CancellationTokenSource(_options.Timeout);
            var response = await _pool.SendAsync(timeout.Token);
            var failure = response.Status is >= 200 and <= 299 ? _options.Check?.Invoke(response) : $"status {response.Status}";
            _tally.Answered(Stopwatch.GetElapsedTime(dueAt), failure);
        }
        catch (OperationCanceledException)
        {
            _tally.Lost($"no answer in {_options.Timeout.TotalSeconds:0.#} s");
        }
        catch (LoadConnectionException broken)
        {
            _tally.Lost(broken.Message);
        }
        catch (SocketException broken)
        {
            _tally.Lost($"socket: {broken.SocketErrorCode}");
        }
        finally
        {
            _firstAnswer.TrySetResult();
        }
    }
}
