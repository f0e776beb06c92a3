using ImmutableBuild.IntegrationTests.Rig;

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
    public async Task Directory_umask_time_zone_and_locale_do_not_matter()
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

    /// <summary>Also what the processes of the test above run, each in the directory it was given.</summary>
    [Fact]
    [Trait("SdkDefect", "readdir-order")]
    public async Task The_order_of_files_does_not_matter()
    {
        var given = Environment.GetEnvironmentVariable(Variable);
        var directory = given ?? Directory.CreateTempSubdirectory("imb-order-").FullName;
        try
        {
            var one = await new SampleImage(Path.Combine(directory, "in-order")).BakeAsync(Files, TestContext.Current.CancellationToken);
            var two = await new SampleImage(Path.Combine(directory, "reversed")).BakeAsync(Files.Reverse(), TestContext.Current.CancellationToken);

            two.Bake!.Digest.ShouldBe(one.Bake!.Digest);
            await File.WriteAllTextAsync(Path.Combine(directory, "digest"), one.Bake.Digest.ToString(), TestContext.Current.CancellationToken);
        }
        finally
        {
            if (given is null)
            {
                Directory.Delete(directory, recursive: true);
            }
        }
    }

    private static async Task<string> BakeInProcessAsync(string directory, string umask, string timeZone, string locale)
    {
        Directory.CreateDirectory(directory);
        var self = Path.ChangeExtension(typeof(ReproducibleBakeTests).Assembly.Location, null);
        await SystemProgram.SucceedAsync(
            "sh", ["-c", $"umask {umask} && exec \"$0\" --filter-method \"*.{nameof(The_order_of_files_does_not_matter)}\"", self],
            new Dictionary<string, string>(StringComparer.Ordinal) { [Variable] = directory, ["TZ"] = timeZone, ["LC_ALL"] = locale });
        return await File.ReadAllTextAsync(Path.Combine(directory, "digest"), TestContext.Current.CancellationToken);
    }
}
