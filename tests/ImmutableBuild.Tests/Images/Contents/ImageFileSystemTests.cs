using System.Text;
using ImmutableBuild.Images;

namespace ImmutableBuild.Tests.Images.Contents;

public sealed class ImageFileSystemTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly OciLayout _layout;

    public ImageFileSystemTests() => _layout = OciLayout.OpenOrCreate(_directory["layout"]);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Shows_a_file_with_its_facts_and_content()
    {
        using var files = await Squash(new RawTar().Dir("app/").File("app/web", "content", mode: 0x9ED).End());

        var file = files.Find("/app/web").ShouldNotBeNull();

        file.ShouldBe(files.Find("app/web"));
        file.Kind.ShouldBe(ImageEntryKind.File);
        (file.Mode, file.Size, file.Layer).ShouldBe((0x9ED, 7L, files.Manifest.Layers[0].Digest));
        Text(files, "app/web").ShouldBe("content");
    }

    [Fact]
    public async Task Upper_layers_replace_and_hide_what_lies_below()
    {
        using var files = await Squash(
            new RawTar().Dir("a").File("a/1", "old").File("a/2").Dir("b").File("b/1").File("c").End(),
            new RawTar().File("a/1", "new").File("a/.wh.2").File("b/.wh..wh..opq").File("b/2").File(".wh.c").End());

        files.Paths().ShouldBe(["a", "a/1", "b", "b/2"]);
        Text(files, "a/1").ShouldBe("new");
    }

    [Fact]
    public async Task A_whiteout_hides_only_lower_layers_wherever_it_stands_in_its_own()
    {
        using var files = await Squash(
            new RawTar().Dir("d").File("d/old").End(),
            new RawTar().File("d/new").File("d/.wh..wh..opq").File(".wh.d").End());

        files.Find("d/new").ShouldNotBeNull();
        files.Find("d/old").ShouldBeNull();
    }

    [Fact]
    public async Task A_file_in_a_directorys_place_hides_what_was_in_it()
    {
        using var files = await Squash(new RawTar().Dir("d").File("d/1").End(), new RawTar().File("d", "now a file").End());

        files.Paths().ShouldBe(["d"]);
    }

    [Fact]
    public async Task Symbolic_links_lead_to_files_of_the_image_only()
    {
        using var files = await Squash(new RawTar()
            .Dir("usr").Dir("usr/lib").File("usr/lib/os-release", "debian").Symlink("lib", "usr/lib")
            .Dir("etc").Symlink("etc/os-release", "../lib/os-release").Symlink("etc/passwd", "../../../../../../etc/passwd").Symlink("etc/host", "/etc/hostname").End());

        Text(files, "/etc/os-release").ShouldBe("debian");
        files.Find("/etc/passwd").ShouldBeNull("a link to itself goes round in a circle");
        files.Find("/etc/host").ShouldBeNull("the image has no such file; the machine's own must not show");
    }

    [Fact]
    public async Task A_circle_of_links_leads_nowhere()
    {
        using var files = await Squash(new RawTar().Symlink("a", "b").Symlink("b", "a").Symlink("s", "s/s/s/s").End());

        files.Find("a").ShouldBeNull();
        files.Find("s/x").ShouldBeNull();
        files.Paths().ShouldBe(["a", "b", "s"]);
    }

    [Fact]
    public async Task A_file_behind_a_lower_layers_link_lands_where_the_link_leads()
    {
        using var files = await Squash(
            new RawTar().Dir("usr").Dir("usr/lib").Symlink("lib", "usr/lib").End(),
            new RawTar().File("lib/so", "x").End());

        files.Find("usr/lib/so").ShouldNotBeNull().Path.ShouldBe("usr/lib/so");
    }

    [Fact]
    public async Task Hard_links_share_content()
    {
        using var files = await Squash(new RawTar().File("a", "shared").HardLink("b", "a").HardLink("c", "./b").End());

        Text(files, "c").ShouldBe("shared");
    }

    [Fact]
    public async Task Long_names_come_from_extended_headers()
    {
        var name = string.Join('/', Enumerable.Repeat(new string('n', 90), 4)) + "/é";
        using var files = await Squash(new RawTar().Pax(("path", name), ("mtime", "1.5")).File("short", "x").Entry('L', "././@LongLink", Encoding.UTF8.GetBytes("gnu/" + name + "\0")).File("cut").End());

        files.Find(name).ShouldNotBeNull();
        files.Find("gnu/" + name).ShouldNotBeNull();
        files.Find("short").ShouldBeNull();
    }

    [Fact]
    public async Task Content_can_be_read_in_parallel_and_only_up_to_a_bound()
    {
        using var files = await Squash(new RawTar().File("a", new string('a', 5000)).File("b", new string('b', 5000)).End());

        await Parallel.ForEachAsync(Enumerable.Range(0, 16), TestContext.Current.CancellationToken, (i, _) =>
        {
            Text(files, i % 2 == 0 ? "a" : "b").ShouldBe(new string(i % 2 == 0 ? 'a' : 'b', 5000));
            return ValueTask.CompletedTask;
        });
        Should.Throw<ImmutableBuild.Errors.ImmutableBuildException>(() => files.Read(files.Find("a")!, 4999)).Code.ShouldBe("IMB2004");
    }

    [Fact]
    public async Task Nothing_stays_on_disk()
    {
        (await Squash(new RawTar().File("a").End())).Dispose();

        Directory.EnumerateFiles(Path.Combine(_layout.Directory, "scratch")).ShouldBeEmpty();
    }

    private Task<ImageFileSystem> Squash(params byte[][] tars) => TestImage.OpenAsync(_layout, TestImage.Write(_layout, tars));

    private static string Text(ImageFileSystem files, string path) => Encoding.UTF8.GetString(files.Read(files.Find(path).ShouldNotBeNull(), 1 << 20));
}
