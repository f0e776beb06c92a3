using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.IntegrationTests.Rig;
using ImmutableBuild.Registries;

namespace ImmutableBuild.IntegrationTests.RealRegistries;

/// <summary>Connections that are cut, at every 64 KB of a blob of 2 MB on its way into and out of a registry no one here wrote.</summary>
[Trait("Fault", "F39")]
public sealed class CutTransferTests : IAsyncLifetime
{
    private const int Piece = 64 * 1024;
    private const int Size = (32 * Piece) + 1;

    private readonly RegistryConnector _connector = new(new PushOptions(), static _ => null, TimeProvider.System, TimeSpan.FromMilliseconds(1));
    private DockerRegistry _registry = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _registry = await DockerRegistry.StartOrSkipAsync();

    public async ValueTask DisposeAsync()
    {
        _connector.Dispose();
        if (_registry is not null)
        {
            await _registry.DisposeAsync();
        }
    }

    [Fact]
    public async Task An_upload_cut_anywhere_arrives()
    {
        await using var proxy = new CuttingProxy(_registry.Host);
        for (var (after, cuts) = (Piece, 1); after < Size; after += Piece, cuts++)
        {
            var content = Bytes(after);
            proxy.CutOnceAfter(after);

            (await UploadAsync(proxy.Host, content)).ShouldBeTrue();

            proxy.Cuts.ShouldBe(cuts);
            (await HasArrivedAsync(_registry.Host, content)).ShouldBeTrue($"cut after {after} bytes");
        }
    }

    [Fact]
    public async Task A_download_cut_anywhere_arrives()
    {
        var content = Bytes(2);
        await UploadAsync(_registry.Host, content);
        await using var proxy = new CuttingProxy(_registry.Host) { CountsReplies = true };
        for (var (after, cuts) = (Piece, 1); after < Size; after += Piece, cuts++)
        {
            proxy.CutOnceAfter(after);

            (await HasArrivedAsync(proxy.Host, content)).ShouldBeTrue($"cut after {after} bytes");

            proxy.Cuts.ShouldBe(cuts);
        }
    }

    [Fact]
    public async Task A_download_over_a_line_that_is_cut_at_every_64_KB_arrives()
    {
        var content = Bytes(3);
        await UploadAsync(_registry.Host, content);
        await using var proxy = new CuttingProxy(_registry.Host) { CountsReplies = true, EachAfter = Piece };

        (await HasArrivedAsync(proxy.Host, content)).ShouldBeTrue();

        proxy.Cuts.ShouldBeGreaterThanOrEqualTo(Size / Piece);
    }

    private Task<bool> UploadAsync(string host, byte[] content) => _connector
        .Connect(host, "team/app", RegistryAccess.Push)
        .UploadBlobAsync(DescriptorOf(content), _ => Task.FromResult<Stream>(new MemoryStream(content)), Token);

    private async Task<bool> HasArrivedAsync(string host, byte[] content)
    {
        await using var stream = await _connector.Connect(host, "team/app", RegistryAccess.Pull).OpenBlobAsync(DescriptorOf(content), Token);
        using var arrived = new MemoryStream();
        await stream.CopyToAsync(arrived, Token);
        return arrived.GetBuffer().AsSpan(0, (int)arrived.Length).SequenceEqual(content);
    }

    private static Descriptor DescriptorOf(byte[] content) => new() { MediaType = MediaTypes.GzipLayer, Size = content.Length, Digest = Digest.Of(content) };

    private static byte[] Bytes(int seed)
    {
        var bytes = new byte[Size];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
