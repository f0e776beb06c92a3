using System.Collections.Immutable;
using ImmutableBuild.Generations;

namespace ImmutableBuild.Gateway.Routing;

/// <summary>Counts requests of one generation under one form of the route. Each processor counts in cells of its own, so counting never waits.</summary>
internal sealed class TrafficCounters
{
    private const int Errors = LatencyHistogram.BucketCount;
    private const int Lost = LatencyHistogram.BucketCount + 1;
    private const int Cells = LatencyHistogram.BucketCount + 2;

    private readonly long[][] _shards = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new long[Cells])];

    /// <summary>Counts one request that ended; <paramref name="latency"/> is the time to its response's head, or to its end without one.</summary>
    public void Count(TimeSpan latency, bool error, bool lost)
    {
        var shard = _shards[Thread.GetCurrentProcessorId() % _shards.Length];
        Interlocked.Increment(ref shard[LatencyHistogram.BucketOf(latency)]);
        if (error)
        {
            Interlocked.Increment(ref shard[Errors]);
        }

        if (lost)
        {
            Interlocked.Increment(ref shard[Lost]);
        }
    }

    /// <summary>The counts so far.</summary>
    public TrafficSample Read(DateTimeOffset now)
    {
        var sums = new long[Cells];
        foreach (var shard in _shards)
        {
            for (var cell = 0; cell < Cells; cell++)
            {
                sums[cell] += Volatile.Read(ref shard[cell]);
            }
        }

        var latency = new LatencyHistogram(ImmutableArray.Create(sums, 0, LatencyHistogram.BucketCount));
        return new TrafficSample(now, latency.Total, sums[Errors], sums[Lost], latency);
    }
}
