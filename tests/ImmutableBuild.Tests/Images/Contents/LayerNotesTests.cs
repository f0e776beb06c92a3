using System.Text;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;

namespace ImmutableBuild.Tests.Images.Contents;

public sealed class LayerNotesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly OciLayout _layout;
    private readonly LayerNotesCache _cache;
    private readonly SettableTime _time = new();

    public LayerNotesTests()
    {
        _layout = OciLayout.OpenOrCreate(_directory["layout"]);
        _cache = new LayerNotesCache(_directory["notes"], _time);
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_layer_that_was_read_is_not_read_again()
    {
        var image = TestImage.Write(_layout, new RawTar().Dir("d").File("d/a", "content", mode: 0x9ED).Symlink("l", "d/a").HardLink("h", "d/a").End(), new RawTar().File("d/.wh.a").File("b", "two").End());
        var first = await ReadAsync(image, files => Text(files, "h"));
        RemoveLayers();

        var (found, paths) = await ReadAsync(image, files => (Text(files, "h"), files.Entries.ToArray()));

        found.ShouldBe(first);
        paths.Select(entry => (entry.Path, entry.Kind, entry.Mode, entry.Size, entry.LinkTarget)).ShouldBe(
            [("b", ImageEntryKind.File, 0x1A4, 3L, null), ("d", ImageEntryKind.Directory, 0x1ED, 0L, null), ("h", ImageEntryKind.File, 0x9ED, 7L, null), ("l", ImageEntryKind.SymbolicLink, 0x1A4, 0L, "d/a")]);
    }

    [Fact]
    public async Task What_was_never_asked_needs_the_layer()
    {
        var image = TestImage.Write(_layout, new RawTar().File("a", "one").File("b", "two").End());
        await ReadAsync(image, files => Text(files, "a"));

        await Should.ThrowAsync<LayerNotReadException>(() => ReadAsync(image, files => Text(files, "b")));
        await Should.ThrowAsync<LayerNotReadException>(() => ReadAsync(image, files => files.Open(files.Find("a")!)));
        await Should.ThrowAsync<LayerNotReadException>(() => ReadAsync(image, files => files.Ask(files.Find("a")!, "another question", _ => [])));
        (await ReadAsync(image, files => Text(files, "b"), _cache.Forgetful())).ShouldBe("two");
        (await ReadAsync(image, files => Text(files, "b"))).ShouldBe("two", "it was noted");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(-1)]
    public async Task Damaged_notes_are_none(int at)
    {
        var image = TestImage.Write(_layout, new RawTar().File("a", "one").End());
        await ReadAsync(image, files => Text(files, "a"));
        var file = Directory.GetFiles(_directory["notes"]).ShouldHaveSingleItem();
        var bytes = File.ReadAllBytes(file);
        bytes[at < 0 ? bytes.Length + at : at] ^= 1;
        File.WriteAllBytes(file, bytes);

        (await ReadAsync(image, files => Text(files, "a"))).ShouldBe("one");
        File.ReadAllBytes(file).ShouldNotBe(bytes, "they are written anew");
        File.WriteAllBytes(file, bytes[..10]);
        (await ReadAsync(image, files => Text(files, "a"))).ShouldBe("one");
    }

    [Fact]
    public async Task Notes_that_another_release_has_in_its_hands_are_none()
    {
        var image = TestImage.Write(_layout, new RawTar().File("a", "one").End());
        await ReadAsync(image, files => Text(files, "a"));
        var file = Directory.GetFiles(_directory["notes"]).ShouldHaveSingleItem();
        using var held = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None);

        (await ReadAsync(image, files => Text(files, "a"))).ShouldBe("one");
    }

    [Fact]
    public async Task A_place_that_can_not_be_written_keeps_nobody_from_reading_the_layer()
    {
        var image = TestImage.Write(_layout, new RawTar().File("a", "one").End());
        File.WriteAllText(_directory["notes"], "no directory");

        (await ReadAsync(image, files => Text(files, "a"))).ShouldBe("one");
        (await ReadAsync(image, files => Text(files, "a"))).ShouldBe("one");
    }

    [Fact]
    public async Task Notes_about_the_same_blob_with_another_diff_id_are_none()
    {
        var tar = new RawTar().File("a", "one").End();
        await ReadAsync(TestImage.Write(_layout, tar), files => Text(files, "a"));

        var lie = TestImage.Write(_layout, (TestImage.Gzip(tar), Digest.Of("other"u8)));

        (await Should.ThrowAsync<ImmutableBuildException>(() => ReadAsync(lie, files => Text(files, "a")))).Code.ShouldBe("IMB2003");
    }

    [Fact]
    public async Task The_limits_of_an_image_hold_for_noted_layers_too()
    {
        var image = TestImage.Write(_layout, new RawTar().Dir("a").Dir("b").Dir("c").End());
        await ReadAsync(image, _ => 0);

        foreach (var limits in new[] { new ImageLimits { MaxEntries = 2 }, new ImageLimits { MaxBytes = 1000 } })
        {
            (await Should.ThrowAsync<ImmutableBuildException>(() => ReadAsync(image, _ => 0, limits: limits))).Code.ShouldBe("IMB2004");
        }
    }

    [Fact]
    public async Task Only_so_many_are_kept_those_used_last()
    {
        var images = Enumerable.Range(0, LayerNotesCache.MaximumFiles).Select(i => TestImage.Write(_layout, new RawTar().File("a", $"{i}").End())).ToArray();
        foreach (var image in images.Append(images[0]))
        {
            _time.Now += TimeSpan.FromMinutes(1);
            await ReadAsync(image, files => Text(files, "a"));
        }

        _time.Now += TimeSpan.FromMinutes(1);
        await ReadAsync(TestImage.Write(_layout, new RawTar().File("a", "one more").End()), files => Text(files, "a"));

        Directory.GetFiles(_directory["notes"]).Length.ShouldBe(LayerNotesCache.MaximumFiles);
        RemoveLayers();
        (await ReadAsync(images[0], files => Text(files, "a"))).ShouldBe("0");
        await Should.ThrowAsync<ImmutableBuildException>(() => ReadAsync(images[1], files => Text(files, "a")));
    }

    // The blobs that are gzip archives.
    private void RemoveLayers()
    {
        foreach (var blob in Directory.GetFiles(Path.Combine(_layout.Directory, "blobs", "sha256")).Where(blob => File.ReadAllBytes(blob) is [0x1f, 0x8b, ..]))
        {
            File.Delete(blob);
        }
    }

    private async Task<T> ReadAsync<T>(Descriptor image, Func<ImageFileSystem, T> read, LayerNotesCache? cache = null, ImageLimits? limits = null)
    {
        using var files = await ImageFileSystem.OpenAsync(_layout, image.Digest, _directory["scratch"], limits ?? new ImageLimits(), cache ?? _cache, TestContext.Current.CancellationToken);
        var result = read(files);
        files.KeepNotes(_cache);
        return result;
    }

    private static string Text(ImageFileSystem files, string path) => Encoding.UTF8.GetString(files.Read(files.Find(path).ShouldNotBeNull(), 1 << 20));

    private sealed class SettableTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 11, 21, 8, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
