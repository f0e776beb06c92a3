using System.IO.Compression;
using System.Text;
using ImmutableBuild.AcceptanceTests.Infrastructure;

namespace ImmutableBuild.AcceptanceTests;

public sealed class SecretsTests(PackedPackage package)
{
    [Fact]
    public async Task A_secret_reaches_the_app_and_nothing_that_is_written_down()
    {
        await using var repository = new ScratchRepository(package);
        WebApp.Write(repository, "v", items: "<ImmutableSecret Include=\"DATABASE\" Variable=\"SHOP_DATABASE\" />");
        await repository.CommitAsync();
        var secret = $"hush-{Guid.NewGuid():N}";
        var binlog = repository.PathOf("bin/build.binlog");

        var release = await repository.BuildAsync(WebApp.Project, "Release", new Dictionary<string, string?> { ["SHOP_DATABASE"] = secret }, $"-bl:{binlog}", "-v:diagnostic");

        (await WebApp.GetAsync(WebApp.UrlIn(release), "env/DATABASE")).ShouldBe(secret);
        (await WebApp.GetAsync(WebApp.UrlIn(release), "env/SHOP_DATABASE")).ShouldBe("");
        release.ShouldNotSay(secret);
        var log = await UnpackAsync(binlog);
        log.Contains("ImmutableSecret", StringComparison.Ordinal).ShouldBeTrue("the log has to hold the item, or it was not read right");
        log.Contains(secret, StringComparison.Ordinal).ShouldBeFalse();
        HoldersOf(secret, repository.PathOf("src")).ShouldBeEmpty();

        // The gateway starts an instance again without a build, so its state has to know; nobody else may read it (SECURITY.md).
        var holders = HoldersOf(secret, repository.DataDirectory);
        holders.Select(Path.GetFileName).Distinct().ShouldBeSubsetOf(["state.json", "state.previous.json"]);
        holders.ShouldNotBeEmpty();
        holders.ShouldAllBe(file => OperatingSystem.IsWindows() || File.GetUnixFileMode(file) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));

        (await repository.BuildRestoredAsync(WebApp.Project, "Stop")).ShouldSucceed();
    }

    private static List<string> HoldersOf(string secret, string directory)
    {
        var text = Encoding.UTF8.GetBytes(secret);
        var everything = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };

        return [.. Directory.EnumerateFiles(directory, "*", everything).Where(file => Holds(file, text))];
    }

    private static bool Holds(string file, byte[] text)
    {
        try
        {
            // Pipes and sockets, such as .NET makes in a process's temporary directory, have no length; reading one never ends.
            return new FileInfo(file).Length > 0 && File.ReadAllBytes(file).AsSpan().IndexOf(text) >= 0;
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            // A temporary file of what still runs, which has its name by now.
            return false;
        }
    }

    private static async Task<string> UnpackAsync(string binlog)
    {
        await using var file = File.OpenRead(binlog);
        await using var unpacked = new GZipStream(file, CompressionMode.Decompress);
        using var text = new StreamReader(unpacked, Encoding.UTF8);
        return await text.ReadToEndAsync(TestContext.Current.CancellationToken);
    }
}
