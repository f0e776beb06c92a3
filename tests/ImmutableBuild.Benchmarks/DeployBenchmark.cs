using System.CommandLine;
using ImmutableBuild.Benchmarks.Containers;
using ImmutableBuild.Benchmarks.Measuring;
using ImmutableBuild.Reports;

namespace ImmutableBuild.Benchmarks;

/// <summary>How long the docker target takes from Deploy to live, against <c>docker-compose up -d</c> and <c>docker run</c> of the same image.</summary>
internal static class DeployBenchmark
{
    public static Command Command()
    {
        var rounds = new Option<int>("--rounds") { Description = "Measurements of each subject; they take turns.", DefaultValueFactory = _ => 5 };
        var command = new Command("deploy", "Time from Deploy to live on a Docker engine, first and replacing, against docker-compose and docker run. Needs tests/rig/docker.sh and Debian's docker-compose.")
        {
            rounds, DockerOptions.Registry, DockerOptions.BaseImage,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed.GetValue(rounds), parsed.GetValue(DockerOptions.Registry)!, parsed.GetValue(DockerOptions.BaseImage)!, cancellationToken));
        return command;
    }

    private static async Task RunAsync(int rounds, string registry, string baseImage, CancellationToken cancellationToken)
    {
        await using var image = await AppImage.MakeAsync(registry, baseImage, cancellationToken);
        await using var ours = new ImmutableDeployment(image, baseImage);
        await using var compose = new ComposeDeployment(image);
        await using var run = await RunDeployment.PrepareAsync(image, cancellationToken);
        IDeployment[] subjects = [ours, compose, run];
        foreach (var subject in subjects)
        {
            // Nothing of this counts: the gateway's image is made and loaded, the engine's cache and this process are warm.
            await DeployAsync(subject, 1, cancellationToken);
            await subject.RemoveAsync(cancellationToken);
        }

        var (first, replacing, pulled) = (Results(subjects), Results(subjects), Results(subjects));
        for (var round = 0; round < rounds; round++)
        {
            foreach (var subject in subjects)
            {
                await image.ForgetAsync(cancellationToken);
                pulled[subject].Add(await DeployAsync(subject, 1, cancellationToken));
                await subject.RemoveAsync(cancellationToken);

                first[subject].Add(await DeployAsync(subject, 2, cancellationToken));
                replacing[subject].Add(await DeployAsync(subject, 3, cancellationToken));
                await subject.RemoveAsync(cancellationToken);
            }
        }

        Print("first, image in the engine", first);
        Print("replacing, image in the engine", replacing, replaces: true);
        Print("first, image to be pulled", pulled);
    }

    private static async Task<Measurement> DeployAsync(IDeployment subject, int number, CancellationToken cancellationToken)
    {
        await using var witness = Witness.Begin(subject.Address, number, cancellationToken);
        await subject.DeployAsync(number, cancellationToken);
        var done = witness.Elapsed;
        var answered = await witness.AnsweredAsync();
        return new Measurement(answered, done, witness.LongestSilence);
    }

    private static Dictionary<IDeployment, List<Measurement>> Results(IDeployment[] subjects) => subjects.ToDictionary(subject => subject, _ => new List<Measurement>());

    private static void Print(string what, Dictionary<IDeployment, List<Measurement>> results, bool replaces = false)
    {
        string[] silence = replaces ? ["longest silence", "ImmutableBuild's silence ÷ its"] : [];
        var table = new TextTable([what, "until it answers", "least to most", "ImmutableBuild's ÷ its", "command ends", .. silence]);
        var ours = results.First(subject => subject.Key is ImmutableDeployment).Value;
        foreach (var (subject, runs) in results)
        {
            string[] cells =
            [
                subject.Name,
                Time(runs.Select(run => run.Answered), Sample.Median),
                $"{Time(runs.Select(run => run.Answered), Enumerable.Min)} to {Time(runs.Select(run => run.Answered), Enumerable.Max)}",
                Ratio(ours, runs, run => run.Answered),
                Time(runs.Select(run => run.Done), Sample.Median),
                Time(runs.Select(run => run.Silence), Sample.Median),
                Ratio(ours, runs, run => run.Silence),
            ];
            table.Add(replaces ? cells : cells[..5]);
        }

        Console.WriteLine(table);
    }

    private static string Ratio(List<Measurement> ours, List<Measurement> other, Func<Measurement, TimeSpan> value) =>
        ours == other ? "" : $"{Sample.Median(ours.Zip(other, (our, their) => value(our) / value(their))):0.00}";

    private static string Time(IEnumerable<TimeSpan> times, Func<IEnumerable<double>, double> choose) =>
        Units.Duration(TimeSpan.FromMilliseconds(choose(times.Select(time => time.TotalMilliseconds))));

    /// <summary>One deployment: until the new one answered its user, until the command or rollout was done, and the longest time without any answer.</summary>
    private sealed record Measurement(TimeSpan Answered, TimeSpan Done, TimeSpan Silence);
}
