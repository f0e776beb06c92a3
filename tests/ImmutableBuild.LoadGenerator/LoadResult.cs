using System.Collections.Immutable;

namespace ImmutableBuild.LoadGenerator;

/// <summary>What became of every request of a load.</summary>
/// <param name="Sent">Requests that were due and begun.</param>
/// <param name="Succeeded">Of these, answered whole, with 200 to 299, and right by <see cref="LoadOptions.Check"/>.</param>
/// <param name="Failures">All others, by reason: <c>status 503</c>, <c>connection closed before the answer</c>, …</param>
/// <param name="Latencies">Latency of each answered request from the moment it was due (no coordinated omission), ascending.</param>
/// <param name="Duration">From the first request due to the last answer.</param>
public sealed record LoadResult(
    long Sent,
    long Succeeded,
    ImmutableSortedDictionary<string, long> Failures,
    ImmutableArray<TimeSpan> Latencies,
    TimeSpan Duration)
{
    /// <summary>Requests that did not succeed.</summary>
    public long Failed => Failures.Values.Sum();

    /// <summary>The smallest latency that at least <paramref name="quantile"/> (0 to 1) of the answered requests kept to; zero when none was answered.</summary>
    public TimeSpan Quantile(double quantile) => Latencies.IsEmpty
        ? TimeSpan.Zero
        : Latencies[Math.Clamp((int)Math.Ceiling(quantile * Latencies.Length) - 1, 0, Latencies.Length - 1)];

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Sent} sent, {Succeeded} succeeded, {Failed} failed"
        + string.Concat(Failures.Select(failure => $" [{failure.Key}: {failure.Value}]"))
        + $", p50 {Quantile(0.5).TotalMilliseconds:0.00} ms, p99 {Quantile(0.99).TotalMilliseconds:0.00} ms, max {Quantile(1).TotalMilliseconds:0.00} ms";
}
