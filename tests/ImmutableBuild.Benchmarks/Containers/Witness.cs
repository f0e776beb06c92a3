using System.Diagnostics;
using System.Globalization;

namespace ImmutableBuild.Benchmarks.Containers;

/// <summary>A user who asks an app's health every few milliseconds, each time over a connection of its own, and sees when the next deployment answers and how long nothing does.</summary>
internal sealed class Witness : IAsyncDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly Uri _health;
    private readonly string _expected;
    private readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero, ConnectTimeout = TimeSpan.FromSeconds(1) }) { Timeout = TimeSpan.FromSeconds(2) };
    private readonly CancellationTokenSource _ending;
    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly TaskCompletionSource<TimeSpan> _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _asking;
    private TimeSpan? _last;

    private Witness(Uri address, int number, CancellationToken cancellationToken)
    {
        (_health, _expected) = (new Uri(address, "health"), string.Create(CultureInfo.InvariantCulture, $"number {number}\n"));
        _ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _asking = AskAsync();
    }

    /// <summary>The longest time from one answer to the next so far; zero while there was at most one.</summary>
    public TimeSpan LongestSilence { get; private set; }

    /// <summary>The time since it began.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_began);

    /// <summary>Begins to ask for the deployment with <paramref name="number"/>.</summary>
    public static Witness Begin(Uri address, int number, CancellationToken cancellationToken) => new(address, number, cancellationToken);

    /// <summary>The time from the beginning to its first answer.</summary>
    public Task<TimeSpan> AnsweredAsync() => _answered.Task.WaitAsync(s_patience, _ending.Token);

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _asking;
        _ending.Dispose();
        _http.Dispose();
    }

    private async Task AskAsync()
    {
        while (!_ending.IsCancellationRequested)
        {
            if (await TryAskAsync() is { } answer)
            {
                var now = Elapsed;
                LongestSilence = _last is { } last && now - last > LongestSilence ? now - last : LongestSilence;
                _last = now;
                if (answer.EndsWith(_expected, StringComparison.Ordinal))
                {
                    _answered.TrySetResult(now);
                }
            }

            await Task.Delay(s_pause, CancellationToken.None);
        }
    }

    private async Task<string?> TryAskAsync()
    {
        try
        {
            return await _http.GetStringAsync(_health, _ending.Token);
        }
        catch (Exception silence) when (silence is HttpRequestException or OperationCanceledException)
        {
            return null;
        }
    }
}
