using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Layers;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Tests.Images;

/// <summary>What an image must not have of the machine it was made on: one statement each, which fails when that one is no longer kept away.</summary>
public sealed class NormalisationTests : IDisposable
{
    // In an order that is neither ordinal nor that of any language, as a file system might list them.
    private static readonly (string Path, string Content)[] Files =
    [
        ("Web", PublishOutput.Elf), ("b.json", "1"), ("C.json", "2"), ("a/z.json", "3"), ("ä.json", "4"), ("a.json", "5"), ("B/1.json", "6"), ("a-b.json", "7"), ("run.sh", "#!/bin/sh"), ("Web.dll", "8"),
    ];

    private readonly TemporaryDirectory _directory = new();

    private string Out => _directory["out"];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Modes_follow_from_content()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no such bits.");
            return;
        }

        PublishOutput.Write(Out, Files);
        foreach (var (path, bits) in ((string, UnixFileMode)[])[("Web", (UnixFileMode)0x100), ("b.json", (UnixFileMode)0x1FF), ("run.sh", (UnixFileMode)0x180)])
        {
            File.SetUnixFileMode(Path.Combine(Out, path), bits);
        }

        (await EntriesAsync()).ToDictionary(entry => entry.Name, entry => Convert.ToString((int)entry.Mode, 8)).ShouldBe(
            new Dictionary<string, string>
            {
                ["app/"] = "755", ["app/Web"] = "755", ["app/b.json"] = "644", ["app/C.json"] = "644", ["app/a/"] = "755", ["app/a/z.json"] = "644", ["app/ä.json"] = "644",
                ["app/a.json"] = "644", ["app/B/"] = "755", ["app/B/1.json"] = "644", ["app/a-b.json"] = "644", ["app/run.sh"] = "755",
            },
            ignoreOrder: true);
    }

    [Fact]
    public async Task Times_are_those_of_no_file()
    {
        PublishOutput.Write(Out, Files);
        File.SetLastWriteTimeUtc(Path.Combine(Out, "b.json"), new DateTime(1999, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        (await EntriesAsync()).ShouldAllBe(entry => entry.ModificationTime == LayerTimes.Fixed);
    }

    [Fact]
    public async Task Everything_is_root_s_whoever_made_it()
    {
        PublishOutput.Write(Out, Files);
        if (Environment.UserName == "root")
        {
            using var owning = Process.Start("chown", ["-R", "1234:4321", Out])!;
            await owning.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        var entries = await EntriesAsync();

        entries.ShouldAllBe(entry => entry.Uid == 0 && entry.Gid == 0);
        entries.OfType<PosixTarEntry>().ShouldAllBe(entry => entry.UserName == "" && entry.GroupName == "");
    }

    [Fact]
    public async Task Entries_are_in_ordinal_order()
    {
        PublishOutput.Write(Out, Files);

        (await EntriesAsync()).Select(entry => entry.Name).ShouldBe(
            ["app/", "app/B/", "app/B/1.json", "app/C.json", "app/Web", "app/a-b.json", "app/a.json", "app/a/", "app/a/z.json", "app/b.json", "app/run.sh", "app/ä.json"]);
    }

    [Fact]
    public async Task Names_are_utf_8_in_a_header_of_a_fixed_name()
    {
        PublishOutput.Write(Out, Files);

        var archive = await ArchiveAsync();

        archive.AsSpan().IndexOf("20 path=app/ä.json\n"u8).ShouldBeGreaterThan(0);
        archive.AsSpan().IndexOf("PaxHeaders/entry\0"u8).ShouldBeGreaterThan(0, "other writers put the process id here");
    }

    [Fact]
    public async Task The_gzip_header_names_no_file_time_or_system()
    {
        PublishOutput.Write(Out, Files);
        var bake = await BakeAsync();

        foreach (var layer in bake.Layers)
        {
            var header = File.ReadAllBytes(OciLayout.Open(bake.Layout).BlobPath(layer.Digest))[..10];
            (header[3], header[4] | header[5] | header[6] | header[7], header[9]).ShouldBe(((byte)0, 0, (byte)255), "flags, time, operating system");
        }
    }

    [Fact]
    public async Task Json_has_its_members_in_a_fixed_order_and_labels_in_ordinal_order()
    {
        PublishOutput.Write(Out, Files);
        var labels = OciAnnotations.None.Add("ä", "1").Add("b", "2").Add("B", "3").Add("a-b", "4").Add("a.b", "5");
        var bake = await BakeAsync(Baking.Options(_directory) with { Bake = new BakeOptions { Labels = labels } });

        var layout = OciLayout.Open(bake.Layout);
        var manifest = await layout.ReadManifestContentAsync(bake.Digest, CancellationToken.None);
        MembersOf(manifest.Bytes).ShouldBe(["schemaVersion", "mediaType", "config", "layers", "annotations"]);
        var config = File.ReadAllBytes(layout.BlobPath(OciJson.ParseManifest(manifest.Bytes, "here").Config.Digest));
        MembersOf(config).ShouldBe(["architecture", "created", "history", "os", "rootfs", "config"]);
        MembersOf(config, "config", "Labels").Where(name => name.Length < 4).ShouldBe(["B", "a-b", "a.b", "b", "ä"]);
    }

    [Fact]
    public async Task The_only_time_is_the_commit_s()
    {
        PublishOutput.Write(Out, Files);

        var bake = await BakeAsync();

        var config = await Baking.ConfigAsync(bake);
        var manifest = await OciLayout.Open(bake.Layout).ReadManifestAsync(bake.Digest, CancellationToken.None);
        (config.Created, config.Config!.Labels![OciAnnotations.Created], manifest.Annotations![OciAnnotations.Created]).ShouldBe(("2026-11-20T10:11:12Z", "2026-11-20T10:11:12Z", "2026-11-20T10:11:12Z"));
    }

    [Fact]
    public async Task History_says_which_layer_it_is_and_nothing_of_how_it_came_about()
    {
        PublishOutput.Write(Out, Files);

        var bake = await BakeAsync();

        (await Baking.ConfigAsync(bake)).History.ShouldBe(
            [.. ((string[])["root", "host", "app"]).Select(layer => new HistoryEntry { Created = "2026-11-20T10:11:12Z", CreatedBy = $"ImmutableBuild: {layer}" })]);
    }

    private Task<BakeRecord> BakeAsync(ReleaseOptions? options = null) => Baking.RunAsync(_directory, Baking.Compile(Out), options: options);

    private async Task<List<TarEntry>> EntriesAsync()
    {
        await using var reader = new TarReader(new MemoryStream(await ArchiveAsync()));
        var entries = new List<TarEntry>();
        while (await reader.GetNextEntryAsync(copyData: true) is { } entry)
        {
            entries.Add(entry);
        }

        return entries;
    }

    /// <summary>The archive of the layer that all of them are in but the assembly.</summary>
    private async Task<byte[]> ArchiveAsync()
    {
        var bake = await BakeAsync();
        await using var gzip = new GZipStream(File.OpenRead(OciLayout.Open(bake.Layout).BlobPath(bake.Layers.Single(layer => layer.Name == "host").Digest)), CompressionMode.Decompress);
        var archive = new MemoryStream();
        await gzip.CopyToAsync(archive);
        return archive.ToArray();
    }

    private static string[] MembersOf(ReadOnlyMemory<byte> json, params string[] path)
    {
        using var document = JsonDocument.Parse(json);
        return [.. path.Aggregate(document.RootElement, (element, name) => element.GetProperty(name)).EnumerateObject().Select(member => member.Name)];
    }
}
