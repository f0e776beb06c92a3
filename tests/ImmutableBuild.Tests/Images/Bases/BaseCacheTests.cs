using ImmutableBuild.Images;
using ImmutableBuild.Images.Bases;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Local;
using ImmutableBuild.Local.Images;
using ImmutableBuild.Registries;
using ImmutableBuild.Releases;
using ImmutableBuild.Tests.Images.Contents;
using ImmutableBuild.Tests.Registries;

namespace ImmutableBuild.Tests.Images.Bases;

/// <summary>However many base images an app is baked upon one after the other, the last used stay on disk and no more.</summary>
public sealed class BaseCacheTests : IAsyncLifetime
{
    private static readonly Platform Linux = new() { Os = "linux", Architecture = "amd64" };

    private readonly TemporaryDirectory _directory = new();
    private readonly RegistryConnector _connector = new(new PushOptions(), static _ => null, TimeProvider.System);
    private TestRegistry _registry = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string[] Blobs => Directory.GetFiles(_directory["data/cache/base/blobs/sha256"]);

    public async ValueTask InitializeAsync() => _registry = await TestRegistry.StartAsync();

    public async ValueTask DisposeAsync()
    {
        _connector.Dispose();
        await _registry.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task The_end_of_a_release_leaves_the_base_images_that_were_used_last()
    {
        var images = Enumerable.Range(0, BaseCache.Images + 2).Select(Publish).ToList();
        foreach (var image in images)
        {
            await UseAsync(image);
        }

        await UseAsync(images[0]);
        await RemoveLeftoversAsync();

        // A manifest, a configuration and a layer each.
        Blobs.Length.ShouldBe(3 * BaseCache.Images);
        _registry.Requests.Clear();
        foreach (var image in (Digest[])[images[0], .. images[3..]])
        {
            await UseAsync(image);
        }

        _registry.Requests.ShouldBeEmpty();
        await UseAsync(images[1]);
        _registry.Requests.ShouldNotBeEmpty("what went is fetched again");
    }

    [Fact]
    public async Task Of_an_index_what_was_used_stays()
    {
        var image = Publish(0);
        var index = OciJson.Write(new ImageIndex
        {
            MediaType = MediaTypes.Index,
            Manifests =
            [
                new Descriptor { MediaType = MediaTypes.Manifest, Size = 1, Digest = Digest.Of("arm"u8), Platform = new Platform { Os = "linux", Architecture = "arm64" } },
                new Descriptor { MediaType = MediaTypes.Manifest, Size = 1, Digest = image, Platform = Linux },
            ],
        });
        _registry.SetManifest("os", Digest.Of(index).ToString(), MediaTypes.Index, index);
        await UseAsync(Digest.Of(index));

        await RemoveLeftoversAsync();

        _registry.Requests.Clear();
        await UseAsync(Digest.Of(index));
        _registry.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Nothing_goes_while_a_base_image_is_being_read()
    {
        var images = Enumerable.Range(0, BaseCache.Images + 1).Select(Publish).ToList();
        foreach (var image in images[1..])
        {
            await UseAsync(image);
        }

        var oldest = await ResolveAsync(images[0]);
        using (oldest.Source.BeginReading(Ct))
        {
            (await BaseCache.PruneAsync(_directory["data"], Ct)).ShouldBe(0);
        }

        (await BaseCache.PruneAsync(_directory["data"], Ct)).ShouldBe(1);
    }

    [Fact]
    public async Task What_no_image_names_goes()
    {
        await UseAsync(Publish(0));
        File.WriteAllText(_directory["data/cache/base/blobs/sha256/of-a-killed-bake.tmp"], "half a layer");

        await RemoveLeftoversAsync();

        Blobs.Length.ShouldBe(3);
    }

    private Task RemoveLeftoversAsync()
    {
        var layout = new LocalLayout(_directory["data"]);
        return new Leftovers(layout, new ImageStore(layout, TimeProvider.System), TimeProvider.System).RemoveAsync(new AppKey("web", "production"), Ct);
    }

    private async Task UseAsync(Digest image)
    {
        var found = await ResolveAsync(image);
        foreach (var layer in found.Manifest.Layers)
        {
            await using var content = await found.Source.OpenBlobAsync(layer, Ct);
            await content.CopyToAsync(Stream.Null, Ct);
        }
    }

    private Task<BaseImage> ResolveAsync(Digest image) =>
        new BaseImageResolver(_directory["data"], _connector).ResolveAsync($"{_registry.Host}/os@{image}", Linux, Ct);

    private Digest Publish(int version)
    {
        var layout = OciLayout.OpenOrCreate(_directory["published"]);
        var tar = new RawTar().File("etc/os-release", $"VERSION={version}").End();
        var image = TestImage.Write(layout, new RunConfig { User = $"{version + 1}" }, (TestImage.Gzip(tar), Digest.Of(tar)));
        foreach (var file in layout.BlobFiles())
        {
            _registry.SetBlob(File.ReadAllBytes(file));
        }

        _registry.SetManifest("os", image.Digest.ToString(), MediaTypes.Manifest, File.ReadAllBytes(layout.BlobPath(image.Digest)));
        return image.Digest;
    }
}
