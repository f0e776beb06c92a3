using System.IO.Compression;
using System.Text;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;

namespace ImmutableBuild.Tests.Images.Contents;

/// <summary>The layers that have to be refused.</summary>
public sealed class HostileLayerTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly OciLayout _layout;

    public HostileLayerTests() => _layout = OciLayout.OpenOrCreate(_directory["layout"]);

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("../evil")]
    [InlineData("a/../../evil")]
    [InlineData("/etc/passwd")]
    [InlineData("..")]
    public Task Names_that_lead_outside(string name) => Refused(new RawTar().File(name));

    [Fact]
    public Task A_file_behind_a_link_of_the_same_layer() => Refused(new RawTar().Symlink("d", "/etc").File("d/passwd"));

    [Fact]
    public Task A_file_behind_a_circle_of_links() => Refused([new RawTar().Symlink("a", "b").Symlink("b", "a").End(), new RawTar().File("a/x").End()]);

    [Fact]
    public Task A_file_below_a_file() => Refused(new RawTar().File("f").File("f/x"));

    [Theory]
    [InlineData("../../etc/shadow")]
    [InlineData("/etc/shadow")]
    [InlineData("missing")]
    [InlineData("directory")]
    public Task Hard_links_to_no_file_of_the_image(string target) => Refused(new RawTar().Dir("directory").HardLink("h", target));

    [Theory]
    [InlineData(".wh.")]
    [InlineData(".wh..")]
    [InlineData(".wh...")]
    [InlineData("a/.wh.")]
    public Task Whiteouts_of_no_file(string name) => Refused(new RawTar().File(name));

    [Fact]
    public Task The_same_name_twice() => Refused(new RawTar().File("a", "1").File("./a", "2"));

    [Fact]
    public Task A_name_with_a_nul() => Refused(new RawTar().Pax(("path", "a\0b")).File("a"));

    // Runtimes take the name of the header then, and what is there would go unseen.
    [Fact]
    public Task An_extended_header_with_an_empty_name() => Refused(new RawTar().Pax(("path", "")).File("a"));

    [Fact]
    public Task A_long_name_that_is_empty() => Refused(new RawTar().Entry('L', "././@LongLink", [0]).File("a"));

    [Fact]
    public Task An_extended_header_with_an_empty_target() => Refused(new RawTar().Pax(("linkpath", "")).Symlink("a", "b"));

    [Fact]
    public Task A_long_name_beside_an_extended_one() => Refused(new RawTar().Entry('L', "././@LongLink", Encoding.UTF8.GetBytes("b\0")).Pax(("path", "c")).File("a"));

    [Fact]
    public Task Two_extended_headers_of_one_entry() => Refused(new RawTar().Pax(("path", "b")).Pax(("mtime", "1")).File("a"));

    [Fact]
    public Task A_name_too_long() => Refused(new RawTar().Pax(("path", new string('n', 256))).File("a"));

    [Fact]
    public Task A_path_too_deep() => Refused(new RawTar().Pax(("path", string.Concat(Enumerable.Repeat("d/", 300)) + "f")).File("a"));

    [Fact]
    public Task A_huge_extended_header() => Refused(new RawTar().Entry('x', "pax", new byte[(1 << 20) + 1]));

    [Theory]
    [InlineData("77777777777")]
    [InlineData("-0000000001")]
    [InlineData("0000000000x")]
    [InlineData("\00000001000")]
    [InlineData(" \0000001000")]
    public Task Sizes_that_cannot_be(string size) => Refused(new RawTar().Entry('0', "a", size: size));

    // What follows is a header for the one reader, and content that hides it for the other.
    [Theory]
    [InlineData('\0')]
    [InlineData('0')]
    [InlineData('7')]
    public Task Directories_by_their_name_that_have_content(char type) => Refused(new RawTar().Entry(type, "d/", new RawTar().File(".wh.a").End()[..512]));

    [Theory]
    [InlineData("999999999999999999999")]
    [InlineData("-1")]
    public Task Extended_sizes_that_cannot_be(string size) => Refused(new RawTar().Pax(("size", size)).File("a"));

    [Fact]
    public Task Sparse_files() => Refused(new RawTar().Entry('S', "a"));

    [Fact]
    public Task Sparse_files_by_extended_header() => Refused(new RawTar().Pax(("GNU.sparse.major", "1")).File("a"));

    [Fact]
    public Task Unknown_types() => Refused(new RawTar().Entry('Z', "a"));

    [Fact]
    public Task A_damaged_header()
    {
        var tar = new RawTar().File("a").End();
        tar[0] ^= 1;
        return Refused([tar]);
    }

    [Fact]
    public Task An_archive_cut_off() => Refused([new RawTar().File("a", new string('x', 2000)).End()[..1000]]);

    [Fact]
    public async Task Devices_are_shown_as_such_and_never_as_content()
    {
        using var files = await TestImage.OpenAsync(_layout, TestImage.Write(_layout, new RawTar().Entry('3', "sda").Entry('6', "pipe").End()));

        files.Entries.ShouldAllBe(entry => entry.Kind == ImageEntryKind.Special);
        Should.Throw<ArgumentException>(() => files.Open(files.Find("sda")!));
    }

    [Fact]
    public async Task Content_that_is_not_what_its_diff_id_says()
    {
        var image = TestImage.Write(_layout, (TestImage.Gzip(new RawTar().File("a").End()), Digest.Of("other"u8)));

        (await Refusal(image)).Message.ShouldContain("diff_id");
    }

    [Fact]
    public async Task A_layer_that_is_no_gzip_archive()
    {
        var image = TestImage.Write(_layout, (Encoding.UTF8.GetBytes("no gzip"), Digest.Of("no gzip"u8)));

        (await Refusal(image)).Code.ShouldBe("IMB2003");
    }

    [Fact]
    public async Task A_damaged_blob()
    {
        var image = TestImage.Write(_layout, new RawTar().File("a", "content").End());
        var manifest = await _layout.ReadManifestAsync(image.Digest, TestContext.Current.CancellationToken);
        var path = _layout.BlobPath(manifest.Layers[0].Digest);
        var bytes = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);

        (await Refusal(image)).Code.ShouldBeOneOf("IMB2002", "IMB2003");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100_000)]
    public async Task L10_bytes_after_the_end_of_the_archive(int length)
    {
        var tar = new RawTar().File("a", "content").End();
        var image = TestImage.Write(_layout, ([.. TestImage.Gzip(tar), .. Enumerable.Repeat((byte)'x', length)], Digest.Of(tar)));

        (await Refusal(image)).Message.ShouldContain("follows after its end");
    }

    [Fact]
    public async Task L10_several_archives_in_one_layer_are_one_as_for_everybody_else()
    {
        var tar = new RawTar().File("a", "one").File("b", "two").End();
        using var files = await TestImage.OpenAsync(_layout, TestImage.Write(_layout, ([.. TestImage.Gzip(tar[..1500]), .. TestImage.Gzip(tar[1500..])], Digest.Of(tar))));

        files.Paths().ShouldBe(["a", "b"]);
    }

    [Fact]
    public async Task L10_an_archive_whose_second_part_is_cut_off()
    {
        var tar = new RawTar().File("a", "one").File("b", "two").End();
        var image = TestImage.Write(_layout, ([.. TestImage.Gzip(tar[..1500]), .. TestImage.Gzip(tar[1500..])[..^9]], Digest.Of(tar)));

        (await Refusal(image)).Code.ShouldBe("IMB2003");
    }

    [Fact]
    public async Task L6_a_layer_of_zstd()
    {
        var image = TestImage.Write(_layout, new RawTar().File("a").End());
        var manifest = await _layout.ReadManifestAsync(image.Digest, TestContext.Current.CancellationToken);
        var zstd = manifest with { Layers = [manifest.Layers[0] with { MediaType = "application/vnd.oci.image.layer.v1.tar+zstd" }] };

        (await Refusal(_layout.WriteBlob(image.MediaType, ImmutableBuild.Images.Oci.OciJson.Write(zstd)))).Message.ShouldContain("gzip and plain tar can");
    }

    [Fact]
    public async Task L8_names_that_other_systems_take_for_one_are_several()
    {
        using var files = await TestImage.OpenAsync(_layout, TestImage.Write(_layout, new RawTar().File("App").File("app").File("app.").File("app ").End()));

        files.Paths().ShouldBe(["App", "app", "app ", "app."]);
    }

    [Fact]
    public async Task A_name_that_steers_terminals_is_told_in_letters()
    {
        var told = (await Refusal(TestImage.Write(_layout, new RawTar().File("\u001b[2J/../x").End()))).Diagnostics[0].Message;

        told.ShouldContain("\\u001b[2J");
        told.Any(char.IsControl).ShouldBeFalse();
    }

    [Fact]
    public async Task More_layers_than_diff_ids()
    {
        var image = TestImage.Write(_layout, new RawTar().File("a").End());
        var manifest = await _layout.ReadManifestAsync(image.Digest, TestContext.Current.CancellationToken);
        var more = _layout.WriteBlob(image.MediaType, ImmutableBuild.Images.Oci.OciJson.Write(manifest with { Layers = [.. manifest.Layers, manifest.Layers[0]] }));

        (await Refusal(more)).Code.ShouldBe("IMB2001");
    }

    [Fact]
    public async Task A_gzip_bomb_by_its_ratio()
    {
        var image = TestImage.Write(_layout, new byte[4 << 20]);

        (await Refusal(image, new ImageLimits { RatioFloor = 1 << 20, MaxRatio = 50 })).Code.ShouldBe("IMB2004");
    }

    [Fact]
    public async Task L6_a_gigabyte_of_zeros_in_a_megabyte()
    {
        var part = new MemoryStream();
        using (var gzip = new GZipStream(part, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            gzip.Write(new byte[64 << 20]);
        }

        var bomb = Enumerable.Repeat(part.ToArray(), 16).SelectMany(bytes => bytes).ToArray();

        bomb.Length.ShouldBeLessThan(2 << 20);
        (await Refusal(TestImage.Write(_layout, (bomb, Digest.Of("never reached"u8))))).Message.ShouldContain("for each compressed byte");
    }

    [Fact]
    public async Task A_layer_that_is_simply_too_large()
    {
        var image = TestImage.Write(_layout, new byte[4 << 20]);

        (await Refusal(image, new ImageLimits { MaxBytes = 1 << 20 })).Code.ShouldBe("IMB2004");
    }

    [Fact]
    public async Task L6_a_layer_that_says_it_is_larger_than_any_image_is_not_even_fetched()
    {
        var image = TestImage.Write(_layout, new RawTar().File("a").End());
        var manifest = await _layout.ReadManifestAsync(image.Digest, TestContext.Current.CancellationToken);
        var huge = manifest with { Layers = [manifest.Layers[0] with { Size = long.MaxValue }, manifest.Layers[0] with { Size = long.MaxValue }] };

        (await Refusal(_layout.WriteBlob(image.MediaType, ImmutableBuild.Images.Oci.OciJson.Write(huge)))).Code.ShouldBe("IMB2004");
    }

    [Fact]
    public async Task Too_many_entries()
    {
        var tar = Enumerable.Range(0, 11).Aggregate(new RawTar(), (archive, i) => archive.Dir($"d{i}")).End();

        (await Refusal(TestImage.Write(_layout, tar), new ImageLimits { MaxEntries = 10 })).Code.ShouldBe("IMB2004");
    }

    [Fact]
    public async Task Names_that_are_too_long_together()
    {
        var tar = new RawTar().File(new string('a', 60)).Symlink("l", new string('b', 60)).End();

        (await Refusal(TestImage.Write(_layout, tar), new ImageLimits { MaxNameLength = 120 })).Code.ShouldBe("IMB2004");
    }

    [Fact]
    public async Task Too_many_directories_that_only_a_name_tells_of()
    {
        var tar = new RawTar().File("1/2/3/4/5/6/7/8/9/10/file").End();

        (await Refusal(TestImage.Write(_layout, tar), new ImageLimits { MaxEntries = 10 })).Code.ShouldBe("IMB2004");
    }

    private Task Refused(RawTar tar) => Refused([tar.End()]);

    private async Task Refused(byte[][] tars)
    {
        (await Refusal(TestImage.Write(_layout, tars))).Code.ShouldBe("IMB2003");
        Directory.EnumerateFiles(Path.Combine(_layout.Directory, "scratch")).ShouldBeEmpty();
    }

    private async Task<ImmutableBuildException> Refusal(ImmutableBuild.Images.Oci.Descriptor image, ImageLimits? limits = null) =>
        await Should.ThrowAsync<ImmutableBuildException>(async () => (await TestImage.OpenAsync(_layout, image, limits)).Dispose());
}
