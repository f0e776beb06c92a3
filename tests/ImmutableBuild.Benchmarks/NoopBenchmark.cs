using System.CommandLine;
using ImmutableBuild.Benchmarks.Measuring;
using ImmutableBuild.Benchmarks.Subjects;
using ImmutableBuild.Reports;

namespace ImmutableBuild.Benchmarks;

/// <summary>What it costs to release again when nothing changed, over a build that has nothing to do.</summary>
internal static class NoopBenchmark
{
    public static Command Command()
    {
        var rounds = new Option<int>("--rounds") { Description = "Measurements of each; they take turns.", DefaultValueFactory = _ => 5 };
        var command = new Command("noop", "Releasing the sample again without a change, against a plain no-op dotnet build.") { rounds };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetValue(rounds), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(int rounds, CancellationToken cancellationToken)
    {
        await using var sample = new SampleRelease();
        await SampleRelease.BuildAsync(cancellationToken);
        await sample.ReleaseAsync(10, cancellationToken);
        var first = await SampleRelease.ReadRecordAsync(cancellationToken);
        var (builds, releases) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            builds.Add((await SampleRelease.BuildAsync(cancellationToken)).TotalMilliseconds);
            releases.Add((await sample.ReleaseAsync(10, cancellationToken)).TotalMilliseconds);
        }

        var last = await SampleRelease.ReadRecordAsync(cancellationToken);
        var table = new TextTable("nothing changed", "median", "release ÷ build");
        table.Add("dotnet build", Time(builds), "");
        table.Add("dotnet build -t:Release", Time(releases), $"{Sample.Median(releases.Zip(builds, (release, build) => release / build)):0.00}");
        Console.WriteLine(table);
        var unchanged = last.Deploy is { AlreadyLive: true } again && again.Spec.Id == first.Deploy!.Spec.Id;
        Console.WriteLine(unchanged ? $"The same generation still serves: {last.Deploy!.Spec.Id}" : "Releasing again changed something.");
        return unchanged ? 0 : 1;
    }

    private static string Time(List<double> milliseconds) => Units.Duration(TimeSpan.FromMilliseconds(Sample.Median(milliseconds)));
}
