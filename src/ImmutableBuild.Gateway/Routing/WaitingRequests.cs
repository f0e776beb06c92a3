using System.Diagnostics;
using ImmutableBuild.Generations;

namespace ImmutableBuild.Gateway.Routing;

/// <summary>A request while it waits for its response's head. Its owner keeps it and uses it again for the next one.</summary>
internal sealed class WaitingRequest
{
    internal WaitingRequest? Next { get; set; }

    internal WaitingRequest? Previous { get; set; }

    internal int Shard { get; set; } = -1;

    internal long Began { get; set; }
}

/// <summary>
/// The requests of a generation that have no response yet, so that ones that hang can be seen before they end (F12, F17). Each
/// processor keeps a list of its own, so that requests hardly ever wait for one another here.
/// </summary>
internal sealed class WaitingRequests
{
    private readonly ListOfProcessor[] _lists = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new ListOfProcessor())];

    /// <summary>The request waits since <paramref name="began"/> (<see cref="Stopwatch.GetTimestamp"/>).</summary>
    public void Add(WaitingRequest request, long began)
    {
        (request.Began, request.Shard) = (began, Thread.GetCurrentProcessorId() % _lists.Length);
        var list = _lists[request.Shard];
        lock (list.Gate)
        {
            (request.Previous, request.Next) = (null, list.First);
            request.Next?.Previous = request;
            list.First = request;
        }
    }

    /// <summary>The request waits no more. It may be told twice.</summary>
    public void Remove(WaitingRequest request)
    {
        if (request.Shard < 0)
        {
            return;
        }

        var list = _lists[request.Shard];
        lock (list.Gate)
        {
            request.Next?.Previous = request.Previous;
            if (request.Previous is { } previous)
            {
                previous.Next = request.Next;
            }
            else
            {
                list.First = request.Next;
            }
        }

        (request.Next, request.Previous, request.Shard) = (null, null, -1);
    }

    /// <summary>How long they have waited at <paramref name="now"/> (<see cref="Stopwatch.GetTimestamp"/>).</summary>
    public LatencyHistogram Read(long now)
    {
        var buckets = new long[LatencyHistogram.BucketCount];
        foreach (var list in _lists)
        {
            lock (list.Gate)
            {
                for (var request = list.First; request is not null; request = request.Next)
                {
                    var waited = Math.Max(0, now - request.Began);
                    buckets[LatencyHistogram.BucketOf(Stopwatch.GetElapsedTime(0, waited))]++;
                }
            }
        }

        return new LatencyHistogram([.. buckets]);
    }

    private sealed class ListOfProcessor
    {
        public Lock Gate { get; } = new();

        public WaitingRequest? First { get; set; }
    }
}
