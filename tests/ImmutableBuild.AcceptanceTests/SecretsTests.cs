using System.IO.Compression;
using System.Text;
using ImmutableBuild.AcceptanceTests.Infrastructure;

namespace ImmutableBuild.AcceptanceTests;

public sealed class SecretsTests(PackedPackage package)
{
    [Fact]
    public async Task A_secret_reaches_the_app_and_is_written_down_only_in_its_state_while_it_runs()
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
        foreach (var file in Directory.EnumerateFiles(repository.PathOf("src"), "*", SearchOption.AllDirectories))
        {
            Encoding.UTF8.GetString(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken)).Contains(secret, StringComparison.Ordinal).ShouldBeFalse(file);
        }

        // The one allowed place: what the gateway needs to start an instance again, and the same from one change before.
        var holders = await HoldersAsync(repository.DataDirectory, secret);
        holders.ShouldContain(file => Path.GetFileName(file) == "state.json", "the scan has to find what is there, or it was not done right");
        holders.ShouldAllBe(file => Path.GetFileName(file) == "state.json" || Path.GetFileName(file) == "state.previous.json");
        foreach (var holder in holders)
        {
            var directory = new DirectoryInfo(Path.GetDirectoryName(holder)!);
            directory.Parent!.Name.ShouldBe("apps");
            directory.UnixFileMode.ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            new FileInfo(holder).UnixFileMode.ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        (await repository.BuildAsync(WebApp.Project, "Stop")).ShouldSucceed();
        (await HoldersAsync(repository.DataDirectory, secret)).ShouldBeEmpty("it goes with the generation");
    }

    /// <summary>The files below <paramref name="directory"/> that hold <paramref name="secret"/>.</summary>
    private static async Task<List<string>> HoldersAsync(string directory, string secret)
    {
        var holders = new List<string>();
        foreach (var file in Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).Where(file => Path.GetExtension(file) != ".sock"))
        {
            var content = await ReadAsync(file);
            if (content.AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)) >= 0)
            {
                holders.Add(file);
            }
        }

        return holders;
    }

    /// <summary>Shared with those who hold a lock on it, as the keeper does.</summary>
    private static async Task<byte[]> ReadAsync(string file)
    {
        await using var source = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var content = new MemoryStream();
        await source.CopyToAsync(content, TestContext.Current.CancellationToken);
        return content.ToArray();
    }

    private static async Task<string> UnpackAsync(string binlog)
    {
        await using var file = File.OpenRead(binlog);
        await using var unpacked = new GZipStream(file, CompressionMode.Decompress);
        using var text = new StreamReader(unpacked, Encoding.UTF8);
        return await text.ReadToEndAsync(TestContext.Current.CancellationToken);
    }
}
