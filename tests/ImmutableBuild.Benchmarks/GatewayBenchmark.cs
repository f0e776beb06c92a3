using System.CommandLine;
using ImmutableBuild.Benchmarks.Measuring;
using ImmutableBuild.Benchmarks.Subjects;
using ImmutableBuild.Reports;

namespace ImmutableBuild.Benchmarks;

/// <summary>Requests a second, latency and memory of the gateway against nginx and HAProxy, in front of the same app on the same machine.</summary>
internal static class GatewayBenchmark
{
    public static Command Command()
    {
        var seconds = new Option<int>("--seconds") { Description = "Length of each measurement.", DefaultValueFactory = _ => 5 };
        var rounds = new Option<int>("--rounds") { Description = "Measurements of each subject; they take turns.", DefaultValueFactory = _ => 5 };
        var only = new Option<string[]>("--only") { Description = "Subjects to measure: direct, gateway, nginx, HAProxy.", AllowMultipleArgumentsPerToken = true };
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
        await using var direct = await DirectSubject.StartAsync(cancellationToken);
        await using var gateway = await GatewaySubject.StartAsync(cancellationToken);
        await gateway.RouteAsync(await gateway.CreateAsync(1, cancellationToken), cancellationToken);
        await using var nginx = await PeerSubject.NginxAsync(direct.Address, cancellationToken);
        await using var haproxy = await PeerSubject.HaproxyAsync(direct.Address, cancellationToken);
        ISubject[] subjects = [.. new ISubject[] { direct, gateway, nginx, haproxy }.Where(subject => only.Length == 0 || only.Contains(subject.Name, StringComparer.OrdinalIgnoreCase))];

        await WarmUpAsync(subjects, cancellationToken);
        var idle = subjects.ToDictionary(subject => subject, subject => ProcessUsage.Memory(subject.Processes));
        var loaded = new Dictionary<ISubject, long>(idle);
        foreach (var connections in connectionCounts)
        {
            var results = subjects.ToDictionary(subject => subject, _ => new List<Measurement>());
            for (var round = 0; round < rounds; round++)
            {
                foreach (var subject in subjects)
                {
                    var measured = await MeasureAsync(subject, connections, duration, cancellationToken);
                    results[subject].Add(measured);
                    loaded[subject] = Math.Max(loaded[subject], measured.Memory);
                }
            }

            Print(connections, results);
        }

        PrintMemory(idle, loaded);
    }

    private static async Task<Measurement> MeasureAsync(ISubject subject, int connections, TimeSpan duration, CancellationToken cancellationToken)
    {
        var processes = subject.Processes;
        var before = ProcessUsage.Processor(processes);
        var running = Wrk.RunAsync(subject.Address, connections, duration, cancellationToken);
        await Task.Delay(duration / 2, cancellationToken);
        var memory = ProcessUsage.Memory(processes);
        var result = await running;
        return new Measurement(result, (ProcessUsage.Processor(processes) - before) / Math.Max(1, result.Requests), memory);
    }

    /// <summary>
    /// Lets every subject open connections, grow its buffers and compile before anything counts: .NET goes on compiling what is hot
    /// for its first quarter of a minute under load, and a gateway runs for weeks.
    /// </summary>
    private static async Task WarmUpAsync(ISubject[] subjects, CancellationToken cancellationToken)
    {
        foreach (var subject in subjects)
        {
            await Wrk.RunAsync(subject.Address, 64, TimeSpan.FromSeconds(20), cancellationToken);
        }
    }

    private static void Print(int connections, Dictionary<ISubject, List<Measurement>> results)
    {
        var table = new TextTable($"c={connections}", "requests/s", "p50", "p99", "CPU a request", "errors", "gateway's requests/s ÷ its", "gateway's p99 ÷ its");
        var gateway = results.FirstOrDefault(subject => subject.Key is GatewaySubject).Value;
        foreach (var (subject, runs) in results)
        {
            table.Add(
                subject.Name,
                $"{Median(run => run.Wrk.RequestsPerSecond):#,0}",
                Units.Duration(TimeSpan.FromMilliseconds(Median(run => run.Wrk.P50.TotalMilliseconds))),
                Units.Duration(TimeSpan.FromMilliseconds(Median(run => run.Wrk.P99.TotalMilliseconds))),
                subject.Processes.Count == 0 ? "" : $"{Median(run => run.Processor.TotalMicroseconds):0.0} µs",
                $"{runs.Sum(run => run.Wrk.Errors)}",
                Ratio(gateway, runs, run => run.Wrk.RequestsPerSecond),
                Ratio(gateway, runs, run => run.Wrk.P99.TotalMilliseconds));

            double Median(Func<Measurement, double> value) => Sample.Median(runs.Select(value));
        }

        Console.WriteLine(table);
    }

    /// <summary>The median over the rounds, so that a disturbance in one round moves nothing.</summary>
    private static string Ratio(List<Measurement>? gateway, List<Measurement> other, Func<Measurement, double> value) =>
        gateway is null || gateway == other ? "" : $"{Sample.Median(gateway.Zip(other, (ours, theirs) => value(ours) / value(theirs))):0.00}";

    private static void PrintMemory(Dictionary<ISubject, long> idle, Dictionary<ISubject, long> loaded)
    {
        var table = new TextTable("memory", "idle", "under load (most)");
        foreach (var subject in idle.Keys.Where(subject => subject is not DirectSubject))
        {
            table.Add(subject.Name, Units.Bytes(idle[subject]), Units.Bytes(loaded[subject]));
        }

        Console.WriteLine(table);
    }

    /// <summary>One round of one subject: wrk's figures, the subject's processor time a request, and its memory half way through.</summary>
    private sealed record Measurement(WrkResult Wrk, TimeSpan Processor, long Memory);
}
