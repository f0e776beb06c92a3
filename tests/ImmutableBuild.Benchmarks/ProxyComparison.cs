using ImmutableBuild.Benchmarks.Measuring;
using ImmutableBuild.Benchmarks.Subjects;
using ImmutableBuild.Reports;

namespace ImmutableBuild.Benchmarks;

/// <summary>Proxies in front of the same app, driven by wrk in turns: a table for each number of connections, and one of memory.</summary>
/// <param name="subjects">Those to compare; one without processes of its own is the app with nothing in front.</param>
/// <param name="gateway">The one whose ratios are shown.</param>
/// <param name="duration">Length of each measurement.</param>
/// <param name="rounds">Measurements of each subject.</param>
internal sealed class ProxyComparison(ISubject[] subjects, ISubject gateway, TimeSpan duration, int rounds)
{
    public async Task RunAsync(int[] connectionCounts, CancellationToken cancellationToken)
    {
        await WarmUpAsync(cancellationToken);
        var idle = subjects.ToDictionary(subject => subject, subject => ProcessUsage.Memory(subject.Processes));
        var loaded = new Dictionary<ISubject, long>(idle);
        foreach (var connections in connectionCounts)
        {
            var results = subjects.ToDictionary(subject => subject, _ => new List<Measurement>());
            for (var round = 0; round < rounds; round++)
            {
                foreach (var subject in subjects)
                {
                    var measured = await MeasureAsync(subject, connections, cancellationToken);
                    results[subject].Add(measured);
                    loaded[subject] = Math.Max(loaded[subject], measured.Memory);
                }
            }

            Print(connections, results);
        }

        PrintMemory(idle, loaded);
    }

    private async Task<Measurement> MeasureAsync(ISubject subject, int connections, CancellationToken cancellationToken)
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
    /// for most of its first minute under load, beside the load, and a gateway runs for weeks.
    /// </summary>
    private async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        foreach (var subject in subjects)
        {
            await Wrk.RunAsync(subject.Address, 64, TimeSpan.FromMinutes(1), cancellationToken);
        }
    }

    private void Print(int connections, Dictionary<ISubject, List<Measurement>> results)
    {
        var table = new TextTable($"c={connections}", "requests/s", "p50", "p99", "CPU a request", "errors", "gateway's requests/s ÷ its", "gateway's p99 ÷ its");
        var ours = results.GetValueOrDefault(gateway);
        foreach (var (subject, runs) in results)
        {
            table.Add(
                subject.Name,
                $"{Median(run => run.Wrk.RequestsPerSecond):#,0}",
                Units.Duration(TimeSpan.FromMilliseconds(Median(run => run.Wrk.P50.TotalMilliseconds))),
                Units.Duration(TimeSpan.FromMilliseconds(Median(run => run.Wrk.P99.TotalMilliseconds))),
                subject.Processes.Count == 0 ? "" : $"{Median(run => run.Processor.TotalMicroseconds):0.0} µs",
                $"{runs.Sum(run => run.Wrk.Errors)}",
                Ratio(ours, runs, run => run.Wrk.RequestsPerSecond),
                Ratio(ours, runs, run => run.Wrk.P99.TotalMilliseconds));

            double Median(Func<Measurement, double> value) => Sample.Median(runs.Select(value));
        }

        Console.WriteLine(table);
    }

    /// <summary>The median over the rounds, so that a disturbance in one round moves nothing.</summary>
    private static string Ratio(List<Measurement>? ours, List<Measurement> other, Func<Measurement, double> value) =>
        ours is null || ours == other ? "" : $"{Sample.Median(ours.Zip(other, (our, their) => value(our) / value(their))):0.00}";

    private static void PrintMemory(Dictionary<ISubject, long> idle, Dictionary<ISubject, long> loaded)
    {
        var table = new TextTable("memory", "idle", "under load (most)");
        foreach (var subject in idle.Keys.Where(subject => subject.Processes.Count > 0))
        {
            table.Add(subject.Name, Units.Bytes(idle[subject]), Units.Bytes(loaded[subject]));
        }

        Console.WriteLine(table);
    }

    /// <summary>One round of one subject: wrk's figures, the subject's processor time a request, and its memory half way through.</summary>
    private sealed record Measurement(WrkResult Wrk, TimeSpan Processor, long Memory);
}
