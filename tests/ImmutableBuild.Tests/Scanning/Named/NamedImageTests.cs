using System.Text;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Archives;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Registries;
using ImmutableBuild.Scanning;
using ImmutableBuild.Tests.Images.Contents;
using ImmutableBuild.Tests.Registries;
using ImmutableBuild.Tests.Releases;

namespace ImmutableBuild.Tests.Scanning.Named;

/// <summary>An image is found, and looked at, wherever it is.</summary>
public sealed class NamedImageTests : IDisposable
{
    private readonly ScannedImage _image = new();
    private readonly Digest _digest;
    private readonly OciLayout _layout;

    public NamedImageTests()
    {
        _digest = _image.Write().Bake!.Digest;
        _layout = OciLayout.Open(_image.Scratch["layout"]);
        File.WriteAllText(Path.Combine(_image.Advisories, "a.json"), ScannedImage.NewtonsoftAdvisory);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _image.Dispose();

    [Fact]
    public async Task In_a_layout_by_its_directory_and_tag()
    {
        Name("1.0");
        await ShouldBeFoundAsync(_layout.Directory);
        await ShouldBeFoundAsync($"oci:{_layout.Directory}:1.0");
        _layout.SetReference("2.0", await OtherAsync(), Ct);
        await ShouldBeFoundAsync($"oci:{_layout.Directory}:1.0");
        await ShouldFailAsync(_layout.Directory, "IMB3021");
        await ShouldFailAsync($"oci:{_layout.Directory}:3.0", "IMB3021");
    }

    [Fact]
    public async Task In_an_archive_that_is_an_OCI_layout()
    {
        var file = _image.Scratch["image.tar"];
        await ArchiveFile.WriteAsync(file, _layout, _digest, ImageReference.Parse("registry.test/shop:1"), Ct);
        await ShouldBeFoundAsync(file);
    }

    [Fact]
    public async Task In_an_archive_of_docker_save_as_it_was_before_Docker_25()
    {
        File.WriteAllBytes(_image.Scratch["saved.tar"], Saved(new RawTar().Dir("aa")));
        (await FindAsync(_image.Scratch["saved.tar"])).Findings.Select(finding => finding.Id).ShouldBe(["CVE-2024-21907"]);
    }

    [Theory]
    [InlineData("not an archive")]
    [InlineData("")]
    public async Task A_file_that_is_no_archive_is_refused(string content)
    {
        File.WriteAllText(_image.Scratch["image.tar"], content);
        await ShouldFailAsync(_image.Scratch["image.tar"], "IMB3022");
    }

    [Theory]
    [InlineData("manifest.json", """[{"Config":"config.json","Layers":["../../etc/passwd"]}]""")]
    [InlineData("manifest.json", """[{"Config":"gone.json","Layers":[]}]""")]
    [InlineData("manifest.json", """[{"Config":null}]""")]
    [InlineData("manifest.json", "[")]
    [InlineData("index.json", """{"schemaVersion":2,"manifests":[]}""")]
    [InlineData("../index.json", "{}")]
    public async Task An_archive_that_names_what_is_not_in_it_is_refused(string name, string content)
    {
        File.WriteAllBytes(_image.Scratch["image.tar"], new RawTar().File("config.json", "{}").File(name, content).End());
        await ShouldFailAsync(_image.Scratch["image.tar"], "IMB3022");
    }

    [Fact]
    public async Task An_archive_that_names_one_file_as_very_many_layers_is_refused()
    {
        var layers = string.Join(',', Enumerable.Repeat("\"layer.tar\"", OciJson.MaxDescriptors + 1));
        File.WriteAllBytes(_image.Scratch["image.tar"], new RawTar().File("config.json", "{}").File("layer.tar").File("manifest.json", $$"""[{"Config":"config.json","Layers":[{{layers}}]}]""").End());
        await ShouldFailAsync(_image.Scratch["image.tar"], "IMB3022");
    }

    [Fact]
    public async Task A_layer_of_an_archive_that_was_altered_is_refused()
    {
        var file = _image.Scratch["image.tar"];
        await ArchiveFile.WriteAsync(file, _layout, _digest, ImageReference.Parse("registry.test/shop:1"), Ct);
        var bytes = File.ReadAllBytes(file);
        var layer = (await _layout.ReadManifestAsync(_digest, Ct)).Layers[1];
        var at = bytes.AsSpan().IndexOf(File.ReadAllBytes(_layout.BlobPath(layer.Digest)).AsSpan(0, 64));
        bytes[at + 40] ^= 1;
        File.WriteAllBytes(file, bytes);
        await ShouldFailAsync(file, "IMB2002");
    }

    [Fact]
    public async Task In_the_embedded_store()
    {
        var store = OciLayout.OpenOrCreate(_image.Scratch["data", "store", "web"]);
        await CopyAsync(store);
        await ShouldBeFoundAsync($"local/web@{_digest}");
        await ShouldFailAsync($"local/web@sha256:{new string('0', 64)}", "IMB3021");
    }

    [Fact]
    public async Task In_a_registry_by_tag_and_digest()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var connector = new RegistryConnector(new PushOptions(), _ => null, TimeProvider.System);
        var store = ImageStores.Open($"{registry.Host}/shop", _image.Scratch["data"], connector, RegistryAccess.Push);
        var manifest = await _layout.ReadManifestAsync(_digest, Ct);
        foreach (var blob in manifest.Layers.Add(manifest.Config))
        {
            await store.AddBlobAsync(_layout, blob, Ct);
        }

        await store.SetTagAsync("latest", await _layout.ReadManifestContentAsync(_digest, Ct), TagRule.Grows, Ct);

        await ShouldBeFoundAsync($"{registry.Host}/shop:latest");
        await ShouldBeFoundAsync($"{registry.Host}/shop");
        await ShouldBeFoundAsync($"{registry.Host}/shop@{_digest}");
        await ShouldFailAsync($"{registry.Host}/shop:none", "IMB3021");
    }

    [Fact]
    public async Task All_platforms_of_an_index_but_nothing_that_is_no_image()
    {
        var entry = (await _layout.ReadManifestContentAsync(_digest, Ct)).Descriptor;
        var index = _layout.WriteBlob(MediaTypes.Index, OciJson.Write(new ImageIndex
        {
            MediaType = MediaTypes.Index,
            Manifests =
            [
                entry with { Platform = new Platform { Os = "linux", Architecture = "amd64" } },
                (await OtherAsync()) with { Platform = new Platform { Os = "linux", Architecture = "arm64" } },
                _layout.WriteBlob(MediaTypes.Manifest, "no image"u8) with { Platform = new Platform { Os = "unknown", Architecture = "unknown" } },
            ],
        }));
        _layout.SetReference("all", index, Ct);
        (await FindAsync($"oci:{_layout.Directory}:all")).Findings.Length.ShouldBe(2);
    }

    [Fact]
    public async Task What_is_no_name_of_an_image_is_refused() => await ShouldFailAsync("Not A Name", "IMB5001");

    private async Task ShouldBeFoundAsync(string name)
    {
        var answer = await FindAsync(name);
        answer.Digest.ShouldBe(_digest);
        answer.Findings.ShouldHaveSingleItem().Refused.ShouldBeTrue();
    }

    private async Task<ScanAnswer> FindAsync(string name)
    {
        ScanAnswer? answer = null;
        (await Should.ThrowAsync<ImmutableBuildException>(ScansAsync(name, found => answer = found))).Code.ShouldBe("IMB3001");
        return answer.ShouldNotBeNull("what was found is told before it is judged");
    }

    private async Task ShouldFailAsync(string name, string code) =>
        (await Should.ThrowAsync<ImmutableBuildException>(ScansAsync(name, _ => { }))).Code.ShouldBe(code);

    private Task ScansAsync(string name, Action<ScanAnswer> found) =>
        new ImageScans(StageContexts.Make(_image.Scratch.Path, options => options with { Scan = new ScanOptions { Advisories = [_image.Advisories] } })).ScanAsync(name, found, Ct);

    private void Name(string tag) => _layout.SetReference(tag, _layout.FindManifestAsync(_digest, Ct).Result!.Descriptor, Ct);

    // The same packages, another image.
    private async Task<Descriptor> OtherAsync()
    {
        var manifest = await _layout.ReadManifestAsync(_digest, Ct);
        var config = await _layout.ReadConfigAsync(manifest, Ct);
        var changed = OciJson.Write(config with { Architecture = "arm64", Config = new RunConfig { User = "" } });
        return _layout.WriteBlob(MediaTypes.Manifest, OciJson.Write(manifest with { Config = _layout.WriteBlob(MediaTypes.Config, changed) }));
    }

    private async Task CopyAsync(OciLayout to)
    {
        var manifest = await _layout.ReadManifestAsync(_digest, Ct);
        foreach (var blob in manifest.Layers.Add(manifest.Config))
        {
            await to.CopyBlobAsync(_layout, blob, Ct);
        }

        to.WriteBlob(MediaTypes.Manifest, (await _layout.ReadManifestContentAsync(_digest, Ct)).Bytes.Span);
    }

    // The second layer is there as a link to the first of the same content, as docker writes layers that an image has twice.
    private byte[] Saved(RawTar archive)
    {
        var manifest = _layout.ReadManifestAsync(_digest, Ct).Result;
        var config = Encoding.UTF8.GetString(File.ReadAllBytes(_layout.BlobPath(manifest.Config.Digest)));
        var layers = manifest.Layers.Select(layer => File.ReadAllBytes(_layout.BlobPath(layer.Digest))).ToArray();
        return archive
            .File("config.json", config)
            .Entry('0', "aa/layer.tar", layers[0])
            .Entry('0', "bb/layer.tar", layers[1])
            .Symlink("cc/layer.tar", "../bb/layer.tar")
            .File("manifest.json", """[{"Config":"config.json","RepoTags":["shop:1"],"Layers":["aa/layer.tar","cc/layer.tar"]}]""")
            .End();
    }
}
