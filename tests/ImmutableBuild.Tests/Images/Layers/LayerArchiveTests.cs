using System.Formats.Tar;
using ImmutableBuild.Images.Layers;

namespace ImmutableBuild.Tests.Images.Layers;

/// <summary>What is in a layer, read by a reader that is not ours. Each statement fails when its normalisation is taken away.</summary>
public sealed class LayerArchiveTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    [Trait("SdkDefect", "entry-times")]
    [Trait("SdkDefect", "mode-0755")]
    public void Everything_has_its_place_owner_mode_and_time()
    {
        var entries = Read("app", ("b/2.json", "x"), ("Web", PublishOutput.Elf), ("libx.so", PublishOutput.Elf), ("libx.so.1", PublishOutput.Elf), ("run.sh", "#!/bin/sh"));

        entries.Select(entry => $"{entry.Name} {Convert.ToString((int)entry.Mode, 8)}").ShouldBe(
            ["app/ 755", "app/Web 755", "app/b/ 755", "app/b/2.json 644", "app/libx.so 644", "app/libx.so.1 644", "app/run.sh 755"]);
        entries.ShouldAllBe(entry => entry.Uid == 0 && entry.Gid == 0);
        entries.ShouldAllBe(entry => entry.ModificationTime == LayerTimes.Fixed);
        entries.OfType<UstarTarEntry>().Count().ShouldBe(entries.Count, "an extended header would be noise here");
        entries.OfType<PosixTarEntry>().ShouldAllBe(entry => entry.UserName == "" && entry.GroupName == "");
    }

    [Fact]
    [Trait("SdkDefect", "mode-0755")]
    public void The_bits_on_disk_do_not_matter()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no such bits.");
            return;
        }

        var before = Bytes("app", ("a.json", "x"), ("Web", PublishOutput.Elf));
        File.SetUnixFileMode(_directory["out/a.json"], (UnixFileMode)0x1FF);
        File.SetUnixFileMode(_directory["out/Web"], (UnixFileMode)0x180);

        Bytes("app").ShouldBe(before);
    }

    [Fact]
    [Trait("SdkDefect", "entry-times")]
    public void The_times_on_disk_do_not_matter()
    {
        var before = Bytes("app", ("a.json", "x"));
        File.SetLastWriteTimeUtc(_directory["out/a.json"], new DateTime(1999, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        Bytes("app").ShouldBe(before);
    }

    [Fact]
    public void A_static_files_time_follows_from_its_content()
    {
        var one = Read("static", ("wwwroot/a.css", "color: red1")).Last().ModificationTime;
        var same = Read("static").Last().ModificationTime;
        var other = Read("static", ("wwwroot/a.css", "color: red2")).Last().ModificationTime;

        same.ShouldBe(one);
        other.ShouldNotBe(one, "a web server would give both the same ETag");
    }

    [Theory]
    [InlineData(90, 1)]
    [InlineData(90, 2)]
    [InlineData(200, 1)]
    [InlineData(90, 5)]
    [Trait("SdkDefect", "process-id")]
    public void Long_names_survive_and_name_no_process(int length, int parts)
    {
        var name = string.Join('/', Enumerable.Repeat(new string('n', length), parts)) + ".json";

        Read("app", (name, "content"))[^1].Name.ShouldBe("app/" + name);
        System.Text.Encoding.Latin1.GetString(Bytes("app")).ShouldNotContain(Environment.ProcessId.ToString());
    }

    [Fact]
    public void Names_that_are_not_ascii_survive()
    {
        Read("app", ("größe-日本.json", "content"))[^1].Name.ShouldBe("app/größe-日本.json");
    }

    [Fact]
    public void A_scratch_image_gets_a_directory_for_temporary_files()
    {
        var archive = new MemoryStream();
        LayerArchive.WriteScratchRoot(archive);

        var entry = Entries(archive.ToArray()).Single();
        (entry.Name, (int)entry.Mode, entry.EntryType).ShouldBe(("tmp/", 0x3FF, TarEntryType.Directory));
    }

    private List<TarEntry> Read(string layer, params (string Path, string Content)[] files) => Entries(Bytes(layer, files));

    private static List<TarEntry> Entries(byte[] archive)
    {
        using var reader = new TarReader(new MemoryStream(archive));
        var entries = new List<TarEntry>();
        while (reader.GetNextEntry(copyData: true) is { } entry)
        {
            entries.Add(entry);
        }

        return entries;
    }

    private byte[] Bytes(string layer, params (string Path, string Content)[] files)
    {
        PublishOutput.Write(_directory["out"], files);
        var read = LayerPlan.Make(_directory["out"], "Web").SelectMany(planned => planned.Files).OrderBy(file => file.Path, StringComparer.Ordinal).Select(LayerFile.Read).ToArray();
        var archive = new MemoryStream();
        LayerArchive.Write(layer, "app", read, archive, TestContext.Current.CancellationToken);
        return archive.ToArray();
    }
}
