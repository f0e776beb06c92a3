using System.CommandLine;
using ImmutableBuild.Benchmarks.Measuring;
using ImmutableBuild.Benchmarks.Subjects;
using ImmutableBuild.Generations;
using ImmutableBuild.LoadGenerator;
using ImmutableBuild.Local;
using ImmutableBuild.Registries;
using ImmutableBuild.Releases;
using ImmutableBuild.Reports;
using ImmutableBuild.Trust;

namespace ImmutableBuild.Benchmarks;

/// <summary>How long a rollback to a standby generation takes, and what it loses, under load (F27).</summary>
internal static class RollbackBenchmark
{
    public static Command Command()
    {
        var times = new Option<int>("--times") { Description = "How often to roll back; each rolls back the one before.", DefaultValueFactory = _ => 20 };
        var rate = new Option<double>("--rate") { Description = "Requests a second meanwhile.", DefaultValueFactory = _ => 200 };
        var command = new Command("rollback", "Rollback time to a standby generation of the sample, under load.") { times, rate };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetValue(times), parsed.GetValue(rate), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(int times, double rate, CancellationToken cancellationToken)
    {
        await using var sample = new SampleRelease();
        await sample.ReleaseAsync(10, cancellationToken);
        await sample.ReleaseAsync(11, cancellationToken);
        var record = await SampleRelease.ReadRecordAsync(cancellationToken);
        var options = new ReleaseOptions { App = record.App, DataDirectory = sample.DataDirectory };
        using var registries = new RegistryConnector(options.Push, Environment.GetEnvironmentVariable, TimeProvider.System);
        await using var target = LocalTarget.Open(new LocalTargetOptions
        {
            DataDirectory = options.DataDirectory,
            GatewayProgram = Path.Combine(AppContext.BaseDirectory, "ImmutableBuild.Gateway.dll"),
            OpenRepository = repository => ImageStores.Open(repository, options.DataDirectory, registries, RegistryAccess.Pull),
            ReadVariable = Environment.GetEnvironmentVariable,
            Keep = 1,
        });
        var quiet = new QuietReporter();
        var verifier = new ImageVerifier(new StageContext(options, quiet, TimeProvider.System, Environment.GetEnvironmentVariable) { WorkDirectory = "" });
        var rollback = new Rollback(target, verifier, TimeProvider.System, quiet, Environment.GetEnvironmentVariable);
        await using var load = await OpenLoopLoad.StartAsync(new Uri(record.HealthGate!.Url!), rate, cancellationToken: cancellationToken);
        var measured = new List<double>();
        for (var number = 0; number < times; number++)
        {
            var done = await rollback.RunAsync(new RollbackRequest(record.App, null, new RolloutPlan { Keep = 1 }), cancellationToken);
            measured.Add(done.WasStandby ? done.Elapsed.TotalMilliseconds : throw new InvalidOperationException($"{done.To} was not a standby."));
        }

        var result = await load.StopAsync();
        var table = new TextTable("rollback to a standby", "median", "p99", "requests", "lost");
        table.Add($"{times} rollbacks", Time(0.5), Time(0.99), Units.Number(result.Sent), Units.Number(result.Failed));
        Console.WriteLine(table);
        Console.WriteLine($"Load: {result}");
        return result.Failed == 0 ? 0 : 1;

        string Time(double quantile) => Units.Duration(TimeSpan.FromMilliseconds(Sample.Quantile(measured, quantile)));
    }
}
