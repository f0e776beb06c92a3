using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using ImmutableBuild.Benchmarks.Measuring;
using ImmutableBuild.Benchmarks.Publishing;
using ImmutableBuild.Images;
using ImmutableBuild.Releases;
using ImmutableBuild.Scanning;

namespace ImmutableBuild.Benchmarks;

/// <summary>How long a scan takes over the layers of an image, against <c>gzip -d</c> of the same layers.</summary>
internal static class ScanBenchmark
{
    public static Command Command()
    {
        var rounds = new Option<int>("--rounds") { Description = "Measurements of each; they take turns.", DefaultValueFactory = _ => 5 };
        var baseImage = new Option<string>("--base") { Description = "The image that the app is put upon.", DefaultValueFactory = _ => "localhost:5000/dotnet/runtime-deps:10.0" };
        var more = new Option<int>("--megabytes") { Description = "A file of so many random megabytes is published as well: memory should not depend on it.", DefaultValueFactory = _ => 0 };
        var command = new Command("scan", "A scan of a self-contained web app on a Debian base against plain gzip -d of the same layers.") { rounds, baseImage, more };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetValue(rounds), parsed.GetValue(baseImage)!, parsed.GetValue(more), cancellationToken));
        return command;
    }

    private static async Task RunAsync(int rounds, string baseImage, int megabytes, CancellationToken cancellationToken)
    {
        var root = Directory.CreateTempSubdirectory("immutable-bench-");
        try
        {
            var gzip = Programs.Find("gzip", "gzip");
            var (record, context) = await BakeAsync(root.FullName, baseImage, megabytes, cancellationToken);
            var layout = OciLayout.Open(record.Bake!.Layout);
            var layers = record.Bake.Layers.Select(layer => layout.BlobPath(layer.Digest)).ToArray();
            var (plain, first, noted) = (new List<double>(), new List<double>(), new List<double>());
            long memory = 0;
            for (var round = 0; round <= rounds; round++)
            {
                var unpacking = await TimeAsync(() => Programs.RunAsync("sh", ["-c", "for layer; do \"$0\" -dc <\"$layer\" >/dev/null || exit 1; done", gzip, .. layers], cancellationToken));
                Forget(context, notes: true);
                using var watch = new MemoryWatch();
                var scanning = await TimeAsync(() => new ScanStage().RunAsync(record, context, cancellationToken));
                Forget(context, notes: false);
                var again = await TimeAsync(() => new ScanStage().RunAsync(record, context, cancellationToken));
                // Round 0 compiles.
                if (round > 0)
                {
                    plain.Add(unpacking);
                    first.Add(scanning);
                    noted.Add(again);
                    memory = Math.Max(memory, watch.Most);
                }
            }

            var scanned = (await new ScanStage().RunAsync(record, context, cancellationToken)).Record.Scan!;
            Print(record.Bake, plain, first, noted, memory);
            Console.WriteLine($"{scanned.Components} components; {string.Join(", ", scanned.Details.Select(finding => $"{finding.Severity} {finding.Id} {finding.Subject}").DefaultIfEmpty("no findings"))}");
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    private static async Task<(ReleaseRecord Record, StageContext Context)> BakeAsync(string root, string baseImage, int megabytes, CancellationToken cancellationToken)
    {
        var project = await WebProject.CreateAsync(Path.Combine(root, "app"), cancellationToken);
        await project.DotnetAsync(cancellationToken, "publish", "-c", "Release");
        var publish = Path.Combine(project.Directory, WebProject.PublishDirectory);
        WriteRandom(Path.Combine(publish, "random.bin"), megabytes);
        var options = new ReleaseOptions
        {
            App = new AppKey("web", "bench"),
            DataDirectory = Path.Combine(root, "data"),
            Bake = new BakeOptions { BaseImage = baseImage, Repository = "web" },
            Scan = new ScanOptions { FailOn = "none" },
        };
        var context = new StageContext(options, new QuietReporter(), TimeProvider.System, Environment.GetEnvironmentVariable) { WorkDirectory = Directory.CreateDirectory(Path.Combine(root, "work")).FullName };
        var compile = new CompileRecord
        {
            Commit = CommitSha.Parse(new string('a', 40)),
            CommitTime = DateTimeOffset.UnixEpoch,
            Version = "1.0.0",
            Project = "Web.csproj",
            Published = [new PublishRecord { Directory = publish, RuntimeIdentifier = "linux-x64", SelfContained = true, EntryPoint = "Web" }],
            SdkVersion = "10.0.100",
        };
        var baked = await new BakeStage().RunAsync(new ReleaseRecord { ReleaseId = "bench", App = options.App, Compile = compile }, context, cancellationToken);
        return (baked.Record, context);
    }

    // The stage remembers what it scanned by this file, and what it found in each layer by notes.
    private static void Forget(StageContext context, bool notes)
    {
        File.Delete(Path.Combine(context.WorkDirectory, "scan.json"));
        var directory = Path.Combine(context.Options.DataDirectory, "cache", "scan");
        if (notes && Directory.Exists(directory))
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static void WriteRandom(string path, int megabytes)
    {
        if (megabytes == 0)
        {
            return;
        }

        using var file = File.Create(path);
        var block = new byte[1 << 20];
        var random = new Random(1);
        for (var i = 0; i < megabytes; i++)
        {
            random.NextBytes(block);
            file.Write(block);
        }
    }

    private static async Task<double> TimeAsync(Func<Task> action)
    {
        var watch = Stopwatch.StartNew();
        await action();
        return watch.Elapsed.TotalMilliseconds;
    }

    private static void Print(BakeRecord bake, List<double> plain, List<double> first, List<double> noted, long memory)
    {
        var size = bake.Layers.Sum(layer => layer.Size);
        var table = new TextTable(string.Create(CultureInfo.InvariantCulture, $"{bake.Layers.Length} layers, {size / 1e6:0.0} MB compressed"), "median", "÷ gzip -d");
        table.Add("gzip -d", Milliseconds(plain), "");
        table.Add("scan", Milliseconds(first), Ratio(first, plain));
        table.Add("scan, every layer noted", Milliseconds(noted), Ratio(noted, plain));
        Console.WriteLine(table);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Most memory of the process while it scanned: {memory / 1e6:0} MB"));
    }

    private static string Milliseconds(List<double> values) => string.Create(CultureInfo.InvariantCulture, $"{Sample.Median(values):0} ms");

    private static string Ratio(List<double> values, List<double> others) =>
        string.Create(CultureInfo.InvariantCulture, $"{Sample.Median(values.Zip(others, (value, other) => value / other)):0.00}");
}
