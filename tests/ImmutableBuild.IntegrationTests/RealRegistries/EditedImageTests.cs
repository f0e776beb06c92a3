using System.Globalization;
using ImmutableBuild.IntegrationTests.Rig;
using ImmutableBuild.Registries;
using ImmutableBuild.Releases;
using ImmutableBuild.Scanning;
using ImmutableBuild.Trust;

namespace ImmutableBuild.IntegrationTests.RealRegistries;

/// <summary>What a registry gets of an app whose code was edited, upon a base of many packages: image, signatures, attestations, bill of materials.</summary>
public sealed class EditedImageTests : IDisposable
{
    private const int Most = 60_000;

    private const string Deps = """
        {"runtimeTarget":{"name":"t"},
         "targets":{"t":{"Web/1.0.0":{"dependencies":{"Newtonsoft.Json":"12.0.1"},"runtime":{"Web.dll":{}}},"Newtonsoft.Json/12.0.1":{"runtime":{"lib/Newtonsoft.Json.dll":{}}}}},
         "libraries":{"Web/1.0.0":{"type":"project"},"Newtonsoft.Json/12.0.1":{"type":"package","sha512":"sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg=="}}}
        """;

    private readonly string _directory = Directory.CreateTempSubdirectory("immutable-edited-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData(100)]
    [InlineData(1000)]
    public async Task An_edit_takes_60_KB_however_many_packages_the_base_has(int packages)
    {
        await using var registry = await DockerRegistry.StartOrSkipAsync(storage: _directory);
        using var basis = new SmallImage(
            ("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n"),
            ("var/lib/dpkg/status", string.Concat(Enumerable.Range(0, packages).Select(Package))));
        var pushed = await new SampleImage(Path.Combine(_directory, "base")).PushAsync(SampleImage.Sign(basis.Record), registry.Host, Token);
        var sample = new SampleImage(Path.Combine(_directory, "app"), $"{pushed.Repository}@{pushed.Digest}");
        var first = await ReleaseAsync(sample, registry.Host, 'b', Code(1));
        first.Scan!.Components.ShouldBe(packages + 2, "the app and its package too");
        var before = Stored();

        var second = await ReleaseAsync(sample, registry.Host, 'c', Code(2));

        second.Bake!.Digest.ShouldNotBe(first.Bake!.Digest);
        (Stored() - before).ShouldBeInRange(1, Most);
    }

    private static async Task<ReleaseRecord> ReleaseAsync(SampleImage sample, string host, char commit, IEnumerable<(string Path, byte[] Content)> code)
    {
        IEnumerable<(string, byte[])> rest = [("Web", [.. "\u007fELF"u8, .. Noise(3, 40_000)]), ("Web.deps.json", System.Text.Encoding.UTF8.GetBytes(Deps)), ("Newtonsoft.Json.dll", Noise(4, 300_000)), ("appsettings.json", "{}"u8.ToArray())];
        var record = await sample.BakeAsync([.. rest, .. code], Token);
        record = record with { Compile = record.Compile with { Commit = CommitSha.Parse(new string(commit, 40)) } };
        var context = sample.Context(host);
        foreach (var stage in (IStage[])[new ScanStage(), new SignStage(), new PushStage()])
        {
            record = (await stage.RunAsync(record, context, Token)).Record;
        }

        return record;
    }

    // As much as 'dotnet new web' compiles to, compressed.
    private static (string, byte[])[] Code(int seed) => [("Web.dll", Noise(seed, 2_100)), ("Web.pdb", Noise(seed + 10, 12_000))];

    private static byte[] Noise(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    // Names and versions that compress no better than real ones.
    private static string Package(int number)
    {
        var noise = Convert.ToHexStringLower(Noise(number, 12));
        return string.Create(CultureInfo.InvariantCulture, $"Package: lib{noise[..8]}{number}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {number % 7}.{noise[8..12]}-{number % 5}\nDepends: libc6 (>= 2.36)\nMaintainer: Group {noise[12..16]} <{noise[16..]}@example.org>\n\n");
    }

    private long Stored() => new DirectoryInfo(Path.Combine(_directory, "data/docker/registry/v2/blobs")).EnumerateFiles("data", SearchOption.AllDirectories).Sum(blob => blob.Length);
}
