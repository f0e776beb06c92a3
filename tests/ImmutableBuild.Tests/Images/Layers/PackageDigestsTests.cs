using ImmutableBuild.Images;
using ImmutableBuild.Images.Layers;

namespace ImmutableBuild.Tests.Images.Layers;

/// <summary>What a package brought is read once; everything else each time.</summary>
public sealed class PackageDigestsTests : IDisposable
{
    private static readonly DateTime s_time = new(2025, 5, 5, 5, 5, 5, DateTimeKind.Utc);

    private readonly TemporaryDirectory _directory = new();

    private string File => _directory["work/packages.digests.txt"];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_package_s_file_is_not_read_again()
    {
        var planned = Planned("lib/1.0/lib.so", "\u007fELF one");
        Read(planned).Content.ShouldBe(DigestOf("\u007fELF one"));

        Rewrite(planned.Package!, "\u007fELF two");

        var again = Read(planned);
        again.Content.ShouldBe(DigestOf("\u007fELF one"));
        (again.Size, again.Executable, again.Planned).ShouldBe((8, false, planned with { Source = planned.Package! }));
    }

    [Fact]
    public void That_it_is_a_program_is_remembered_as_well()
    {
        var planned = Planned("host/1.0/apphost", "\u007fELF");
        Read(planned).Executable.ShouldBeTrue();
        Rewrite(planned.Package!, "text");

        Read(planned).Executable.ShouldBeTrue();
    }

    [Fact]
    public void A_copy_that_was_changed_and_does_not_show_it_is_not_what_is_taken()
    {
        var planned = Planned("lib/1.0/lib.dll", "one");
        Rewrite(planned.Source, "two");

        var read = Read(planned);

        read.Content.ShouldBe(DigestOf("one"));
        System.IO.File.ReadAllText(read.Planned.Source).ShouldBe("one");
    }

    [Fact]
    public void A_file_that_no_package_brought_is_read_each_time()
    {
        var planned = Planned("app/1.0/app.dll", "one") with { Package = null };
        Read(planned);
        System.IO.File.WriteAllText(planned.Source, "two");

        Read(planned).Content.ShouldBe(DigestOf("two"));
        System.IO.File.Exists(File).ShouldBeFalse("there is nothing to remember");
    }

    [Theory]
    [InlineData("time")]
    [InlineData("size")]
    [InlineData("place")]
    public void Another_time_size_or_place_is_another_file(string what)
    {
        var planned = Planned("lib/1.0/lib.dll", "one");
        Read(planned);

        var other = Planned(what == "place" ? "lib/2.0/lib.dll" : "lib/1.0/lib.dll", what == "size" ? "longer" : "two");
        if (what == "time")
        {
            System.IO.File.SetLastWriteTimeUtc(other.Package!, s_time.AddSeconds(1));
        }

        Read(other).Content.ShouldBe(DigestOf(what == "size" ? "longer" : "two"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("something else")]
    [InlineData("digests of packages' files 1\n{0}\tsha256:beef\tx")]
    [InlineData("digests of packages' files 1\n{0}\tsha256:0000000000000000000000000000000000000000000000000000000000000000\t?")]
    [InlineData("digests of packages' files 1\n\t\t\t\t")]
    public void What_is_damaged_is_read_again(string text)
    {
        var planned = Planned("lib/1.0/lib.dll", "one");
        Directory.CreateDirectory(_directory["work"]);
        System.IO.File.WriteAllText(File, text.Replace("{0}", $"{planned.Package}\t3\t{s_time.Ticks}", StringComparison.Ordinal));

        Read(planned).Content.ShouldBe(DigestOf("one"));
    }

    [Fact]
    public void A_package_that_is_gone_is_no_hindrance()
    {
        var planned = Planned("lib/1.0/lib.dll", "one");
        System.IO.File.Delete(planned.Package!);

        Read(planned).Content.ShouldBe(DigestOf("one"));
    }

    [Fact]
    public void One_layer_s_are_written_down_while_another_one_s_are_read()
    {
        var planned = Enumerable.Range(0, 2000).Select(i => Planned($"lib{i % 40}/1.0/lib{i}.dll", "one")).ToArray();
        var digests = new PackageDigests(File);

        var reading = Task.Run(() => Parallel.ForEach(planned, file => digests.Read(file)));
        while (!reading.IsCompleted)
        {
            digests.Save();
        }

        reading.IsCompletedSuccessfully.ShouldBeTrue();
        digests.Save();
        System.IO.File.ReadLines(File).Count().ShouldBe(planned.Length + 1);
    }

    private static void Rewrite(string file, string content)
    {
        System.IO.File.WriteAllText(file, content);
        System.IO.File.SetLastWriteTimeUtc(file, s_time);
    }

    // Each by one of its own, as in another build.
    private LayerFile Read(PlannedFile planned)
    {
        var digests = new PackageDigests(File);
        var read = digests.Read(planned);
        digests.Save();
        return read;
    }

    private PlannedFile Planned(string package, string content)
    {
        var name = Path.GetFileName(package);
        var (original, copy) = (_directory[$"packages/{package}"], _directory[$"publish/{name}"]);
        foreach (var file in (string[])[original, copy])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            Rewrite(file, content);
        }

        return new PlannedFile(copy, name) { Package = original };
    }

    private static Digest DigestOf(string text) => Digest.Of(System.Text.Encoding.UTF8.GetBytes(text));
}
