using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Local;
using ImmutableBuild.Local.Images;
using ImmutableBuild.Local.Launch;
using ImmutableBuild.Releases;
using ImmutableBuild.Tests.Images;

namespace ImmutableBuild.Tests.Local;

public sealed class ImageStoreTests : IDisposable
{
    private static readonly AppKey Production = new("web", "production");
    private static readonly AppKey Staging = new("web", "staging");

    private readonly TemporaryDirectory _directory = new();
    private readonly OciLayout _source;
    private readonly LocalLayout _layout;
    private readonly ImageStore _store;

    public ImageStoreTests()
    {
        _source = OciLayout.OpenOrCreate(_directory["store"]);
        _layout = new LocalLayout(_directory["data"]);
        _store = new ImageStore(_layout, TimeProvider.System);
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task An_image_is_unpacked_with_its_files_read_only_and_its_modes_kept()
    {
        var image = Image(LocalImages.File("app/web", "program", LocalImages.Program), LocalImages.File("app/wwwroot/größe.css", "body{}"));

        var unpacked = await Use(Production, image);

        Read(unpacked, "app/web").ShouldBe("program");
        Read(unpacked, "app/wwwroot/größe.css").ShouldBe("body{}");
        unpacked.Config.Config!.Entrypoint!.Value.ShouldBe(["/app/web"]);
        if (!OperatingSystem.IsWindows())
        {
            Mode(unpacked, "app/web").ShouldBe("555");
            Mode(unpacked, "app/wwwroot/größe.css").ShouldBe("444");
            Mode(unpacked, "app/wwwroot").ShouldBe("555");
            Convert.ToString((int)File.GetUnixFileMode(_layout.Root), 8).ShouldBe("700");
        }
    }

    [Fact]
    public async Task Of_an_index_the_image_of_this_machines_kind_is_unpacked()
    {
        var (foreign, own) = (Image(LocalImages.File("app/web", "foreign", LocalImages.Program)), Image(LocalImages.File("app/web", "own", LocalImages.Program)));
        var index = _source.WriteBlob(MediaTypes.Index, OciJson.Write(new ImageIndex
        {
            MediaType = MediaTypes.Index,
            Manifests = [Entry(foreign, HostPlatform.Own with { Architecture = "s390x" }), Entry(own, HostPlatform.Own)],
        }));

        var unpacked = await Use(Production, index.Digest);

        Read(unpacked, "app/web").ShouldBe("own");
        (await _store.CompareAsync(index.Digest, TestContext.Current.CancellationToken)).ShouldBeEmpty();

        Descriptor Entry(Digest image, Platform platform) => new() { MediaType = MediaTypes.Manifest, Size = new FileInfo(_source.BlobPath(image)).Length, Digest = image, Platform = platform };
    }

    [Fact]
    public async Task Files_of_equal_content_are_kept_once_for_all_images()
    {
        await Use(Production, Image(LocalImages.File("app/web", "v1", LocalImages.Program), LocalImages.File("app/runtime.dll", "runtime")));
        await Use(Production, Image(LocalImages.File("app/web", "v2", LocalImages.Program), LocalImages.File("app/runtime.dll", "runtime"), LocalImages.File("app/copy.dll", "runtime")));

        ContentFiles().Length.ShouldBe(3);
    }

    [Fact]
    public async Task A_plain_and_an_executable_file_of_equal_content_keep_their_own_modes()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there is no such mode");

        var unpacked = await Use(Production, Image(LocalImages.File("a", "same"), LocalImages.File("b", "same", LocalImages.Program)));

        (Mode(unpacked, "a"), Mode(unpacked, "b")).ShouldBe(("444", "555"));
    }

    [Fact]
    public async Task Links_stay_within_the_image_and_those_that_would_leave_it_are_left_out()
    {
        var unpacked = await Use(Production, Image(
            LocalImages.File("usr/share/dotnet/dotnet", "host", LocalImages.Program),
            LocalImages.Link("usr/bin/dotnet", "/usr/share/dotnet/dotnet"),
            LocalImages.Link("lib", "../../../../usr/share"),
            LocalImages.Link("etc/passwd", "/etc/hostname"),
            LocalImages.Link("etc/up", "../../../../../../../../etc/hostname"),
            LocalImages.Pipe("run/pipe")));

        Read(unpacked, "usr/bin/dotnet").ShouldBe("host");
        File.ResolveLinkTarget(Path.Combine(unpacked.RootDirectory, "usr/bin/dotnet"), returnFinalTarget: true)!.FullName.ShouldStartWith(unpacked.RootDirectory);
        Read(unpacked, "lib/dotnet/dotnet").ShouldBe("host");
        Directory.EnumerateFileSystemEntries(unpacked.RootDirectory, "*", SearchOption.AllDirectories)
            .Select(Path.GetFileName).ShouldNotContain(name => name == "passwd" || name == "up" || name == "pipe");
    }

    [Fact]
    public async Task An_image_that_is_there_is_used_again_without_its_source()
    {
        var image = Image(LocalImages.File("app/web", "program"));
        await Use(Production, image);

        var again = await _store.UseAsync(Production, image, () => throw new InvalidOperationException("not asked"), TestContext.Current.CancellationToken);

        Read(again, "app/web").ShouldBe("program");
    }

    [Fact]
    [Trait("Fault", "F37")]
    public async Task A_file_that_was_changed_on_disk_is_found_and_replaced()
    {
        var image = Image(LocalImages.File("app/web", "program"), LocalImages.File("app/other", "other"));
        var unpacked = await Use(Production, image);
        Overwrite(Path.Combine(unpacked.RootDirectory, "app/web"), "evil!!!");

        var again = await Use(Production, image);

        Read(again, "app/web").ShouldBe("program");
        ContentFiles().Select(File.ReadAllText).Order().ShouldBe(["other", "program"]);
    }

    [Fact]
    [Trait("Fault", "F01")]
    public async Task What_a_killed_unpacking_left_is_never_used_and_goes()
    {
        var image = Image(LocalImages.File("app/web", "program"));
        var half = Path.Combine(_layout.Images, $".unfinished-{image.Hex}", "rootfs", "app");
        Directory.CreateDirectory(half);
        await File.WriteAllTextAsync(Path.Combine(half, "web"), "prog", TestContext.Current.CancellationToken);

        Read(await Use(Production, image), "app/web").ShouldBe("program");
        Directory.GetDirectories(_layout.Images).ShouldBe([_layout.Image(image)]);
    }

    [Fact]
    public async Task Many_releases_may_unpack_the_same_image_at_once()
    {
        var image = Image(LocalImages.File("app/web", "program"));

        var all = await Task.WhenAll(Enumerable.Range(0, 8).Select(index => Task.Run(() =>
            new ImageStore(_layout, TimeProvider.System).UseAsync(new AppKey("web", $"e{index}"), image, () => _source, TestContext.Current.CancellationToken))));

        all.ShouldAllBe(unpacked => Read(unpacked, "app/web") == "program");
    }

    [Fact]
    [Trait("Fault", "F41")]
    public async Task Only_what_no_environment_needs_any_more_is_removed()
    {
        var old = Image(LocalImages.File("app/web", "v1"), LocalImages.File("app/runtime", "runtime"));
        var shared = Image(LocalImages.File("app/web", "v2"), LocalImages.File("app/runtime", "runtime"));
        await Use(Production, old);
        await Use(Production, shared);
        await Use(Staging, shared);

        (await Keep(Production)).ShouldBe(1, "staging still needs the other one");
        Directory.Exists(_layout.Image(old)).ShouldBeFalse();
        Read(await Use(Staging, shared), "app/web").ShouldBe("v2");
        ContentFiles().Select(File.ReadAllText).Order().ShouldBe(["runtime", "v2"]);

        (await Keep(Staging)).ShouldBe(1);
        ContentFiles().ShouldBeEmpty();
    }

    [Fact]
    public async Task What_another_release_begins_to_use_while_this_one_waits_its_turn_stays()
    {
        var image = Image(LocalImages.File("app/web", "program"));
        await Use(Production, image);
        var time = new HeldTime();
        var held = await ImageStoreLock.AcquireAsync(_layout, TimeProvider.System, TestContext.Current.CancellationToken);
        var stopping = new ImageStore(_layout, time).KeepOnlyAsync(Production, new HashSet<Digest>(), TestContext.Current.CancellationToken);
        held.Dispose();

        var running = await Use(Production, image);
        time.GoOn();

        (await stopping).ShouldBe(0);
        Read(running, "app/web").ShouldBe("program");
        (await Keep(Production)).ShouldBe(1, "now it is no longer needed");
    }

    [Fact]
    [Trait("Fault", "F40")]
    public async Task A_data_directory_that_can_not_be_made_is_named()
    {
        var file = _directory["a-file"];
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);
        var store = new ImageStore(new LocalLayout(Path.Combine(file, "data")), TimeProvider.System);

        var refusal = await Should.ThrowAsync<ImmutableBuildException>(() =>
            store.UseAsync(Production, Image(LocalImages.File("app/web", "program")), () => _source, TestContext.Current.CancellationToken));

        refusal.Code.ShouldBe("IMB6100");
        refusal.Message.ShouldContain(file);
        refusal.Message.ShouldContain("ImmutableDataDirectory");
    }

    [Fact]
    public async Task A_name_with_backslashes_stays_below_the_root()
    {
        var image = Image(LocalImages.File("app/..\\..\\evil", "x"));
        if (OperatingSystem.IsWindows())
        {
            (await Should.ThrowAsync<ImmutableBuildException>(() => Use(Production, image))).Code.ShouldBe("IMB6114");
            return;
        }

        Read(await Use(Production, image), "app/..\\..\\evil").ShouldBe("x", "a backslash is a letter like any other here");
    }

    private Digest Image(params System.Formats.Tar.TarEntry[] entries) => LocalImages.Write(_source, LocalImages.App, LocalImages.Layer(entries));

    private Task<UnpackedImage> Use(AppKey user, Digest image) => _store.UseAsync(user, image, () => _source, TestContext.Current.CancellationToken);

    private Task<int> Keep(AppKey user, params Digest[] needed) => _store.KeepOnlyAsync(user, needed.ToHashSet(), TestContext.Current.CancellationToken);

    private string[] ContentFiles() => Directory.GetFiles(_layout.Files, "*", SearchOption.AllDirectories);

    private static string Read(UnpackedImage image, string path) => File.ReadAllText(Path.Combine(image.RootDirectory, path));

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Interoperability", "CA1416", Justification = "callers skip on Windows")]
    private static string Mode(UnpackedImage image, string path) => Convert.ToString((int)File.GetUnixFileMode(Path.Combine(image.RootDirectory, path)), 8);

    private static void Overwrite(string path, string content)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        File.WriteAllText(path, content);
    }

    /// <summary>Whoever waits goes on once told to.</summary>
    private sealed class HeldTime : TimeProvider
    {
        private Action _waiting = () => { };

        public void GoOn() => _waiting();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _waiting = () => callback(state);
            return base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, period);
        }
    }
}
