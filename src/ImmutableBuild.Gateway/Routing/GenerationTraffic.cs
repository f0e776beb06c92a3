using System.Collections.Immutable;
using System.Diagnostics;
using ImmutableBuild.Generations;

namespace ImmutableBuild.Gateway.Routing;

/// <summary>One generation as requests see it: who may answer, how many are at work, and when they must end.</summary>
internal sealed class GenerationTraffic(GenerationId id, RuntimeConfiguration configuration) : IDisposable
{
    private readonly CancellationTokenSource _requestLimit = new();
    private readonly CancellationTokenSource _streamLimit = new();
    private volatile TrafficCounters _counters = new();
    private volatile Upstream[] _rotation = [];
    private volatile Func<long>? _elsewhere;
    private long _inFlight;
    private uint _turn;

    /// <summary>Which generation.</summary>
    public GenerationId Id => id;

    /// <summary>The id as text, made once.</summary>
    public string Name { get; } = id.ToString();

    /// <summary>How long requests and streams may go on once the route has left.</summary>
    public RuntimeConfiguration Configuration => configuration;

    /// <summary>Requests registered here, whether they have reached an instance yet or not.</summary>
    public long InFlight => Interlocked.Read(ref _inFlight) + (_elsewhere?.Invoke() ?? 0);

    /// <summary>The counters of the route's present form.</summary>
    public TrafficCounters Counters => _counters;

    /// <summary>Requests whose response has not begun.</summary>
    public WaitingRequests Waiting { get; } = new();

    /// <summary>Instances that may get requests.</summary>
    public ImmutableArray<Upstream> Rotation => [.. _rotation];

    /// <summary>Cancelled when plain requests have had their drain time.</summary>
    public CancellationToken RequestLimit => _requestLimit.Token;

    /// <summary>Cancelled when streams have had theirs.</summary>
    public CancellationToken StreamLimit => _streamLimit.Token;

    /// <summary>Counts those that a gateway before this one still works on, too (F11).</summary>
    public void CountAlso(Func<long> elsewhere) => _elsewhere = elsewhere;

    /// <summary>Registers a request. The full fence orders it before the re-check of the route.</summary>
    public void Enter() => Interlocked.Increment(ref _inFlight);

    /// <summary>The request ended.</summary>
    public void Leave() => Interlocked.Decrement(ref _inFlight);

    /// <summary>What was counted under the route's present form, and what waits now.</summary>
    public TrafficSample Read(DateTimeOffset now) => _counters.Read(now) with { Waiting = Waiting.Read(Stopwatch.GetTimestamp()) };

    /// <summary>The route took a new form.</summary>
    public void CountAnew() => _counters = new TrafficCounters();

    /// <summary>Puts exactly <paramref name="upstreams"/> in rotation.</summary>
    public void Rotate(ImmutableArray<Upstream> upstreams) => _rotation = [.. upstreams];

    /// <summary>The instance with the least to do, in turn among equals; not <paramref name="avoid"/> while there is another. Null when none may get requests.</summary>
    public Upstream? Pick(Upstream? avoid)
    {
        var rotation = _rotation;
        if (rotation.Length <= 1)
        {
            return rotation.Length == 1 ? rotation[0] : null;
        }

        var turn = Interlocked.Increment(ref _turn);
        Upstream? best = null;
        for (var i = 0; i < rotation.Length; i++)
        {
            var candidate = rotation[(turn + i) % rotation.Length];
            if (!ReferenceEquals(candidate, avoid) && (best is null || candidate.InFlight < best.InFlight))
            {
                best = candidate;
            }
        }

        return best;
    }

    /// <summary>Cuts plain requests that are still at work.</summary>
    public void CutRequests() => _requestLimit.Cancel();

    /// <summary>Cuts streams that are still at work.</summary>
    public void CutStreams() => _streamLimit.Cancel();

    public void Dispose()
    {
        _requestLimit.Dispose();
        _streamLimit.Dispose();
    }
}
