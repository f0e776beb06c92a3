using System.Text;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Tests.Images;

public sealed class BakeStageTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_self_contained_app_becomes_an_image_on_scratch()
    {
        var bake = await Baking.RunAsync(_directory, Baking.Compile(PublishOutput.Write(_directory["out"])));

        bake.Layers.Select(layer => layer.Name).ShouldBe(["root", "runtime", "packages", "projects", "static", "host", "app"]);
        (bake.Images[0].Platform, bake.Images[0].User, bake.Images[0].BaseDigest).ShouldBe(("linux/amd64", "1654", null));
        var layout = OciLayout.Open(bake.Layout);
        layout.Find(Baking.Commit).ShouldNotBeNull().Digest.ShouldBe(bake.Digest);
        var manifest = await layout.ReadManifestAsync(bake.Digest, None);
        var config = await layout.ReadConfigAsync(manifest, None);
        Golden.ShouldMatch("scratch.config.json", OciJson.Write(config with { RootFs = config.RootFs with { DiffIds = [] } }));
        Golden.ShouldMatch("scratch.manifest.json", OciJson.Write(manifest with { Config = manifest.Config with { Digest = Digest.Of([]), Size = 0 }, Layers = [] }));
    }

    [Fact]
    public async Task Its_files_are_all_there()
    {
        var bake = await Baking.RunAsync(_directory, Baking.Compile(PublishOutput.Write(_directory["out"])));

        using var files = await ImageFileSystem.OpenAsync(OciLayout.Open(bake.Layout), bake.Digest, _directory["scratch"], new ImageLimits(), None);

        files.Entries.Where(entry => entry.Kind == ImageEntryKind.File).Select(entry => entry.Path)
            .ShouldBe(PublishOutput.Files.Select(file => "app/" + file.Path), ignoreOrder: true);
        files.Find("/app/Web").ShouldNotBeNull().Mode.ShouldBe(0x1ED);
        Encoding.UTF8.GetString(files.Read(files.Find("/app/Shared.dll")!, 100)).ShouldBe("project");
    }

    [Fact]
    [Trait("SdkDefect", "entry-times")]
    [Trait("SdkDefect", "readdir-order")]
    public async Task The_same_files_give_the_same_digest_whatever_the_directory_order_time_and_mode()
    {
        var first = await Baking.RunAsync(_directory, Baking.Compile(PublishOutput.Write(_directory["one"])), "work1");
        PublishOutput.Write(_directory["an other/größer"], PublishOutput.Files.Reverse());
        foreach (var file in Directory.EnumerateFiles(_directory["an other"], "*", SearchOption.AllDirectories))
        {
            File.SetLastWriteTimeUtc(file, new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc));
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }
        }

        var second = await Baking.RunAsync(_directory, Baking.Compile(_directory["an other/größer"]), "work2");

        second.Digest.ShouldBe(first.Digest);
        second.Layers.ShouldAllBe(layer => !layer.Reused);
    }

    [Fact]
    public async Task Another_compression_gives_other_bytes_of_the_same_content()
    {
        var (compile, options) = (Baking.Compile(PublishOutput.Write(_directory["out"])), Baking.Options(_directory));

        var optimal = await Baking.RunAsync(_directory, compile);
        var fastest = await Baking.RunAsync(_directory, compile, options: options with { Bake = options.Bake with { Compression = System.IO.Compression.CompressionLevel.Fastest } });
        var again = await Baking.RunAsync(_directory, compile);

        fastest.Layers.ShouldAllBe(layer => !layer.Reused);
        fastest.Layers.Select(layer => layer.DiffId).ShouldBe(optimal.Layers.Select(layer => layer.DiffId));
        fastest.Digest.ShouldNotBe(optimal.Digest);
        again.Digest.ShouldBe(optimal.Digest);
    }

    [Fact]
    public async Task On_demand_it_is_an_archive_as_well_under_its_commit_s_name()
    {
        var options = Baking.Options(_directory);
        var file = _directory["archives/web.tar"];

        var bake = await Baking.RunAsync(_directory, Baking.Compile(PublishOutput.Write(_directory["out"])), options: options with { Bake = options.Bake with { Archive = file } });

        bake.Archive.ShouldBe(file);
        using var tar = new System.Formats.Tar.TarReader(File.OpenRead(file));
        var names = new Dictionary<string, string>();
        while (tar.GetNextEntry() is { } entry)
        {
            names[entry.Name] = entry.Name.EndsWith(".json", StringComparison.Ordinal) ? new StreamReader(entry.DataStream!).ReadToEnd() : "";
        }

        names["manifest.json"].ShouldContain($"local/web:{Baking.Commit}");
        names["index.json"].ShouldContain(bake.Digest.ToString());
        names.Keys.Count(name => name.StartsWith("blobs/sha256/", StringComparison.Ordinal)).ShouldBe(1 + 2 + bake.Layers.Length, "the directory, two documents and the layers");
        Directory.GetFiles(_directory["archives"]).ShouldBe([file]);
    }

    [Fact]
    public async Task An_archive_that_can_t_be_written_is_named()
    {
        var options = Baking.Options(_directory);
        Directory.CreateDirectory(_directory["taken"]);

        var refused = await Should.ThrowAsync<ImmutableBuildException>(() =>
            Baking.RunAsync(_directory, Baking.Compile(PublishOutput.Write(_directory["out"])), options: options with { Bake = options.Bake with { Archive = _directory["taken"] } }));

        refused.Code.ShouldBe("IMB2014");
        refused.Message.ShouldContain(_directory["taken"]);
    }

    [Fact]
    public async Task The_offset_of_the_commit_time_does_not_matter()
    {
        PublishOutput.Write(_directory["out"]);
        var compile = Baking.Compile(_directory["out"]);

        var utc = await Baking.RunAsync(_directory, compile);
        var east = await Baking.RunAsync(_directory, compile with { CommitTime = compile.CommitTime.ToOffset(TimeSpan.FromHours(9)) });

        east.Digest.ShouldBe(utc.Digest);
    }

    [Fact]
    [Trait("SdkDefect", "created")]
    [Trait("SdkDefect", "created-labels")]
    public async Task Every_time_in_it_is_that_of_the_commit()
    {
        var bake = await Baking.RunAsync(_directory, Baking.Compile(PublishOutput.Write(_directory["out"])));

        var config = await Baking.ConfigAsync(bake);
        var labels = config.Config!.Labels!.Where(label => label.Key.EndsWith(".created", StringComparison.Ordinal)).Select(label => label.Value).ToList();
        labels.ShouldNotBeEmpty();
        config.History!.Value.Select(step => step.Created).Concat(labels).Append(config.Created).ShouldAllBe(time => time == "2026-11-20T10:11:12Z");
    }

    [Fact]
    public async Task Baking_again_writes_nothing_again()
    {
        var compile = Baking.Compile(PublishOutput.Write(_directory["out"]));
        var first = await Baking.RunAsync(_directory, compile);
        var times = Times(first.Layout);

        var second = await Baking.RunAsync(_directory, compile);

        second.Digest.ShouldBe(first.Digest);
        second.Layers.ShouldAllBe(layer => layer.Reused);
        Times(first.Layout).ShouldBe(times);
    }

    [Fact]
    public async Task An_edit_of_the_app_changes_its_layer_only_and_the_old_one_goes()
    {
        var compile = Baking.Compile(PublishOutput.Write(_directory["out"]));
        var first = await Baking.RunAsync(_directory, compile);
        File.WriteAllText(_directory["out/Web.dll"], "edited");

        var second = await Baking.RunAsync(_directory, compile);

        second.Layers.Where(layer => !layer.Reused).Select(layer => layer.Name).ShouldBe(["app"]);
        var layout = OciLayout.Open(second.Layout);
        File.Exists(layout.BlobPath(first.Layers[^1].Digest)).ShouldBeFalse();
        layout.ReadIndex().Manifests.Single().Digest.ShouldBe(second.Digest);
        Directory.GetFiles(Path.Combine(second.Layout, "blobs", "sha256")).Length.ShouldBe(second.Layers.Length + 2);
    }

    [Fact]
    [Trait("SdkDefect", "revision-in-assembly")]
    public async Task Another_commit_with_the_same_output_re_uses_every_layer()
    {
        var compile = Baking.Compile(PublishOutput.Write(_directory["out"]));
        var first = await Baking.RunAsync(_directory, compile);

        var second = await Baking.RunAsync(_directory, compile with { Commit = CommitSha.Parse(new string('b', 40)), CommitTime = compile.CommitTime.AddDays(1) });

        second.Layers.ShouldAllBe(layer => layer.Reused);
        second.Digest.ShouldNotBe(first.Digest);
    }

    [Fact]
    public async Task A_layer_that_vanished_is_written_again()
    {
        var compile = Baking.Compile(PublishOutput.Write(_directory["out"]));
        var first = await Baking.RunAsync(_directory, compile);
        File.Delete(OciLayout.Open(first.Layout).BlobPath(first.Layers[^1].Digest));

        var second = await Baking.RunAsync(_directory, compile);

        second.Layers.Where(layer => !layer.Reused).Select(layer => layer.Name).ShouldBe(["app"]);
        second.Digest.ShouldBe(first.Digest);
    }

    [Fact]
    public async Task The_gzip_header_says_nothing_of_time_or_system()
    {
        var bake = await Baking.RunAsync(_directory, Baking.Compile(PublishOutput.Write(_directory["out"])));

        foreach (var layer in bake.Layers)
        {
            var header = File.ReadAllBytes(OciLayout.Open(bake.Layout).BlobPath(layer.Digest))[..10];
            header[4..8].ShouldAllBe(b => b == 0, "time");
            header[9].ShouldBe((byte)255, "operating system");
        }
    }

    [Fact]
    public async Task Options_find_their_way_into_the_image()
    {
        var options = Baking.Options(_directory) with
        {
            Bake = new BakeOptions
            {
                WorkingDirectory = "/srv/web/",
                User = "app:app",
                Ports = ["9000", "53/udp"],
                Arguments = ["--verbose"],
                Environment = OciAnnotations.None.Add("A", "1").Add("ASPNETCORE_HTTP_PORTS", "9000"),
                Labels = OciAnnotations.None.Add("team", "blue"),
            },
        };
        var bake = await Baking.RunAsync(_directory, Baking.Compile(PublishOutput.Write(_directory["out"])), options: options);

        var run = (await Baking.ConfigAsync(bake)).Config!;
        run.WorkingDir.ShouldBe("/srv/web");
        run.Entrypoint!.Value.ShouldBe(["/srv/web/Web", "--verbose"]);
        run.User.ShouldBe("app:app");
        run.ExposedPorts!.Keys.ShouldBe(["53/udp", "8080/tcp", "9000/tcp"]);
        run.Env!.Value.ShouldBe(["ASPNETCORE_HTTP_PORTS=9000", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1", "A=1"]);
        run.Labels!["team"].ShouldBe("blue");
    }

    [Fact]
    public async Task A_worker_listens_on_nothing()
    {
        var options = Baking.Options(_directory);
        var bake = await Baking.RunAsync(_directory, Baking.Compile(PublishOutput.Write(_directory["out"])), options: options with { Runtime = options.Runtime with { Port = null } });

        var run = (await Baking.ConfigAsync(bake)).Config!;
        run.ExposedPorts.ShouldBeNull();
        run.Env!.Value.ShouldNotContain(variable => variable.StartsWith("ASPNETCORE", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_record_loses_what_later_stages_said_of_the_image_before()
    {
        var record = Baking.Record(Baking.Compile(PublishOutput.Write(_directory["out"]))) with
        {
            Push = new PushRecord { Repository = "local/web", Tag = "t", Digest = Digest.Of("old"u8), BytesSent = 1, AlreadyThere = false },
        };

        var result = await new BakeStage().RunAsync(record, Baking.Context(_directory, "work"), None);

        result.Record.Push.ShouldBeNull();
        result.Summary.ShouldContain("7 layers");
    }

    private static string[] Times(string layout) =>
        [.. Directory.EnumerateFiles(layout, "*", SearchOption.AllDirectories).Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(file => $"{file} {File.GetLastWriteTimeUtc(file):O}")];
}
