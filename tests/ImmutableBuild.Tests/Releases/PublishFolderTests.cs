using ImmutableBuild.Releases;

namespace ImmutableBuild.Tests.Releases;

/// <summary>What stays in the publish folder from one release to the next: files of packages, and nothing else.</summary>
public sealed class PublishFolderTests : IDisposable
{
    private static readonly DateTime s_time = new(2025, 5, 5, 5, 5, 5, DateTimeKind.Utc);

    private readonly string _root = Directory.CreateTempSubdirectory("imb-publish-").FullName;

    private string Out => Path.Combine(_root, "publish");

    private string Packages => Path.Combine(_root, "packages");

    private PublishFolder Folder => new(Out);

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void What_came_from_packages_stays_and_all_else_goes()
    {
        Publish(("app.dll", Source("app.dll", "app")), ("lib.dll", Package("lib/1.0/lib.dll", "lib")), ("de/lib.resources.dll", Package("lib/1.0/de.dll", "de")));
        File.WriteAllText(Path.Combine(Out, "left.txt"), "by a target of the project");

        Folder.Clear();

        Files().ShouldBe(["de/lib.resources.dll", "lib.dll"]);
    }

    [Theory]
    [InlineData("content")]
    [InlineData("time")]
    [InlineData("mode")]
    [InlineData("link")]
    public void A_package_s_file_that_was_changed_goes(string how)
    {
        Publish(("lib.dll", Package("lib/1.0/lib.dll", "lib")), ("other.dll", Package("other/1.0/other.dll", "other")));
        var file = Path.Combine(Out, "lib.dll");
        switch (how)
        {
            case "content":
                File.WriteAllText(file, "longer");
                File.SetLastWriteTimeUtc(file, s_time);
                break;
            case "time":
                File.SetLastWriteTimeUtc(file, s_time.AddSeconds(1));
                break;
            case "mode" when !OperatingSystem.IsWindows():
                File.SetUnixFileMode(file, File.GetUnixFileMode(file) | UnixFileMode.OtherExecute);
                break;
            case "link" when !OperatingSystem.IsWindows():
                File.Delete(file);
                File.CreateSymbolicLink(file, Path.Combine(Packages, "lib/1.0/lib.dll"));
                break;
            default:
                Assert.Skip("Windows has neither modes nor links for everyone.");
                break;
        }

        Folder.Clear();

        Files().ShouldBe(["other.dll"]);
        File.ReadAllText(Path.Combine(Packages, "lib/1.0/lib.dll")).ShouldBe("lib");
    }

    [Fact]
    public void What_is_published_no_more_goes_though_it_came_from_a_package()
    {
        Publish(("lib.dll", Package("lib/1.0/lib.dll", "lib")), ("old.dll", Package("old/1.0/old.dll", "old")));
        Folder.Clear();

        Publish(("lib.dll", Package("lib/1.0/lib.dll", "lib")));

        Files().ShouldBe(["lib.dll"]);
        Folder.Clear();
        Files().ShouldBe(["lib.dll"]);
    }

    [Fact]
    public void Another_version_of_the_same_size_and_time_takes_the_place()
    {
        Publish(("lib.dll", Package("lib/1.0/lib.dll", "one")));
        Folder.Clear();

        Publish(("lib.dll", Package("lib/2.0/lib.dll", "two")));

        File.ReadAllText(Path.Combine(Out, "lib.dll")).ShouldBe("two");
    }

    [Fact]
    public void A_file_of_the_project_takes_the_place_of_a_package_s_though_size_and_time_are_the_same()
    {
        Publish(("settings.json", Package("lib/1.0/settings.json", "one")));
        Folder.Clear();

        Publish(("settings.json", Source("settings.json", "two")));

        File.ReadAllText(Path.Combine(Out, "settings.json")).ShouldBe("two");
        Folder.Clear();
        Files().ShouldBeEmpty();
    }

    [Fact]
    public void What_a_target_of_the_project_puts_in_a_package_s_file_s_place_is_left_to_it()
    {
        Publish(("lib.dll", Package("lib/1.0/lib.dll", "lib")));
        Folder.Clear();
        File.WriteAllText(Path.Combine(Out, "lib.dll"), "made by a target");

        Folder.Settle([], [Packages]);

        Files().ShouldBe(["lib.dll"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no separator")]
    [InlineData("../outside.txt\t{0}")]
    [InlineData("/etc/passwd\t{0}")]
    public void A_note_that_makes_no_sense_keeps_nothing_and_harms_nothing(string note)
    {
        Publish(("lib.dll", Package("lib/1.0/lib.dll", "lib")));
        var outside = Path.Combine(_root, "outside.txt");
        File.Copy(Path.Combine(Packages, "lib/1.0/lib.dll"), outside);
        File.WriteAllText(Out + ".packages.txt", note.Replace("{0}", Path.Combine(Packages, "lib/1.0/lib.dll"), StringComparison.Ordinal));

        Folder.Clear();
        Folder.Settle([], [Packages]);

        Files().ShouldBeEmpty();
        File.Exists(outside).ShouldBeTrue();
    }

    [Fact]
    public void A_link_in_the_folder_s_place_is_removed_and_not_what_it_leads_to()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no links for everyone.");
        var elsewhere = Directory.CreateDirectory(Path.Combine(_root, "elsewhere")).FullName;
        File.WriteAllText(Path.Combine(elsewhere, "precious.txt"), "");
        Directory.CreateSymbolicLink(Out, elsewhere);

        Folder.Clear();

        Directory.Exists(Out).ShouldBeFalse();
        File.Exists(Path.Combine(elsewhere, "precious.txt")).ShouldBeTrue();
    }

    [Fact]
    public void Which_files_are_a_package_s_is_known_until_they_are_changed()
    {
        Publish(("app.dll", Source("app.dll", "app")), ("lib.dll", Package("lib/1.0/lib.dll", "lib")), ("other.dll", Package("other/1.0/other.dll", "other")));
        PublishFolder.PackageFilesIn(Out).ShouldBe(
            new Dictionary<string, string>
            {
                [Path.Combine(Out, "lib.dll")] = Path.Combine(Packages, "lib/1.0/lib.dll"),
                [Path.Combine(Out, "other.dll")] = Path.Combine(Packages, "other/1.0/other.dll"),
            },
            ignoreOrder: true);

        File.WriteAllText(Path.Combine(Out, "lib.dll"), "LIB");

        PublishFolder.PackageFilesIn(Out).Keys.ShouldBe([Path.Combine(Out, "other.dll")]);
        PublishFolder.PackageFilesIn(Path.Combine(_root, "elsewhere")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("app.deps.json", "{\n}")]
    [InlineData("app.runtimeconfig.json", "{\n}")]
    [InlineData("settings.json", "{\r\n}")]
    public void What_the_SDK_writes_has_the_same_ends_of_lines_on_every_system(string name, string expected)
    {
        Publish((name, Source(name, "{\r\n}")), ("lib.deps.json", Package("lib/1.0/lib.deps.json", "{\r\n}")));

        File.ReadAllText(Path.Combine(Out, name)).ShouldBe(expected);
        File.ReadAllText(Path.Combine(Out, "lib.deps.json")).ShouldBe("{\r\n}");
    }

    // What the copying of publish does: a file of the same size and time is not copied again.
    private void Publish(params (string Path, string Source)[] files)
    {
        foreach (var (path, source) in files)
        {
            var target = new FileInfo(Path.Combine(Out, path));
            target.Directory!.Create();
            if (!target.Exists || target.Length != new FileInfo(source).Length || target.LastWriteTimeUtc != File.GetLastWriteTimeUtc(source))
            {
                File.Copy(source, target.FullName, overwrite: true);
            }
        }

        Folder.Settle(files.Select(file => KeyValuePair.Create(file.Path, file.Source)), [Packages]);
    }

    private string Package(string path, string content) => Write(Path.Combine(Packages, path), content);

    private string Source(string path, string content) => Write(Path.Combine(_root, "source", path), content);

    private static string Write(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        File.SetLastWriteTimeUtc(path, s_time);
        return path;
    }

    private string[] Files() => Directory.Exists(Out)
        ? [.. Directory.EnumerateFiles(Out, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Out, file).Replace('\\', '/')).Order(StringComparer.Ordinal)]
        : [];
}
