using System.Text.Json;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.IntegrationTests.Rig;
using ImmutableBuild.Registries;
using ImmutableBuild.Releases;
using ImmutableBuild.Reports;

namespace ImmutableBuild.IntegrationTests.RealRegistries;

/// <summary>Push and pull against a registry no one here wrote, and what other tools make of the image.</summary>
public sealed class DockerRegistryTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly string _directory = Directory.CreateTempSubdirectory("imb-push-").FullName;
    private readonly RegistryConnector _connector = new(new PushOptions(), static _ => null, TimeProvider.System);
    private DockerRegistry _registry = null!;
    private SampleImage _sample = null!;
    private ReleaseRecord _record = null!;

    public async ValueTask InitializeAsync()
    {
        _registry = await DockerRegistry.StartOrSkipAsync();
        _sample = new SampleImage(_directory);
        _record = SampleImage.Sign(await _sample.BakeAsync([("Web", "\u007fELF app"u8.ToArray()), ("big.bin", new byte[3_000_000]), ("wwwroot/index.html", "<p>"u8.ToArray())], None));
    }

    public async ValueTask DisposeAsync()
    {
        _connector.Dispose();
        if (_registry is not null)
        {
            await _registry.DisposeAsync();
        }

        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task What_is_pushed_can_be_pulled_by_digest()
    {
        var push = await _sample.PushAsync(_record, _registry.Host, None);

        var store = ImageStores.Open(push.Repository, Path.Combine(_directory, "data"), _connector, RegistryAccess.Pull);
        using var files = await ImageFileSystem.OpenAsync(store, push.Digest, Path.Combine(_directory, "scratch"), new ImageLimits(), None);
        files.Read(files.Find("/app/big.bin").ShouldNotBeNull(), 4_000_000).Length.ShouldBe(3_000_000);
        (await store.FindTagAsync($"sha256-{push.Digest.Hex}.sig", None)).ShouldNotBeNull().Digest.ShouldBe(_record.Sign!.SignatureManifest);
    }

    [Fact]
    [Trait("Fault", "F36")]
    public async Task Pushing_again_sends_nothing()
    {
        var first = await _sample.PushAsync(_record, _registry.Host, None);

        var again = await _sample.PushAsync(_record, _registry.Host, None);

        (first.AlreadyThere, again.AlreadyThere, again.BytesSent).ShouldBe((false, true, 0L));
    }

    [Fact]
    [Trait("Fault", "F36")]
    [Trait("SdkDefect", "tag-replaced")]
    public async Task The_commits_tag_with_another_digest_is_refused()
    {
        await _sample.PushAsync(_record, _registry.Host, None);
        var other = SampleImage.Sign(await _sample.BakeAsync([("big.bin", [1])], None));

        (await Should.ThrowAsync<ImmutableBuildException>(() => _sample.PushAsync(other, _registry.Host, None))).Code.ShouldBe("IMB5008");
    }

    [Fact]
    [Trait("SdkDefect", "uploading-lines")]
    public async Task What_was_mounted_is_not_told_as_sent()
    {
        var content = new byte[1_000_000];
        Random.Shared.NextBytes(content);
        var layers = await new SampleImage(Path.Combine(_directory, "base")).BakeAsync([("Web", content)], None);
        var layout = OciLayout.Open(layers.Bake!.Layout);
        var bases = ImageStores.Open($"{_registry.Host}/bases/os", _directory, _connector, RegistryAccess.Push);
        await new ImageTransfer(layout, bases).PushAsync("1.0", await layout.ReadManifestContentAsync(layers.Bake.Digest, None), None);
        var sample = new SampleImage(Path.Combine(_directory, "app"), $"{_registry.Host}/bases/os:1.0");
        var record = SampleImage.Sign(await sample.BakeAsync([("Web", "\u007fELF app"u8.ToArray())], None));

        var result = await sample.PushWithSummaryAsync(record, _registry.Host, None);

        record.Bake!.Layers.Sum(layer => layer.Size).ShouldBeGreaterThan(content.Length);
        result.Record.Push!.BytesSent.ShouldBeInRange(1, 10_000);
        result.Summary.ShouldEndWith($"{Units.Bytes(result.Record.Push.BytesSent)} sent");
    }

    [Fact]
    public async Task Skopeo_reads_it_from_the_registry_and_copies_it_from_the_layout()
    {
        SystemProgram.SkipUnlessInstalled("skopeo");
        var push = await _sample.PushAsync(_record, _registry.Host, None);

        var inspected = await SystemProgram.SucceedAsync("skopeo", ["inspect", "--tls-verify=false", $"docker://{push.Repository}@{push.Digest}"]);
        using var facts = JsonDocument.Parse(inspected);
        facts.RootElement.GetProperty("Digest").GetString().ShouldBe(push.Digest.ToString());
        facts.RootElement.GetProperty("Labels").GetProperty("org.opencontainers.image.revision").GetString().ShouldBe(SampleImage.Commit);

        await SystemProgram.SucceedAsync("skopeo", ["copy", "--dest-tls-verify=false", $"oci:{_record.Bake!.Layout}:{SampleImage.Commit}", $"docker://{_registry.Host}/copied:1"]);
        var copied = await _connector.Connect(_registry.Host, "copied", RegistryAccess.Pull).FindTagAsync("1", None);
        copied.ShouldNotBeNull().Digest.ShouldBe(push.Digest);
    }

    [Fact]
    public async Task Skopeo_copies_the_images_of_all_platforms_and_finds_each()
    {
        SystemProgram.SkipUnlessInstalled("skopeo");
        var record = SampleImage.Sign(await _sample.BakeAsync([("Web", "\u007fELF app"u8.ToArray())], None, "linux-x64", "linux-arm64"));
        var push = await _sample.PushAsync(record, _registry.Host, None);

        await SystemProgram.SucceedAsync("skopeo", ["copy", "--all", "--src-tls-verify=false", "--dest-tls-verify=false", $"docker://{push.Repository}:{push.Tag}", $"docker://{_registry.Host}/copied:1"]);

        (await _connector.Connect(_registry.Host, "copied", RegistryAccess.Pull).FindTagAsync("1", None)).ShouldNotBeNull().Digest.ShouldBe(record.Bake!.Digest);
        foreach (var architecture in new[] { "amd64", "arm64" })
        {
            var inspected = await SystemProgram.SucceedAsync("skopeo", ["--override-arch", architecture, "inspect", "--tls-verify=false", $"docker://{_registry.Host}/copied:1"]);
            using var facts = JsonDocument.Parse(inspected);
            facts.RootElement.GetProperty("Architecture").GetString().ShouldBe(architecture);
        }
    }

    [Fact]
    public async Task A_layout_that_skopeo_wrote_is_read()
    {
        SystemProgram.SkipUnlessInstalled("skopeo");
        var push = await _sample.PushAsync(_record, _registry.Host, None);
        var layout = Path.Combine(_directory, "pulled");

        await SystemProgram.SucceedAsync("skopeo", ["copy", "--src-tls-verify=false", $"docker://{push.Repository}@{push.Digest}", $"oci:{layout}:1"]);

        OciLayout.Open(layout).Find("1").ShouldNotBeNull().Digest.ShouldBe(push.Digest);
        (await OciLayout.Open(layout).ReadManifestAsync(push.Digest, None)).Layers.Length.ShouldBe(_record.Bake!.Layers.Length);
    }
}
