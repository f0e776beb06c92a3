using ImmutableBuild.AcceptanceTests.Infrastructure;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.IntegrationTests.Rig;
using ImmutableBuild.Registries;
using ImmutableBuild.Releases;

namespace ImmutableBuild.IntegrationTests.RealRegistries;

/// <summary>Wherever an image has to be put down, the disk is full: an error that says where, nothing half under a name, and all is well once there is room.</summary>
public sealed class FullDiskTests : IAsyncLifetime
{
    private const int LayerBytes = 6_000_000;

    private readonly string _root = Directory.CreateTempSubdirectory("imb-full-").FullName;
    private SmallDisk _disk = null!;
    private DockerRegistry? _registry;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Small => Path.Combine(_root, "small");

    public async ValueTask InitializeAsync() => _disk = await SmallDisk.MountAsync(Small, "size=3m");

    public async ValueTask DisposeAsync()
    {
        if (_registry is not null)
        {
            await _registry.DisposeAsync();
        }

        if (_disk is not null)
        {
            await _disk.DisposeAsync();
        }

        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task Of_the_image_being_baked()
    {
        var sample = new SampleImage(Path.Combine(_root, "app")) { WorkDirectory = Small };

        var fault = await Should.ThrowAsync<ImmutableBuildException>(BakeAsync(sample));

        (fault.Code, fault.Message.Contains(Small, StringComparison.Ordinal)).ShouldBe(("IMB2014", true));
        Blobs(Path.Combine(Small, "image")).ShouldAllBe(name => name.Length == 64, "nothing half is left");
        await _disk.ResizeAsync("64m");
        (await BakeAsync(sample)).Bake!.Digest.ShouldBe((await BakeAsync(new SampleImage(Path.Combine(_root, "elsewhere")))).Bake!.Digest);
    }

    [Fact]
    public async Task Of_the_cache_of_base_images()
    {
        var basis = await PushedAsync(new SampleImage(Path.Combine(_root, "base")));
        var sample = new SampleImage(Path.Combine(_root, "app")) { BaseImage = $"{basis.Repository}:{basis.Tag}", DataDirectory = Small };

        var fault = await Should.ThrowAsync<ImmutableBuildException>(BakeAsync(sample));

        (fault.Code, fault.Message.Contains(Small, StringComparison.Ordinal)).ShouldBe(("IMB2014", true));
        Blobs(Path.Combine(Small, "cache", "base")).ShouldAllBe(name => name.Length == 64, "nothing half is left");
        await _disk.ResizeAsync("64m");
        var baked = await BakeAsync(sample);
        baked.Bake!.Images.Single().BaseDigest.ShouldBe(basis.Digest);
        baked.Bake.Digest.ShouldBe((await BakeAsync(new SampleImage(Path.Combine(_root, "elsewhere")) { BaseImage = sample.BaseImage })).Bake!.Digest);
    }

    [Fact]
    public async Task Of_the_embedded_store()
    {
        var sample = new SampleImage(Path.Combine(_root, "app")) { DataDirectory = Small };
        var record = SampleImage.Sign(await BakeAsync(sample));

        (await Should.ThrowAsync<ImmutableBuildException>(sample.PushAsync(record, null, Token))).Code.ShouldBe("IMB6100");

        var store = LayoutStore.OpenOrCreate(Small, "web");
        (await store.FindTagAsync(SampleImage.Commit, Token)).ShouldBeNull();
        Blobs(store.Name).ShouldAllBe(name => name.Length == 64, "nothing half is left");
        await _disk.ResizeAsync("64m");
        await sample.PushAsync(record, null, Token);
        (await store.FindTagAsync(SampleImage.Commit, Token)).ShouldNotBeNull().Digest.ShouldBe(record.Bake!.Digest);
    }

    [Fact]
    [Trait("Fault", "F39")]
    public async Task Of_the_registry_itself()
    {
        _registry = await DockerRegistry.StartOrSkipAsync(storage: Small);
        using var connector = new RegistryConnector(new PushOptions(), static _ => null, TimeProvider.System);
        var sample = new SampleImage(Path.Combine(_root, "app"));
        var record = SampleImage.Sign(await BakeAsync(sample));

        (await Should.ThrowAsync<ImmutableBuildException>(sample.PushAsync(record, _registry.Host, Token))).Code.ShouldBeOneOf("IMB5004", "IMB5005");

        var client = connector.Connect(_registry.Host, "me/web", RegistryAccess.Pull);
        (await client.FindTagAsync(SampleImage.Commit, Token)).ShouldBeNull();
        await _disk.ResizeAsync("64m");
        await sample.PushAsync(record, _registry.Host, Token);
        (await client.FindTagAsync(SampleImage.Commit, Token)).ShouldNotBeNull().Digest.ShouldBe(record.Bake!.Digest);
        using var files = await ImageFileSystem.OpenAsync(client, record.Bake.Digest, Path.Combine(_root, "scratch"), new ImageLimits(), Token);
        files.Find("/app/big.bin").ShouldNotBeNull().Size.ShouldBe(LayerBytes);
    }

    private async Task<PushRecord> PushedAsync(SampleImage sample)
    {
        _registry = await DockerRegistry.StartOrSkipAsync();
        return await sample.PushAsync(SampleImage.Sign(await BakeAsync(sample)), _registry.Host, Token);
    }

    private static Task<ReleaseRecord> BakeAsync(SampleImage sample)
    {
        var big = new byte[LayerBytes];
        new Random(1).NextBytes(big);
        return sample.BakeAsync([("Web", "\u007fELF app"u8.ToArray()), ("big.bin", big)], Token);
    }

    private static IEnumerable<string> Blobs(string layout) => Directory.GetFiles(layout, "*", SearchOption.AllDirectories)
        .Where(file => file.Contains("/blobs/", StringComparison.Ordinal) || file.EndsWith(".tmp", StringComparison.Ordinal)).Select(file => Path.GetFileName(file));
}
