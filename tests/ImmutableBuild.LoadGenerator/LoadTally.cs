using System.Collections.Immutable;

namespace ImmutableBuild.LoadGenerator;

/// <summary>Counts what becomes of requests, from many threads.</summary>
internal sealed class LoadTally
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _failures = new(StringComparer.Ordinal);
    private readonly List<TimeSpan> _latencies = [];
    private long _sent;
    private long _succeeded;
    private long _failed;

    public long Sent => Interlocked.Read(ref _sent);

    public long Succeeded => Interlocked.Read(ref _succeeded);

    public long Failed => Interlocked.Read(ref _failed);

    public void Begin() => Interlocked.Increment(ref _sent);

    /// <summary>A whole answer came; <paramref name="failure"/> says why it does not count as success.</summary>
    public void Answered(TimeSpan latency, string? failure)
    {
        lock (_lock)
        {
            _latencies.Add(latency);
            if (failure is null)
            {
                _succeeded++;
                return;
            }
        }

        Lost(failure);
    }

    /// <summary>No whole answer came.</summary>
    public void Lost(string reason)
    {
        lock (_lock)
        {
            _failed++;
            _failures[reason] = _failures.GetValueOrDefault(reason) + 1;
        }
    }

    public LoadResult ToResult(TimeSpan duration)
    {
        lock (_lock)
        {
            return new LoadResult(_sent, _succeeded, _failures.ToImmutableSortedDictionary(StringComparer.Ordinal), [.. _latencies.Order()], duration);
        }
    }
}
