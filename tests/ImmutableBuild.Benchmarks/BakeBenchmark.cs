using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using ImmutableBuild.Benchmarks.Containers;
using ImmutableBuild.Benchmarks.Publishing;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Benchmarks;

/// <summary>What it takes to get a self-contained web app into a registry, against the .NET SDK's container publishing and docker.</summary>
internal static class BakeBenchmark
{
    /// <summary>What the one before leaves to do, such as an engine's writing to the disk, ends in this time.</summary>
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(2);

    public static Command Command()
    {
        var rounds = new Option<int>("--rounds") { Description = "Measurements of each; they take turns.", DefaultValueFactory = _ => 5 };
        var baseImage = new Option<string>("--base") { Description = "The image they are all made upon.", DefaultValueFactory = _ => "localhost:5000/dotnet/runtime-deps:10.0" };
        var command = new Command("bake", "Bytes, requests and time from a commit to an image in a registry: first, after an edit of one line, and without a change. Needs an engine (tests/rig/docker.sh) and Debian's docker-registry.") { rounds, baseImage };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetValue(rounds), parsed.GetValue(baseImage)!, cancellationToken));
        return command;
    }

    private static async Task RunAsync(int rounds, string baseImage, CancellationToken cancellationToken)
    {
        var root = Directory.CreateTempSubdirectory("immutable-bench-");
        await using var registry = await LoopbackRegistry.StartAsync(cancellationToken);
        await using var proxy = await CountingProxy.StartAsync(registry.Address, cancellationToken);
        var ownBase = $"{proxy.Host}/{PathOf(baseImage)}";
        try
        {
            await CopyBaseAsync(baseImage, ownBase, cancellationToken);
            var plain = new PlainPublish(await WebProject.CreateAsync(Path.Combine(root.FullName, "plain"), cancellationToken));
            var sdk = new SdkContainer(await WebProject.CreateAsync(Path.Combine(root.FullName, "sdk"), cancellationToken), proxy.Host, ownBase);
            await using var docker = new DockerBuild(await WebProject.CreateAsync(Path.Combine(root.FullName, "docker"), cancellationToken), proxy.Host, ownBase);
            var ours = await ImmutablePush.CreateAsync(root.FullName, proxy.Host, ownBase, cancellationToken);
            await CompareAsync(rounds, [plain, sdk, docker, ours], proxy, cancellationToken);
        }
        finally
        {
            await DockerProgram.RunAsync(CancellationToken.None, "rmi", ownBase);
            root.Delete(recursive: true);
        }
    }

    private static async Task CompareAsync(int rounds, IPublishSubject[] subjects, CountingProxy proxy, CancellationToken cancellationToken)
    {
        var (first, edit, none) = (new BakeResults(subjects), new BakeResults(subjects), new BakeResults(subjects));
        var order = new Random(1);

        // Round 0 counts for nothing: caches of packages, of the base image and of compilers are warm after it.
        for (var round = 0; round <= rounds; round++)
        {
            await TakeTurnsAsync(first, "first", round, text: round * 2, clean: true);
            await TakeTurnsAsync(edit, "edit", round, text: (round * 2) + 1);
            await TakeTurnsAsync(none, "none", round);
        }

        Console.WriteLine(first.Table("first push"));
        Console.WriteLine(edit.Table("one line edited"));
        Console.WriteLine(none.Table("nothing changed"));
        Console.WriteLine($"Load at the end: {(await File.ReadAllTextAsync("/proc/loadavg", cancellationToken)).Trim()}");

        async Task TakeTurnsAsync(BakeResults results, string task, int round, int? text = null, bool clean = false)
        {
            // In another order each time, so that none always follows upon what an engine leaves to do.
            var turns = subjects.ToArray();
            order.Shuffle(turns);
            foreach (var subject in turns)
            {
                if (clean)
                {
                    subject.Project.Clean();
                }

                if (text is { } number)
                {
                    await subject.Project.EditAsync(number, cancellationToken);
                }

                await Task.Delay(s_rest, cancellationToken);
                await MeasureAsync(results, subject, $"round{round}/{Array.IndexOf(subjects, subject)}", task, proxy, round, cancellationToken);
            }
        }
    }

    private static async Task MeasureAsync(BakeResults results, IPublishSubject subject, string repository, string tag, CountingProxy proxy, int round, CancellationToken cancellationToken)
    {
        proxy.Take();
        var began = Stopwatch.GetTimestamp();
        await subject.PublishAsync(repository, tag, cancellationToken);
        var elapsed = Stopwatch.GetElapsedTime(began);
        var (requests, bytes) = proxy.Take();
        var stages = subject is ImmutablePush ours ? await ours.StagesAsync(cancellationToken) : null;
        await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{round} {tag}: {subject.Name} {elapsed.TotalSeconds:0.00} s, {requests} requests, {bytes} bytes{Times(stages)}"));
        if (round > 0)
        {
            results.Add(subject, new BakeMeasurement(elapsed, requests, bytes, stages));
        }
    }

    private static string Times(IReadOnlyDictionary<StageName, TimeSpan>? stages) =>
        stages is null ? "" : string.Concat(stages.Select(stage => string.Create(CultureInfo.InvariantCulture, $", {stage.Key} {stage.Value.TotalSeconds:0.00}")));

    private static async Task CopyBaseAsync(string from, string to, CancellationToken cancellationToken)
    {
        await DockerProgram.RunAsync(cancellationToken, "pull", "-q", from);
        await DockerProgram.RunAsync(cancellationToken, "tag", from, to);
        await DockerProgram.RunAsync(cancellationToken, "push", "-q", to);
    }

    private static string PathOf(string reference) => reference[(reference.IndexOf('/', StringComparison.Ordinal) + 1)..];
}
