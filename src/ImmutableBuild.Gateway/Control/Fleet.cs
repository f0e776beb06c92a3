using System.Collections.Concurrent;
using ImmutableBuild.Gateway.Routing;
using ImmutableBuild.Gateway.Supervision;
using ImmutableBuild.Generations;

namespace ImmutableBuild.Gateway.Control;

/// <summary>The generations whose processes this gateway watches, and the route between them.</summary>
internal sealed class Fleet(RouteTable routes)
{
    private readonly ConcurrentDictionary<GenerationId, RunningGeneration> _running = new();

    /// <summary>The route in force.</summary>
    public RouteTable Routes => routes;

    /// <summary>All of them.</summary>
    public ICollection<RunningGeneration> All => _running.Values;

    /// <summary>The one named <paramref name="id"/>; null when it doesn't run here.</summary>
    public RunningGeneration? Find(GenerationId id) => _running.GetValueOrDefault(id);

    /// <summary>Begins to watch <paramref name="generation"/>.</summary>
    public void Add(RunningGeneration generation) => _running[generation.Id] = generation;

    /// <summary>Watches the generation no more: it is gone.</summary>
    public void Remove(GenerationId id) => _running.TryRemove(id, out _);

    /// <summary>Moves traffic; counters begin anew for every generation, since they belong to the form of the route (F17).</summary>
    public void Switch(Route route)
    {
        routes.Switch(new RouteForm(route, id => _running[id].Traffic));
        foreach (var generation in All)
        {
            generation.Traffic.CountAnew();
        }
    }
}
