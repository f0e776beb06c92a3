using BenchmarkDotNet.Attributes;
using ImmutableBuild.Generations;

namespace ImmutableBuild.Benchmarks.Functions;

/// <summary>What the gateway does for each request, and the judge for each look.</summary>
[MemoryDiagnoser]
public class LatencyHistogramBenchmarks
{
    private static readonly TimeSpan Latency = TimeSpan.FromMicroseconds(1234);
    private readonly LatencyHistogram _histogram = new([.. Enumerable.Range(0, LatencyHistogram.BucketCount).Select(bucket => (long)bucket * 100)]);

    /// <summary>Finds a latency's bucket.</summary>
    [Benchmark]
    public int BucketOf() => LatencyHistogram.BucketOf(Latency);

    /// <summary>Reads a quantile.</summary>
    [Benchmark]
    public TimeSpan? P99() => _histogram.Quantile(0.99);
}
