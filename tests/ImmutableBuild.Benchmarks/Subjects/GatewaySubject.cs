using System.Collections.Immutable;
using System.Diagnostics;
using ImmutableBuild.Benchmarks.Measuring;
using ImmutableBuild.Gateway;
using ImmutableBuild.Generations;
using ImmutableBuild.Images;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Benchmarks.Subjects;

/// <summary>Our gateway, as its own processes, with the app as an instance it started itself.</summary>
internal sealed class GatewaySubject : ISubject
{
    private static readonly AppKey App = new("bench", "benchmark");
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _state;
    private readonly Lease _lease;
    private readonly Service _keeper;
    private readonly int _gateway;

    private GatewaySubject(DirectoryInfo state, GatewayClient client, Lease lease, GatewayInfo info, Service keeper)
    {
        (_state, Client, _lease, _keeper, _gateway) = (state, client, lease, keeper, info.ProcessId);
        Address = new Uri($"http://127.0.0.1:{info.PublicPort}/");
    }

    public string Name => "gateway";

    public Uri Address { get; }

    /// <summary>Speaks to the gateway.</summary>
    public GatewayClient Client { get; }

    /// <summary>Starts a gateway without any generation.</summary>
    public static async Task<GatewaySubject> StartAsync(CancellationToken cancellationToken)
    {
        var state = Directory.CreateTempSubdirectory("immutable-bench-");
        var program = Path.Combine(AppContext.BaseDirectory, "ImmutableBuild.Gateway");
        var keeper = Service.Start(program, ["keep", .. new GatewayOptions(state.FullName, App, 0, System.Net.IPAddress.Loopback).ToArguments()]);
        var client = GatewayClient.ForState(App, state.FullName);
        GatewayInfo? info = null;
        await UntilAsync(async () => (info = await client.InfoAsync(cancellationToken)).PublicPort > 0, cancellationToken);
        var lease = await client.AcquireLeaseAsync(new LeaseRequest("benchmark", TimeSpan.FromHours(1)), cancellationToken);
        return new GatewaySubject(state, client, lease, info!, keeper);
    }

    /// <summary>Creates a healthy generation of the app; <paramref name="number"/> tells generations apart.</summary>
    public async Task<GenerationId> CreateAsync(int number, CancellationToken cancellationToken)
    {
        var configuration = new RuntimeConfiguration { Environment = ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, [KeyValuePair.Create("NUMBER", $"{number}")]) };
        var spec = new GenerationSpec
        {
            App = App,
            Commit = CommitSha.Parse(new string('b', 40)),
            Image = Digest.Of("benchmark"u8),
            Repository = "local/bench",
            Configuration = configuration,
            Size = 1,
        };
        var launch = new LaunchPlan(Environment.ProcessPath!, [HelloApp.Verb], AppContext.BaseDirectory, configuration.Environment.Add("DOTNET_ROOT", Service.DotnetRoot));
        await Client.CreateAsync(spec, launch, _lease, cancellationToken);
        await UntilAsync(async () => (await Client.ObserveAsync(cancellationToken)).Find(spec.Id)!.Instances is [{ ConsecutiveHealthy: > 0 }], cancellationToken);
        return spec.Id;
    }

    /// <summary>Where the instance of <paramref name="id"/> listens.</summary>
    public async Task<Uri> InstanceAsync(GenerationId id, CancellationToken cancellationToken) =>
        new($"http://{(await Client.ObserveAsync(cancellationToken)).Find(id)!.Instances[0].Address}/");

    /// <summary>Moves all traffic to <paramref name="id"/>.</summary>
    public Task RouteAsync(GenerationId id, CancellationToken cancellationToken) => Client.RouteAsync(Route.To(id), _lease, cancellationToken);

    public IReadOnlyList<int> Processes => [_keeper.Id, _gateway];

    public async ValueTask DisposeAsync()
    {
        await Client.StopAsync(_lease, CancellationToken.None);
        await Client.DisposeAsync();
        await _keeper.EndedAsync();
        _state.Delete(recursive: true);
    }

    private static async Task UntilAsync(Func<Task<bool>> condition, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                if (await condition())
                {
                    return;
                }
            }
            catch (Errors.ImmutableBuildException fault) when (fault.IsTransient && Stopwatch.GetElapsedTime(started) < Patience)
            {
                // The gateway is still starting.
            }

            if (Stopwatch.GetElapsedTime(started) > Patience)
            {
                throw new TimeoutException("The gateway did not get there in a minute.");
            }

            await Task.Delay(20, cancellationToken);
        }
    }
}
