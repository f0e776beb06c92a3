using System.Collections.Immutable;
using System.Diagnostics;
using ImmutableBuild.Generations;

namespace ImmutableBuild.Gateway.Routing;

/// <summary>One generation as requests see it: who may answer, how many are at work, and when they must end.</summary>
internal sealed class GenerationTraffic(GenerationId id, RuntimeConfiguration configuration) : IDisposable
{
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

    /// <summary>When what is at work here must end.</summary>
    public DrainLimits Limits { get; } = new();

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
    public void Rotate(ImmutableArray<Upstream> upstreams)
    {
        _rotation = [.. upstreams];

        // Orders the swap before any later reading of an upstream's in-flight counter, as the increment in Take does on the other side.
        Interlocked.MemoryBarrier();
    }

    /// <summary>
    /// Picks an instance and registers a request with it. What left the rotation in between is never registered with: once a rotation has
    /// begun, every request that an instance of the old one will get is counted by it. The caller ends it with <see cref="Upstream.Leave"/>.
    /// </summary>
    public Upstream? Take(Upstream? avoid)
    {
        while (true)
        {
            var rotation = _rotation;
            if (Pick(rotation, avoid) is not { } upstream)
            {
                return null;
            }

            upstream.Enter();
            if (ReferenceEquals(rotation, _rotation))
            {
                return upstream;
            }

            upstream.Leave();
        }
    }

    /// <summary>The instance with the least to do, in turn among equals; not <paramref name="avoid"/> while there is another. Null when none may get requests.</summary>
    public Upstream? Pick(Upstream? avoid) => Pick(_rotation, avoid);

    public void Dispose() => Limits.Dispose();

    private Upstream? Pick(Upstream[] rotation, Upstream? avoid)
    {
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
}
