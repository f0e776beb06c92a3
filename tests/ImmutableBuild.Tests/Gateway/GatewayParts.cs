using ImmutableBuild.Gateway;
using ImmutableBuild.Gateway.Control;
using ImmutableBuild.Gateway.Forwarding;
using ImmutableBuild.Gateway.Probing;
using ImmutableBuild.Gateway.Routing;
using ImmutableBuild.Gateway.Serving;
using ImmutableBuild.Gateway.State;
using ImmutableBuild.Gateway.Supervision;
using ImmutableBuild.Generations;
using ImmutableBuild.Images;
using ImmutableBuild.Processes;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Tests.Gateway;

/// <summary>The parts of a gateway, put together in this process: a state directory of their own, a fleet and the orders to it, and no server.</summary>
internal sealed class GatewayParts : IAsyncDisposable
{
    private readonly HttpProbe _http = new();

    /// <summary>Parts that start processes with <paramref name="host"/> and live in <paramref name="time"/>; by default the system's.</summary>
    public GatewayParts(IProcessHost? host = null, TimeProvider? time = null)
    {
        time ??= TimeProvider.System;
        var directory = Directory.CreateTempSubdirectory("imb-state-").FullName;
        var log = new GatewayLog(TextWriter.Null, time);
        Surroundings = new Surroundings(directory, StateStore.Open(directory, App, time, log), host ?? ProcessHost.ForThisSystem(), _http, time, log);
        Serving = new ServingPathWatch(null, Fleet.Routes, new ServingProbe(), time);
        Destruction = new Destruction(Fleet, Surroundings);
        Replacements = new Replacements(App, Fleet, Surroundings);
        Orders = new Orders(App, Fleet, LedgerFile.Open(directory, log), Surroundings, Serving, Destruction, Replacements);
    }

    public static AppKey App { get; } = new("web", "test");

    public Fleet Fleet { get; } = new(new RouteTable(Random.Shared));

    public Surroundings Surroundings { get; }

    public ServingPathWatch Serving { get; }

    public Destruction Destruction { get; }

    public Replacements Replacements { get; }

    public Orders Orders { get; }

    /// <summary>A generation of the app.</summary>
    public static GenerationSpec Spec(RuntimeConfiguration configuration, int size = 1) => new()
    {
        App = App,
        Commit = CommitSha.Parse(1.ToString("x40")),
        Image = Digest.Of([1]),
        Repository = "local/web",
        Configuration = configuration,
        Size = size,
    };

    /// <summary>Writes <paramref name="record"/> into the state and watches the generation, as after its creation; starts nothing.</summary>
    public RunningGeneration Add(GenerationRecord record)
    {
        Surroundings.Store.Change(state => state with { Generations = state.Generations.Add(record) });
        var generation = new RunningGeneration(record, Surroundings);
        Fleet.Add(generation);
        return generation;
    }

    public async ValueTask DisposeAsync()
    {
        await Serving.DisposeAsync();
        _http.Dispose();
        Directory.Delete(Surroundings.StateDirectory, recursive: true);
    }
}
