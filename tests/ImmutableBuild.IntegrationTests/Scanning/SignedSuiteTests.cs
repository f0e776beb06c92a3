using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.IntegrationTests.Rig;
using ImmutableBuild.Scanning.Advisories;
using ImmutableBuild.Scanning.Feeds;
using ImmutableBuild.Scanning.Packages;

namespace ImmutableBuild.IntegrationTests.Scanning;

/// <summary>A Debian security suite with its signature, which the real gpgv verifies: one that the real gpg signs, and the real one as apt has fetched it.</summary>
public sealed class SignedSuiteTests : IDisposable
{
    private const string Packages = "Package: libssl3\nSource: openssl\nVersion: 3.0.22-1~deb12u2\n\n";

    private readonly string _directory = Directory.CreateTempSubdirectory("immutable-suite-").FullName;

    private static Digest Nothing { get; } = Digest.Of(""u8);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Keyring => Path.Combine(_directory, "keys.gpg");

    private string Index => Path.Combine(_directory, "dists", "bookworm-security", "main", "binary-amd64", "Packages.gz");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_suite_that_is_signed_by_the_keyring_counts()
    {
        await PublishAsync();

        (await ReadAsync()).Facts.Advisories.ShouldBe(1);
    }

    [Fact]
    public async Task Another_keyring_refuses_it()
    {
        await PublishAsync();
        await ExportKeyAsync("stranger");

        (await RefusedAsync()).Message.ShouldContain("gpgv does not accept");
    }

    [Fact]
    public async Task An_index_that_was_altered_is_refused()
    {
        await PublishAsync();
        WriteIndex("Package: libssl3\nSource: openssl\nVersion: 3.0.11-1~deb12u2\n\n");

        (await RefusedAsync()).Message.ShouldContain("the suite's InRelease says");
    }

    [Theory]
    [InlineData("Codename: bookworm-security", "Codename: bullseye-security", "is of 'bullseye-security', not of bookworm")]
    [InlineData("Codename: bookworm-security", "Codename: bookwormish", "not of bookworm")]
    [InlineData("main/binary-amd64/Packages.gz", "main/binary-arm64/Packages.gz", "does not list main/binary-amd64/Packages.gz")]
    public async Task A_signature_over_something_else_is_refused(string from, string to, string says)
    {
        await PublishAsync(release => release.Replace(from, to, StringComparison.Ordinal));

        (await RefusedAsync()).Message.ShouldContain(says);
    }

    [Fact]
    public async Task What_is_written_around_the_signed_text_does_not_count()
    {
        await PublishAsync(release => release.Replace("main/binary-amd64/Packages.gz", "main/binary-arm64/Packages.gz", StringComparison.Ordinal));
        var file = Path.Combine(_directory, "dists", "bookworm-security", "InRelease");
        var hash = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(Index, Ct)));
        await File.WriteAllTextAsync(file, $"SHA256:\n {hash} 1 main/binary-amd64/Packages.gz\n\n{await File.ReadAllTextAsync(file, Ct)}", Ct);

        (await RefusedAsync()).Message.ShouldContain("does not list");
    }

    [Fact]
    public async Task A_suite_that_has_ended_tells_nothing()
    {
        await PublishAsync(release => release.Replace("2099", "2020", StringComparison.Ordinal));

        (await ReadAsync()).NotAssessed.ShouldHaveSingleItem().ShouldContain("was valid until");
    }

    [Fact]
    public async Task Without_gpgv_or_an_InRelease_it_tells_nothing()
    {
        await PublishAsync();
        (await ReadAsync(path: "/nonexistent")).NotAssessed.ShouldHaveSingleItem().ShouldContain("gpgv is not on the PATH");
        File.Delete(Path.Combine(_directory, "dists", "bookworm-security", "InRelease"));
        (await ReadAsync()).NotAssessed.ShouldHaveSingleItem().ShouldContain("InRelease");
    }

    [Fact]
    public async Task The_real_suite_as_apt_has_it_counts_by_Debians_keyring_and_by_no_other()
    {
        SystemProgram.SkipUnlessInstalled("gpgv");
        const string Keys = "/usr/share/keyrings/debian-archive-keyring.gpg";
        var index = Directory.Exists("/var/lib/apt/lists") ? Directory.GetFiles("/var/lib/apt/lists", "*_dists_bookworm-security_main_binary-amd64_Packages*").FirstOrDefault() : null;
        Assert.SkipUnless(index is not null && File.Exists(Keys), "apt has no index of bookworm-security (apt-get update), or the machine no keyring of Debian's.");
        var plain = Path.Combine(_directory, Path.GetFileNameWithoutExtension(index) is var name && name.EndsWith("Packages", StringComparison.Ordinal) ? name : Path.GetFileName(index));
        await File.WriteAllTextAsync(plain, await SystemProgram.SucceedAsync("/usr/lib/apt/apt-helper", ["cat-file", index]), Ct);
        var release = Path.GetFileName(index)[..Path.GetFileName(index).IndexOf("main_binary", StringComparison.Ordinal)] + "InRelease";
        File.Copy(Path.Combine("/var/lib/apt/lists", release), Path.Combine(_directory, release));

        // A suite is valid for some days, and apt may have fetched it long ago.
        var made = (await File.ReadAllLinesAsync(Path.Combine(_directory, release), Ct)).First(line => line.StartsWith("Date: ", StringComparison.Ordinal))["Date: ".Length..];
        var then = new TimeOf(DateTimeOffset.ParseExact(made.Trim().Replace("UTC", "GMT", StringComparison.Ordinal), "r", CultureInfo.InvariantCulture));

        var opinion = await ReadAsync(plain, Keys, time: then);

        opinion.Facts.Advisories.ShouldBeGreaterThan(100, string.Join('\n', opinion.NotAssessed));
        await ExportKeyAsync("stranger");
        (await Should.ThrowAsync<ImmutableBuildException>(() => ReadAsync(plain))).Code.ShouldBe("IMB3023");
    }

    private async Task PublishAsync(Func<string, string>? change = null)
    {
        SystemProgram.SkipUnlessInstalled("gpg");
        SystemProgram.SkipUnlessInstalled("gpgv");
        WriteIndex(Packages);
        var hash = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(Index, Ct)));
        var release = $"Origin: Debian\nCodename: bookworm-security\nValid-Until: Sat, 05 Dec 2099 02:53:00 UTC\nSHA256:\n {hash} {new FileInfo(Index).Length} main/binary-amd64/Packages.gz\n";
        await ExportKeyAsync("suite");
        var text = Path.Combine(_directory, "Release");
        await File.WriteAllTextAsync(text, change?.Invoke(release) ?? release, Ct);
        await GpgAsync("--yes", "--local-user", "suite@example.org", "--output", Path.Combine(_directory, "dists", "bookworm-security", "InRelease"), "--clearsign", text);
    }

    private void WriteIndex(string packages)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Index)!);
        using var gzip = new GZipStream(File.Create(Index), CompressionLevel.Fastest);
        gzip.Write(Encoding.UTF8.GetBytes(packages));
    }

    private async Task ExportKeyAsync(string name)
    {
        SystemProgram.SkipUnlessInstalled("gpg");
        await GpgAsync("--quick-generate-key", $"{name}@example.org", "rsa2048", "sign", "never");
        await GpgAsync("--yes", "--output", Keyring, "--export", $"{name}@example.org");
    }

    private Task GpgAsync(params string[] arguments)
    {
        var home = Path.Combine(_directory, "gpg");
        if (!Directory.Exists(home) && !OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return SystemProgram.SucceedAsync("gpg", ["--homedir", home, "--batch", "--pinentry-mode", "loopback", "--passphrase", "", .. arguments]);
    }

    private async Task<ImmutableBuildException> RefusedAsync()
    {
        var refused = await Should.ThrowAsync<ImmutableBuildException>(() => ReadAsync());
        refused.Code.ShouldBe("IMB3023");
        return refused;
    }

    private async Task<SourceOpinion> ReadAsync(string? index = null, string? keyring = null, string? path = null, TimeProvider? time = null)
    {
        string? Variable(string name) => name == "PATH" ? path ?? Environment.GetEnvironmentVariable("PATH") : null;
        var cache = new FeedCache(_directory, TimeSpan.FromHours(1), TimeProvider.System);
        var suite = new DebianSuite(index ?? Index, cache, Variable, new SuiteRelease(keyring ?? Keyring, cache, Variable, time ?? TimeProvider.System));
        return await suite.ToSource().AskAsync(new ImageInQuestion(OciLayout.OpenOrCreate(Path.Combine(_directory, "layout")), Nothing, Nothing, new Inventory(null, [], []), _directory) { TopLayer = Nothing }, Ct);
    }

    private sealed class TimeOf(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
