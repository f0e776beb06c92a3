namespace ImmutableBuild.IntegrationTests.RealRegistries;

/// <summary>The same files give the same digest in processes that differ in all that should not matter.</summary>
public sealed class ReproducibleBakeTests
{
    private const string Variable = "IMB_TEST_BAKE_DIRECTORY";

    private static readonly (string Path, byte[] Content)[] Files =
    [
        ("Web", "\u007fELF app"u8.ToArray()), ("Web.dll", "app"u8.ToArray()), ("wwwroot/a.css", "css"u8.ToArray()),
        ("wwwroot/größe.txt", "text"u8.ToArray()), (string.Concat(Enumerable.Repeat("long/", 30)) + "name.json", "{}"u8.ToArray()),
    ];

    [Fact]
    public async Task Directory_order_umask_time_zone_and_locale_do_not_matter()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no umask on Windows.");
        var root = Directory.CreateTempSubdirectory("imb-repro-").FullName;
        try
        {
            var one = await BakeInProcessAsync(Path.Combine(root, "one"), "022", "UTC", "C");
            var two = await BakeInProcessAsync(Path.Combine(root, "a second place", "größer"), "077", "Asia/Tokyo", "de_DE.UTF-8");
            var three = await BakeInProcessAsync(Path.Combine(root, "three"), "000", "America/St_Johns", "tr_TR.UTF-8");

            (two, three).ShouldBe((one, one));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    /// <summary>What the processes run; never run on its own.</summary>
    [Fact(Explicit = true)]
    public async Task Bakes_for_the_test_above()
    {
        var directory = Environment.GetEnvironmentVariable(Variable);
        directory.ShouldNotBeNull();
        var files = directory.Contains("second", StringComparison.Ordinal) ? Files.Reverse() : Files;

        var record = await new SampleImage(directory).BakeAsync(files, TestContext.Current.CancellationToken);

        await File.WriteAllTextAsync(Path.Combine(directory, "digest"), record.Bake!.Digest.ToString(), TestContext.Current.CancellationToken);
    }

    private static async Task<string> BakeInProcessAsync(string directory, string umask, string timeZone, string locale)
    {
        Directory.CreateDirectory(directory);
        var self = Path.ChangeExtension(typeof(ReproducibleBakeTests).Assembly.Location, null);
        await InstalledProgram.RunAsync(
            "sh", ["-c", $"umask {umask} && exec \"$0\" --explicit only --filter-method \"*.{nameof(Bakes_for_the_test_above)}\"", self],
            TestContext.Current.CancellationToken,
            new Dictionary<string, string>(StringComparer.Ordinal) { [Variable] = directory, ["TZ"] = timeZone, ["LC_ALL"] = locale });
        return await File.ReadAllTextAsync(Path.Combine(directory, "digest"), TestContext.Current.CancellationToken);
    }
}
