using System.Globalization;
using ImmutableBuild.Benchmarks.Measuring;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Benchmarks.Publishing;

/// <summary>One run of a subject; the stages' own times where it has stages.</summary>
internal sealed record BakeMeasurement(TimeSpan Elapsed, int Requests, long Bytes, IReadOnlyDictionary<StageName, TimeSpan>? Stages);

/// <summary>The measurements of one task. The first subject is what the others' times are compared with, the last one ours.</summary>
internal sealed class BakeResults(IPublishSubject[] subjects)
{
    private readonly Dictionary<IPublishSubject, List<BakeMeasurement>> _runs = subjects.ToDictionary(subject => subject, _ => new List<BakeMeasurement>());

    public void Add(IPublishSubject subject, BakeMeasurement measurement) => _runs[subject].Add(measurement);

    /// <summary>Medians, and the median of the ratios within the rounds.</summary>
    public TextTable Table(string task)
    {
        var (plain, ours) = (_runs[subjects[0]], _runs[subjects[^1]]);
        var table = new TextTable(task, "bytes up", "requests", "time", "least to most", "÷ publish alone", "more than publish alone", "ImmutableBuild's time ÷ its");
        foreach (var (subject, runs) in _runs)
        {
            table.Add(
                subject.Name,
                Sample.Median(runs.Select(run => (double)run.Bytes)).ToString("N0", CultureInfo.InvariantCulture),
                $"{Sample.Median(runs.Select(run => (double)run.Requests)):0}",
                Seconds(Sample.Median(runs.Select(Time))),
                $"{Seconds(runs.Min(Time))} to {Seconds(runs.Max(Time))}",
                runs == plain ? "" : Number(Sample.Median(runs.Zip(plain, (run, publish) => run.Elapsed / publish.Elapsed))),
                runs == plain ? "" : Seconds(Sample.Median(runs.Zip(plain, (run, publish) => (run.Elapsed - publish.Elapsed).TotalSeconds))),
                runs == ours ? "" : Number(Sample.Median(ours.Zip(runs, (our, run) => our.Elapsed / run.Elapsed))));
        }

        foreach (var stage in ours[0].Stages!.Keys)
        {
            table.Add($"of it, {stage}", "", "", Seconds(Sample.Median(ours.Select(run => run.Stages![stage].TotalSeconds))), "", "", "", "");
        }

        return table;
    }

    private static double Time(BakeMeasurement run) => run.Elapsed.TotalSeconds;

    private static string Seconds(double seconds) => $"{Number(seconds)} s";

    private static string Number(double number) => number.ToString("0.00", CultureInfo.InvariantCulture);
}
