using System.CommandLine;
using ImmutableBuild.Benchmarks.Subjects;

namespace ImmutableBuild.Benchmarks;

/// <summary>Requests a second, latency and memory of the gateway against nginx, HAProxy and the least that can be made of Kestrel, in front of the same app on the same machine.</summary>
internal static class GatewayBenchmark
{
    public static Command Command()
    {
        var seconds = new Option<int>("--seconds") { Description = "Length of each measurement.", DefaultValueFactory = _ => 5 };
        var rounds = new Option<int>("--rounds") { Description = "Measurements of each subject; they take turns.", DefaultValueFactory = _ => 5 };
        var only = new Option<string[]>("--only") { Description = "Subjects to measure: direct, gateway, bare Kestrel, nginx, HAProxy.", AllowMultipleArgumentsPerToken = true };
        var connections = new Option<int[]>("--connections") { Description = "Connections of wrk.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [1, 32, 256] };
        var command = new Command("gateway", "Requests a second, p50, p99, processor time and memory against nginx and HAProxy, driven by wrk.") { seconds, rounds, connections, only };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            TimeSpan.FromSeconds(parsed.GetValue(seconds)),
            parsed.GetValue(rounds),
            parsed.GetValue(connections)!,
            parsed.GetValue(only) ?? [],
            cancellationToken));
        return command;
    }

    private static async Task RunAsync(TimeSpan duration, int rounds, int[] connectionCounts, string[] only, CancellationToken cancellationToken)
    {
        await using var gateway = await GatewaySubject.StartAsync(cancellationToken);
        var generation = await gateway.CreateAsync(1, cancellationToken);
        await gateway.RouteAsync(generation, cancellationToken);
        await using var direct = new DirectSubject(await gateway.InstanceAsync(generation, cancellationToken));
        await using var bare = await BareSubject.StartAsync(direct.Address, cancellationToken);
        await using var nginx = await PeerSubject.NginxAsync(direct.Address, cancellationToken);
        await using var haproxy = await PeerSubject.HaproxyAsync(direct.Address, cancellationToken);
        ISubject[] subjects = [.. new ISubject[] { direct, gateway, bare, nginx, haproxy }.Where(subject => only.Length == 0 || only.Contains(subject.Name, StringComparer.OrdinalIgnoreCase))];
        await new ProxyComparison(subjects, gateway, duration, rounds).RunAsync(connectionCounts, cancellationToken);
    }
}
