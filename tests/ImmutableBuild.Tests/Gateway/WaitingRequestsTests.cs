using System.Diagnostics;
using ImmutableBuild.Gateway.Routing;
using ImmutableBuild.Generations;

namespace ImmutableBuild.Tests.Gateway;

/// <summary>Requests without a response yet, and how long they have waited.</summary>
public sealed class WaitingRequestsTests
{
    private static readonly long Second = Stopwatch.Frequency;
    private readonly WaitingRequests _waiting = new();

    [Fact]
    public void Each_is_counted_by_how_long_it_has_waited_so_far()
    {
        var (old, young) = (new WaitingRequest(), new WaitingRequest());
        _waiting.Add(old, 0);
        _waiting.Add(young, 9 * Second);
        var read = _waiting.Read(10 * Second);
        read.Total.ShouldBe(2);
        read.Counts[LatencyHistogram.BucketOf(TimeSpan.FromSeconds(10))].ShouldBe(1);
        read.Counts[LatencyHistogram.BucketOf(TimeSpan.FromSeconds(1))].ShouldBe(1);
    }

    [Fact]
    public void One_that_was_answered_is_not_and_may_wait_again()
    {
        var requests = Enumerable.Range(0, 5).Select(_ => new WaitingRequest()).ToArray();
        Array.ForEach(requests, request => _waiting.Add(request, 0));
        foreach (var answered in (int[])[2, 0, 4, 1, 3])
        {
            var before = _waiting.Read(Second).Total;
            _waiting.Remove(requests[answered]);
            _waiting.Remove(requests[answered]);
            _waiting.Read(Second).Total.ShouldBe(before - 1);
        }

        _waiting.Add(requests[0], 0);
        _waiting.Read(Second).Total.ShouldBe(1);
    }

    [Fact]
    public void Many_threads_lose_none()
    {
        var kept = new WaitingRequest();
        _waiting.Add(kept, 0);
        Parallel.For(0, 8, _ =>
        {
            var request = new WaitingRequest();
            for (var turn = 0; turn < 10_000; turn++)
            {
                _waiting.Add(request, turn);
                _waiting.Remove(request);
            }
        });
        _waiting.Read(Second).Total.ShouldBe(1);
    }
}
