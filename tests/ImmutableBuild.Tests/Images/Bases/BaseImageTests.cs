using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Releases;
using ImmutableBuild.Tests.Images.Contents;
using ImmutableBuild.Tests.Registries;

namespace ImmutableBuild.Tests.Images.Bases;

public sealed class BaseImageTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly TemporaryDirectory _directory = new();
    private TestRegistry _registry = null!;
    private OciLayout _layout = null!;
    private Descriptor _image = null!;

    public async ValueTask InitializeAsync()
    {
        _registry = await TestRegistry.StartAsync();
        _layout = OciLayout.OpenOrCreate(_directory["base"]);
        var tar = new RawTar().Dir("etc").File("etc/os-release", "ID=debian").End();
        var run = new RunConfig { Env = ["PATH=/bin", "APP_UID=64198"], Labels = OciAnnotations.None.Add("base", "yes"), User = "root" };
        _image = TestImage.Write(_layout, run, (TestImage.Gzip(tar), Digest.Of(tar)));
        _layout.SetReference("1.0", _image, None);
    }

    public async ValueTask DisposeAsync()
    {
        await _registry.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    [Trait("SdkDefect", "root-user")]
    public async Task An_app_is_put_upon_a_base_image()
    {
        var bake = await BakeAsync($"oci:{_layout.Directory}:1.0");

        bake.Layers.Select(layer => layer.Name).ShouldBe(["base", "runtime", "packages", "projects", "static", "host", "app"]);
        (bake.BaseName, bake.Images[0].BaseDigest, bake.Images[0].User).ShouldBe(($"oci:{_layout.Directory}:1.0", _image.Digest, "64198"));
        var config = await Baking.ConfigAsync(bake);
        config.Config!.Env!.Value.ShouldBe(["PATH=/bin", "APP_UID=64198", "ASPNETCORE_HTTP_PORTS=8080"]);
        config.Config.Labels!["base"].ShouldBe("yes");
        config.Config.Labels["org.opencontainers.image.base.digest"].ShouldBe(_image.Digest.ToString());
        config.History!.Value.Length.ShouldBe(7);
        using var files = await ImageFileSystem.OpenAsync(OciLayout.Open(bake.Layout), bake.Digest, _directory["scratch"], new ImageLimits(), None);
        files.Find("/etc/os-release").ShouldNotBeNull();
        files.Find("/app/Web").ShouldNotBeNull();
    }

    [Fact]
    public async Task A_framework_dependent_app_is_run_by_the_bases_dotnet()
    {
        var bake = await BakeAsync($"oci:{_layout.Directory}", compile => compile.Published(output => output with { SelfContained = false }));

        (await Baking.ConfigAsync(bake)).Config!.Entrypoint!.Value.ShouldBe(["dotnet", "/app/Web.dll"]);
    }

    [Fact]
    public async Task A_base_of_a_registry_is_resolved_by_tag_and_kept_by_digest()
    {
        await PublishAsync(_image.Digest);
        var byTag = await BakeAsync($"{_registry.Host}/os:1.0");
        var asked = _registry.Requests.Count;

        var byDigest = await BakeAsync($"{_registry.Host}/os@{_image.Digest}", work: "work2");

        (byTag.Images[0].BaseDigest, byDigest.Images[0].BaseDigest).ShouldBe((_image.Digest, _image.Digest));
        _registry.Requests.Count.ShouldBe(asked, "what is named by digest and was read before is on disk");
    }

    [Fact]
    public async Task L6_a_base_that_says_it_is_larger_than_any_image_is_refused_before_it_is_fetched()
    {
        var manifest = await _layout.ReadManifestAsync(_image.Digest, None);
        var huge = _layout.WriteBlob(_image.MediaType, OciJson.Write(manifest with { Layers = [manifest.Layers[0] with { Size = long.MaxValue }] }));
        _layout.SetReference("2.0", huge, None);

        (await Should.ThrowAsync<ImmutableBuildException>(() => BakeAsync($"oci:{_layout.Directory}:2.0"))).Code.ShouldBe("IMB2004");
    }

    [Fact]
    public async Task Of_an_index_the_platforms_image_is_taken()
    {
        var index = OciJson.Write(new ImageIndex
        {
            MediaType = MediaTypes.Index,
            Manifests = [_image with { Digest = Digest.Of("arm"u8), Platform = new Platform { Os = "linux", Architecture = "arm64" } }, _image with { Platform = new Platform { Os = "linux", Architecture = "amd64" } }],
        });
        await PublishAsync(_image.Digest);
        _registry.SetManifest("os", "2.0", MediaTypes.Index, index);

        (await BakeAsync($"{_registry.Host}/os:2.0")).Images[0].BaseDigest.ShouldBe(_image.Digest);
    }

    [Fact]
    public async Task A_docker_image_becomes_part_of_an_oci_image()
    {
        var manifest = await _layout.ReadManifestAsync(_image.Digest, None);
        await PublishAsync(_image.Digest);
        var docker = OciJson.Write(manifest with
        {
            MediaType = MediaTypes.DockerManifest,
            Config = manifest.Config with { MediaType = MediaTypes.DockerConfig },
            Layers = [.. manifest.Layers.Select(layer => layer with { MediaType = MediaTypes.DockerGzipLayer })],
        });
        _registry.SetManifest("os", "docker", MediaTypes.DockerManifest, docker);

        var bake = await BakeAsync($"{_registry.Host}/os:docker");

        (await OciLayout.Open(bake.Layout).ReadManifestAsync(bake.Digest, None)).Layers.ShouldAllBe(layer => layer.MediaType == MediaTypes.GzipLayer);
    }

    [Theory]
    [InlineData("debian")]
    [InlineData("debian:latest")]
    [InlineData("mcr.microsoft.com/dotnet/aspnet")]
    [Trait("Fault", "F35")]
    public async Task A_floating_base_is_refused(string reference) => (await RefusalAsync(reference)).Code.ShouldBe("IMB2015");

    [Fact]
    [Trait("Fault", "F35")]
    public async Task A_floating_base_of_a_layout_is_refused() => (await RefusalAsync($"oci:{_layout.Directory}:latest")).Code.ShouldBe("IMB2015");

    [Fact]
    public async Task A_base_that_is_not_there_is_an_error()
    {
        (await RefusalAsync($"{_registry.Host}/os:9")).Code.ShouldBe("IMB2016");
        (await RefusalAsync($"oci:{_layout.Directory}:9")).Code.ShouldBe("IMB2016");
        (await RefusalAsync($"oci:{_directory["none"]}:9")).Code.ShouldBe("IMB2006");
    }

    [Fact]
    public async Task A_base_of_another_platform_is_an_error()
    {
        var fault = await Should.ThrowAsync<ImmutableBuildException>(() => BakeAsync($"oci:{_layout.Directory}:1.0", compile => compile.Published(output => output with { RuntimeIdentifier = "linux-arm64" })));

        fault.Code.ShouldBe("IMB2009");
    }

    [Fact]
    public async Task A_base_layer_that_is_not_what_its_digest_says_is_refused()
    {
        await PublishAsync(_image.Digest);
        _registry.Lie = bytes => bytes is [0x1f, 0x8b, ..] ? [.. bytes[..^1], (byte)(bytes[^1] ^ 1)] : bytes;

        (await RefusalAsync($"{_registry.Host}/os:1.0")).Code.ShouldBe("IMB2002");
    }

    private async Task PublishAsync(Digest digest)
    {
        var manifest = await _layout.ReadManifestAsync(digest, None);
        foreach (var blob in manifest.Layers.Append(manifest.Config))
        {
            _registry.SetBlob(await File.ReadAllBytesAsync(_layout.BlobPath(blob.Digest), None));
        }

        _registry.SetManifest("os", "1.0", MediaTypes.Manifest, await File.ReadAllBytesAsync(_layout.BlobPath(digest), None));
    }

    private Task<BakeRecord> BakeAsync(string baseImage, Func<CompileRecord, CompileRecord>? change = null, string work = "work")
    {
        var compile = Baking.Compile(PublishOutput.Write(_directory["out"]));
        return Baking.RunAsync(_directory, change is null ? compile : change(compile), work, Baking.Options(_directory) with { Bake = new BakeOptions { BaseImage = baseImage } });
    }

    private async Task<ImmutableBuildException> RefusalAsync(string baseImage) => await Should.ThrowAsync<ImmutableBuildException>(() => BakeAsync(baseImage));
}
