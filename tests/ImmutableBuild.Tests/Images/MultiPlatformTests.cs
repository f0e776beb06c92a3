using System.Collections.Immutable;
using System.Formats.Tar;
using System.Text;
using System.Text.Json;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Comparing;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Releases;
using ImmutableBuild.Scanning;

namespace ImmutableBuild.Tests.Images;

/// <summary>One release for several platforms: an index over their images, with one digest.</summary>
public sealed class MultiPlatformTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task The_digest_is_that_of_an_index_over_the_images()
    {
        var bake = await BakeAsync("linux-x64", "linux-arm64");

        bake.MediaType.ShouldBe(MediaTypes.Index);
        var layout = OciLayout.Open(bake.Layout);
        var index = await IndexAsync(bake);
        index.Annotations!["org.opencontainers.image.revision"].ShouldBe(Baking.Commit);
        index.Manifests.Select(entry => (entry.Platform!.ToString(), entry.Digest)).ShouldBe(bake.Images.Select(image => (image.Platform, image.Digest)));
        index.Manifests.Select(entry => entry.Platform!.ToString()).ShouldBe(["linux/amd64", "linux/arm64"]);
        foreach (var entry in index.Manifests)
        {
            (await layout.ReadConfigAsync(await layout.ReadManifestAsync(entry.Digest, Token), Token)).Architecture.ShouldBe(entry.Platform!.Architecture);
        }

        layout.Find(Baking.Commit)!.Digest.ShouldBe(bake.Digest);
    }

    [Fact]
    public async Task The_order_in_which_the_project_names_them_changes_nothing() =>
        (await BakeAsync("linux-arm64", "linux-x64")).Digest.ShouldBe((await BakeAsync("linux-x64", "linux-arm64")).Digest);

    [Fact]
    public async Task What_they_have_in_common_is_there_once()
    {
        var bake = await BakeAsync("linux-x64", "linux-arm64");

        bake.Images.SelectMany(image => image.Layers).Count(layer => layer.Name == "packages").ShouldBe(2);
        bake.Layers.Count(layer => layer.Name == "packages").ShouldBe(1);
        bake.Layers.Count(layer => layer.Name == "app").ShouldBe(1, "code is the same on each");
        bake.Layers.Count(layer => layer.Name == "host").ShouldBe(2, "each has a program of its own that starts it");
    }

    [Fact]
    public async Task Two_runtimes_for_one_platform_are_refused()
    {
        var refused = await Should.ThrowAsync<ImmutableBuildException>(() => BakeAsync("linux-x64", "linux-musl-x64"));

        refused.Code.ShouldBe("IMB2019");
        refused.Message.ShouldContain("linux-x64 and linux-musl-x64 for linux/amd64");
    }

    [Fact]
    public async Task A_platform_that_is_given_up_leaves_nothing_in_the_layout()
    {
        await BakeAsync("linux-x64", "linux-arm64");

        var one = await BakeAsync("linux-x64");

        one.MediaType.ShouldBe(MediaTypes.Manifest);
        var manifest = await OciLayout.Open(one.Layout).ReadManifestAsync(one.Digest, Token);
        OciLayout.Open(one.Layout).BlobFiles().Select(Path.GetFileName).ShouldBe(
            manifest.Layers.Append(manifest.Config).Select(blob => blob.Digest.Hex).Append(one.Digest.Hex).Distinct(), ignoreOrder: true);
    }

    [Fact]
    public async Task Each_platform_has_a_bill_of_materials_and_a_finding_of_both_is_told_once()
    {
        var compile = Compiled("linux-x64", "linux-arm64");
        var record = Baking.Record(compile) with { Bake = await Baking.RunAsync(_directory, compile) };

        var scan = (await new ScanStage().RunAsync(record, Baking.Context(_directory, "work"), Token)).Record.Scan!;

        scan.SbomFiles.Select(Path.GetFileName).ShouldBe(["sbom.linux-amd64.cdx.json", "sbom.linux-arm64.cdx.json"]);
        scan.SbomFiles.Select(SubjectOf).ShouldBe(record.Bake!.Images.Select(image => image.Digest.ToString()));
        scan.Details.Select(finding => (finding.Id, finding.Subject, finding.Message)).ShouldBeUnique();
        (await new ScanStage().RunAsync(record, Baking.Context(_directory, "work"), Token)).Summary.ShouldContain("nothing changed");
    }

    [Fact]
    public async Task Where_two_indexes_differ_the_platform_is_named()
    {
        var one = await BakeAsync("linux-x64", "linux-arm64");
        File.WriteAllText(Path.Combine(_directory["out-linux-arm64"], "Web.dll"), "apq");
        var other = await Baking.RunAsync(_directory, Existing("linux-x64", "linux-arm64"), "work2");

        var difference = await new ImageComparison(OciLayout.Open(one.Layout), OciLayout.Open(other.Layout)).FindAsync(one.Digest, other.Digest, Token);

        difference.ShouldNotBeNull().ShouldStartWith("linux/arm64, layer ");
        difference.ShouldContain("app/Web.dll, bytes 2 to 2");
    }

    [Fact]
    public async Task An_archive_holds_them_all_and_an_engine_takes_that_of_this_machine()
    {
        var options = Baking.Options(_directory) with { Bake = new BakeOptions { Archive = _directory["both.tar"] } };
        var bake = await Baking.RunAsync(_directory, Compiled("linux-x64", "linux-arm64"), options: options);

        var entries = Entries(_directory["both.tar"]);
        var named = JsonDocument.Parse(entries["index.json"]).RootElement.GetProperty("manifests")[0];
        named.GetProperty("digest").GetString().ShouldBe(bake.Digest.ToString());
        foreach (var image in bake.Images)
        {
            entries.ShouldContainKey($"blobs/sha256/{image.Digest.Hex}");
        }

        var config = JsonDocument.Parse(entries["manifest.json"]).RootElement[0].GetProperty("Config").GetString()!;
        var own = System.Runtime.InteropServices.RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "amd64";
        JsonDocument.Parse(entries[config]).RootElement.GetProperty("architecture").GetString().ShouldBe(own);
    }

    private Task<BakeRecord> BakeAsync(params string[] runtimes) => Baking.RunAsync(_directory, Compiled(runtimes));

    private CompileRecord Compiled(params string[] runtimes)
    {
        foreach (var runtime in runtimes)
        {
            PublishOutput.Write(_directory[$"out-{runtime}"], PublishOutput.Files.Select(file => file.Path == "Web" ? (file.Path, file.Content + runtime) : file));
        }

        return Existing(runtimes);
    }

    private CompileRecord Existing(params string[] runtimes) => Baking.Compile("") with
    {
        Published = [.. runtimes.Select(runtime => new PublishRecord { Directory = _directory[$"out-{runtime}"], RuntimeIdentifier = runtime, SelfContained = true, EntryPoint = "Web" })],
    };

    private static async Task<ImageIndex> IndexAsync(BakeRecord bake) =>
        OciJson.ParseIndex((await OciLayout.Open(bake.Layout).ReadManifestContentAsync(bake.Digest, Token)).Bytes, "the index");

    private static string? SubjectOf(string sbom) =>
        JsonDocument.Parse(File.ReadAllBytes(sbom)).RootElement.GetProperty("metadata").GetProperty("component").GetProperty("bom-ref").GetString();

    private static Dictionary<string, string> Entries(string archive)
    {
        var entries = new Dictionary<string, string>(StringComparer.Ordinal);
        using var reader = new TarReader(File.OpenRead(archive));
        while (reader.GetNextEntry(copyData: true) is { } entry)
        {
            entries[entry.Name] = entry.DataStream is { } data ? new StreamReader(data, Encoding.Latin1).ReadToEnd() : "";
        }

        return entries;
    }
}
