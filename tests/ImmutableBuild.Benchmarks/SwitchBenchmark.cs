using System.CommandLine;
using System.Diagnostics;
using ImmutableBuild.Benchmarks.Measuring;
using ImmutableBuild.Benchmarks.Subjects;
using ImmutableBuild.LoadGenerator;
using ImmutableBuild.Reports;

namespace ImmutableBuild.Benchmarks;

/// <summary>How long the route's change takes, and how many requests it costs, over many switches under constant load.</summary>
internal static class SwitchBenchmark
{
    public static Command Command()
    {
        var switches = new Option<int>("--switches") { Description = "How often traffic moves.", DefaultValueFactory = _ => 100 };
        var rate = new Option<double>("--rate") { Description = "Requests a second, whatever the gateway does.", DefaultValueFactory = _ => 1000 };
        var command = new Command("switch", "Switch time and lost requests over 100 switches between two generations under load.") { switches, rate };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetValue(switches), parsed.GetValue(rate), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(int switches, double rate, CancellationToken cancellationToken)
    {
        await using var gateway = await GatewaySubject.StartAsync(cancellationToken);
        var generations = new[] { await gateway.CreateAsync(1, cancellationToken), await gateway.CreateAsync(2, cancellationToken) };
        await gateway.RouteAsync(generations[0], cancellationToken);
        using var http = new HttpClient();
        await using var load = await OpenLoopLoad.StartAsync(gateway.Address, rate, cancellationToken: cancellationToken);
        await Task.Delay(TimeSpan.FromSeconds(2), cancellationToken);

        var times = new List<double>();
        for (var number = 1; number <= switches; number++)
        {
            var next = generations[number % 2];
            var started = Stopwatch.GetTimestamp();
            await gateway.RouteAsync(next, cancellationToken);
            var answer = await http.GetStringAsync(gateway.Address, cancellationToken);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            if (!answer.Contains(next.ToString(), StringComparison.Ordinal))
            {
                throw new InvalidOperationException($"After the switch to {next}, this answered: {answer}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
        }

        var result = await load.StopAsync();
        var table = new TextTable("switch", "median", "p99", "most", "requests", "lost");
        table.Add($"{switches} switches", Time(0.5), Time(0.99), Time(1), $"{result.Sent:#,0}", $"{result.Failed:#,0}");
        Console.WriteLine(table);
        Console.WriteLine($"Load: {result}");
        return result.Failed == 0 ? 0 : 1;

        string Time(double quantile) => Units.Duration(TimeSpan.FromMilliseconds(Sample.Quantile(times, quantile)));
    }
}
