using System.Formats.Tar;
using ImmutableBuild.Docker.Builds;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Tests.Images;

namespace ImmutableBuild.Tests.Docker.Builds;

public sealed class BuildContextTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public BuildContextTests() => Write("Dockerfile", "FROM scratch\n");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Files_come_in_ordinal_order_behind_their_directories()
    {
        Write("src/b.txt", "b");
        Write("src/a/deep.txt", "d");
        Write("src.txt", "s");
        Directory.CreateDirectory(_directory["empty"]);

        Names().ShouldBe(["Dockerfile", "empty", "src", "src/a", "src/a/deep.txt", "src/b.txt", "src.txt"]);
    }

    [Fact]
    public void What_dockerignore_names_is_left_out_but_never_the_Dockerfile_or_that_file()
    {
        Write(".dockerignore", "*\n!src/**/*.cs\n");
        Write("secret.key", "");
        Write("src/a/A.cs", "");
        Write("src/a/A.tmp", "");
        Write("docs/only.md", "");

        Names().ShouldBe([".dockerignore", "Dockerfile", "src", "src/a", "src/a/A.cs"]);
    }

    [Fact]
    public void An_ignore_file_of_the_Dockerfiles_own_comes_before_the_contexts()
    {
        Write(".dockerignore", "b.txt\n");
        Write("Dockerfile.dockerignore", "a.txt\n*.dockerignore\n");
        Write("a.txt", "");
        Write("b.txt", "");

        Names().ShouldBe([".dockerignore", "Dockerfile", "b.txt"]);
    }

    [Fact]
    public void A_Dockerfile_from_elsewhere_comes_along_and_is_not_copied()
    {
        Write("app/main.pl", "");
        Write("app/.dockerignore", "*.tmp");
        var options = new DockerfileOptions { File = _directory["Dockerfile"], Context = _directory["app"] };
        var context = BuildContext.Find(options, [_directory["work"]], new ImageLimits());

        context.Entries.Select(entry => entry.Name).ShouldBe(["main.pl", ".dockerignore", context.Dockerfile]);
        System.Text.Encoding.UTF8.GetString(context.Entries[1].Content!).ShouldBe($"*.tmp\n{context.Dockerfile}\n");
        System.Text.Encoding.UTF8.GetString(context.Entries[2].Content!).ShouldBe("FROM scratch\n");
    }

    [Fact]
    public void A_Dockerfile_deeper_in_the_context_is_named_by_its_path()
    {
        Write("build/App.Dockerfile", "FROM scratch\n");
        Write(".dockerignore", "build\n");
        var context = BuildContext.Find(Options with { File = _directory["build/App.Dockerfile"] }, [_directory["work"]], new ImageLimits());

        context.Dockerfile.ShouldBe("build/App.Dockerfile");
        context.Entries.Select(entry => entry.Name).ShouldBe([".dockerignore", "Dockerfile", "build", "build/App.Dockerfile"]);
    }

    [Fact]
    public void The_releases_own_files_are_no_part_of_it()
    {
        Write("obj/immutable/image/index.json", "{}");
        Write("obj/other", "");
        Write("key.pem", "the signing key");
        Write("other/key.pem", "");

        Find("obj/immutable").Entries.Select(entry => entry.Name).ShouldBe(["Dockerfile", "obj", "obj/other", "other", "other/key.pem"]);
    }

    [Fact]
    public async Task The_archive_is_the_same_whatever_the_times_and_permissions_of_the_files()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no such permissions.");
            return;
        }

        Write("run.sh", "#!/bin/sh\n");
        Write("data/kept.txt", new string('x', 100_000));
        File.CreateSymbolicLink(_directory["link"], "../outside/" + new string('n', 120));
        File.CreateSymbolicLink(_directory["directory-link"], "data");
        File.SetUnixFileMode(_directory["run.sh"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        File.SetUnixFileMode(_directory["data/kept.txt"], UnixFileMode.UserRead);
        var first = await ArchiveAsync();

        File.SetUnixFileMode(_directory["data/kept.txt"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherWrite);
        File.SetLastWriteTimeUtc(_directory["run.sh"], DateTime.UnixEpoch);
        (await ArchiveAsync()).ShouldBe(first);

        using var reader = new TarReader(new MemoryStream(first));
        var entries = new Dictionary<string, TarEntry>(StringComparer.Ordinal);
        while (await reader.GetNextEntryAsync(copyData: true, Token) is { } entry)
        {
            entries.Add(entry.Name, entry);
        }

        entries.Keys.ShouldBe(["Dockerfile", "data/", "data/kept.txt", "directory-link", "link", "run.sh"]);
        Convert.ToString((int)entries["run.sh"].Mode, 8).ShouldBe("755");
        Convert.ToString((int)entries["data/kept.txt"].Mode, 8).ShouldBe("644");
        entries["data/kept.txt"].Length.ShouldBe(100_000);
        (entries["link"].EntryType, entries["link"].LinkName).ShouldBe((TarEntryType.SymbolicLink, "../outside/" + new string('n', 120)));
        (entries["directory-link"].EntryType, entries["directory-link"].LinkName).ShouldBe((TarEntryType.SymbolicLink, "data"));
        entries.Values.Select(entry => entry.ModificationTime).Distinct().ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("run.sh", "#!/bin/sh\n", true)]
    [InlineData("server", "\u007fELF…", true)]
    [InlineData("libserver.so", "\u007fELF…", false)]
    [InlineData("notes.sh", "echo", false)]
    [InlineData("empty", "", false)]
    public void Where_files_have_no_permissions_a_program_is_known_by_its_beginning(string name, string content, bool expected)
    {
        Write(name, content);

        BuildContext.BeginsAsProgram(_directory[name]).ShouldBe(expected);
    }

    [Fact]
    public async Task A_file_that_becomes_shorter_while_it_is_sent_ends_the_archive()
    {
        Write("growing.log", new string('x', 5000));
        await using var archive = ContextArchive.Open(Find("work"));
        Write("growing.log", "x");

        (await Should.ThrowAsync<ImmutableBuildException>(() => archive.CopyToAsync(Stream.Null, Token))).Code.ShouldBe("IMB2041");
        archive.Fault.ShouldBeOfType<ImmutableBuildException>();
    }

    [Fact]
    public void More_than_the_limits_allow_is_refused_before_anything_is_sent()
    {
        Write("large.bin", new string('x', 5000));

        Should.Throw<ImmutableBuildException>(() => BuildContext.Find(Options, [_directory["work"]], new ImageLimits { MaxBytes = 4000 })).Code.ShouldBe("IMB2004");
        Should.Throw<ImmutableBuildException>(() => BuildContext.Find(Options, [_directory["work"]], new ImageLimits { MaxEntries = 1 })).Message.ShouldContain(".dockerignore");
    }

    [Theory]
    [InlineData("Dockerfile", "elsewhere")]
    [InlineData("missing/Dockerfile", ".")]
    public void What_is_missing_is_named(string file, string context) =>
        Should.Throw<ImmutableBuildException>(() => BuildContext.Find(new DockerfileOptions { File = _directory[file], Context = _directory[context] }, [_directory["work"]], new ImageLimits())).Code.ShouldBe("IMB2040");

    private DockerfileOptions Options => new() { File = _directory["Dockerfile"], Context = _directory.Path };

    private IEnumerable<string> Names() => Find("work").Entries.Select(entry => entry.Name);

    private BuildContext Find(string work) => BuildContext.Find(Options, [_directory[work] + "/", _directory["key.pem"]], new ImageLimits());

    private async Task<byte[]> ArchiveAsync()
    {
        await using var archive = ContextArchive.Open(Find("work"));
        var bytes = new MemoryStream();
        await archive.CopyToAsync(bytes, Token);
        return bytes.ToArray();
    }

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_directory[name])!);
        File.WriteAllText(_directory[name], text);
    }
}
