using System.Diagnostics;
using ImmutableBuild.Generations;

namespace ImmutableBuild.Gateway.Routing;

/// <summary>A request's place among those that wait. Its owner keeps it and uses it again for the next one.</summary>
internal sealed class WaitingRequest
{
    internal int Shard { get; set; } = -1;

    internal int Slot { get; set; }
}

/// <summary>
/// The requests of a generation that have no response yet, so that ones that hang can be seen before they end (F12, F17). Each
/// processor keeps times of its own, close together: requests hardly ever wait for one another here, nor for memory.
/// </summary>
internal sealed class WaitingRequests
{
    private readonly TimesOfProcessor[] _shards = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new TimesOfProcessor())];

    /// <summary>The request waits since <paramref name="began"/> (<see cref="Stopwatch.GetTimestamp"/>).</summary>
    public void Add(WaitingRequest request, long began)
    {
        request.Shard = Thread.GetCurrentProcessorId() % _shards.Length;
        request.Slot = _shards[request.Shard].Add(began);
    }

    /// <summary>The request waits no more. It may be told twice.</summary>
    public void Remove(WaitingRequest request)
    {
        if (request.Shard < 0)
        {
            return;
        }

        _shards[request.Shard].Remove(request.Slot);
        request.Shard = -1;
    }

    /// <summary>How long they have waited at <paramref name="now"/> (<see cref="Stopwatch.GetTimestamp"/>).</summary>
    public LatencyHistogram Read(long now)
    {
        var buckets = new long[LatencyHistogram.BucketCount];
        foreach (var shard in _shards)
        {
            shard.Read(now, buckets);
        }

        return new LatencyHistogram([.. buckets]);
    }

    private sealed class TimesOfProcessor
    {
        private const long Nobody = long.MinValue;

        private readonly Lock _gate = new();
        private readonly Stack<int> _free = new();
        private long[] _began = [];

        public int Add(long began)
        {
            lock (_gate)
            {
                if (_free.Count == 0)
                {
                    Grow();
                }

                var slot = _free.Pop();
                _began[slot] = began;
                return slot;
            }
        }

        public void Remove(int slot)
        {
            lock (_gate)
            {
                _began[slot] = Nobody;
                _free.Push(slot);
            }
        }

        public void Read(long now, long[] buckets)
        {
            lock (_gate)
            {
                foreach (var began in _began)
                {
                    if (began != Nobody)
                    {
                        buckets[LatencyHistogram.BucketOf(Stopwatch.GetElapsedTime(0, Math.Max(0, now - began)))]++;
                    }
                }
            }
        }

        private void Grow()
        {
            var before = _began.Length;
            Array.Resize(ref _began, Math.Max(64, before * 2));
            _began.AsSpan(before).Fill(Nobody);
            for (var slot = _began.Length - 1; slot >= before; slot--)
            {
                _free.Push(slot);
            }
        }
    }
}
