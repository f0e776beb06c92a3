using System.Collections.Immutable;
using ImmutableBuild.Generations;

namespace ImmutableBuild.Gateway.Routing;

/// <summary>One immutable form of the route: weights and the generations they stand for.</summary>
internal sealed class RouteForm
{
    private readonly GenerationTraffic[] _generations;
    private readonly int[] _upTo;
    private readonly Route _route;

    /// <summary>The form of <paramref name="route"/>; <paramref name="find"/> gives each generation it names.</summary>
    public RouteForm(Route route, Func<GenerationId, GenerationTraffic> find)
    {
        _route = route;
        _generations = [.. route.Shares.Select(share => find(share.Generation))];
        _upTo = new int[_generations.Length];
        var sum = 0;
        for (var i = 0; i < _upTo.Length; i++)
        {
            _upTo[i] = sum += route.Shares[i].Percent;
        }
    }

    /// <summary>No traffic for anyone.</summary>
    public static RouteForm None { get; } = new(Route.None, _ => throw new InvalidOperationException("An empty route names nothing."));

    /// <summary>The generations it names.</summary>
    public ImmutableArray<GenerationTraffic> Generations => [.. _generations];

    /// <summary>Whether it is the form of <paramref name="route"/>.</summary>
    public bool Stands(Route route) => _route.Equals(route);

    /// <summary>
    /// A generation by weight. One without an instance in rotation, or whose only one is <paramref name="avoid"/>, gives its turn
    /// to another that has one. Null when the route is empty.
    /// </summary>
    public GenerationTraffic? Choose(Random random, Upstream? avoid)
    {
        if (_generations.Length <= 1)
        {
            return _generations.Length == 1 ? _generations[0] : null;
        }

        var point = random.Next(100);
        var chosen = Array.FindIndex(_upTo, upTo => point < upTo);
        for (var i = 0; i < _generations.Length; i++)
        {
            var candidate = _generations[(chosen + i) % _generations.Length];
            if (candidate.Pick(avoid) is { } upstream && !ReferenceEquals(upstream, avoid))
            {
                return candidate;
            }
        }

        return _generations[chosen];
    }
}
