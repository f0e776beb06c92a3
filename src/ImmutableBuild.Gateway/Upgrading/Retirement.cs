using System.Collections.Immutable;
using System.Text.Json;
using ImmutableBuild.Gateway.Control;
using ImmutableBuild.Gateway.Keeping;
using ImmutableBuild.Gateway.Routing;
using ImmutableBuild.Gateway.Serving;
using ImmutableBuild.Gateway.Supervision;
using ImmutableBuild.Generations;
using Microsoft.AspNetCore.Http;

namespace ImmutableBuild.Gateway.Upgrading;

/// <summary>
/// How a gateway leaves its place to another (F11). It changes no state any more, restarts no instance, and accepts no new connection; requests it
/// works on end here, at the latest when the time of streams is over. A request that still comes over a kept connection is passed on to the
/// public port, where the other gateway listens, and is the connection's last.
/// </summary>
/// <param name="fleet">The generations it watches.</param>
/// <param name="surroundings">What it works with.</param>
/// <param name="server">Its public server; null without a port.</param>
/// <param name="entry">Where the other gateway listens; null without a port.</param>
/// <param name="serving">Its own requests through the public port.</param>
/// <param name="hasLeft">Called once it has left its place.</param>
internal sealed class Retirement(Fleet fleet, Surroundings surroundings, PublicServer? server, InstanceAddress? entry, ServingPathWatch serving, Action hasLeft)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LeastPatience = TimeSpan.FromSeconds(5);

    /// <summary>Stands in the route for the other gateway.</summary>
    private static readonly GenerationId s_next = GenerationId.Parse("000000000000-00000000");

    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task? _ending;
    private GenerationTraffic? _passed;

    /// <summary>Completes when all that this gateway worked on has ended, and its process may end.</summary>
    public Task Over => _over.Task;

    /// <summary>Whether it leaves or has left.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Leaves, and tells on <paramref name="context"/> what is still worked on until that has ended. Asked again, it tells again.</summary>
    public async Task YieldAsync(HttpContext context)
    {
        lock (_gate)
        {
            _ending ??= Leave();
        }

        while (!_over.Task.IsCompleted)
        {
            await JsonSerializer.SerializeAsync(context.Response.Body, new InFlightLine(InFlight()), ProtocolJson.Default.InFlightLine, context.RequestAborted);
            await context.Response.WriteAsync("\n", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await Task.WhenAny(_over.Task, Task.Delay(Interval, surroundings.Time, context.RequestAborted));
        }
    }

    private Task Leave()
    {
        var self = surroundings.Host.Find(Environment.ProcessId) ?? throw new InvalidOperationException("This process does not find itself.");
        YieldMark.Set(surroundings.StateDirectory, self);
        HasBegun = true;
        surroundings.Store.Close();
        foreach (var instance in fleet.All.SelectMany(generation => generation.Roster.All))
        {
            instance.LetGo();
        }

        server?.StopAccepting();
        PassOn();
        hasLeft();
        surroundings.Log.Write($"another gateway takes the place of this one, process {self.Id}");
        return EndAsync();
    }

    /// <summary>Passes requests that are yet to come on to the public port; the other gateway counts them.</summary>
    private void PassOn()
    {
        if (entry is null)
        {
            return;
        }

        var next = new GenerationTraffic(s_next, new RuntimeConfiguration());
        next.Rotate([new Upstream("next", entry, UpstreamProtocols.Both)]);
        fleet.Routes.Leave(new RouteForm(Route.To(s_next), _ => next));
        _passed = next;
        server!.CloseIdleHttp2();
    }

    private async Task EndAsync()
    {
        await serving.StopAsync();
        var began = surroundings.Time.GetTimestamp();
        var patience = fleet.All.Select(generation => generation.Traffic.Configuration.StreamDrainTimeout).Append(LeastPatience).Max();

        // One accept is still pending here, and a connection that it took as the process ends would break off. The next gateway's own requests to the public port
        // soon end it. IsAccepting is read before Connections, so that the connection it turns into is not missed.
        while (surroundings.Time.GetElapsedTime(began) is var elapsed && elapsed < patience
            && ((elapsed < LeastPatience && server is { IsAccepting: true }) || server is { Connections: > 0 } || Busy))
        {
            await Task.Delay(Interval, surroundings.Time);
        }

        foreach (var traffic in fleet.All.Select(generation => generation.Traffic).Append(_passed).OfType<GenerationTraffic>())
        {
            traffic.Limits.CutRequests();
            traffic.Limits.CutStreams();
        }

        for (var cut = surroundings.Time.GetTimestamp(); Busy && surroundings.Time.GetElapsedTime(cut) < LeastPatience;)
        {
            await Task.Delay(Interval, surroundings.Time);
        }

        surroundings.Log.Write("all that this gateway worked on has ended");
        _over.SetResult();
    }

    private bool Busy => _passed is { InFlight: > 0 } || fleet.All.Any(generation => generation.Traffic.InFlight > 0);

    private ImmutableSortedDictionary<string, long> InFlight() => fleet.All
        .Where(generation => generation.Traffic.InFlight > 0)
        .ToImmutableSortedDictionary(generation => generation.Id.ToString(), generation => generation.Traffic.InFlight, StringComparer.Ordinal);
}
