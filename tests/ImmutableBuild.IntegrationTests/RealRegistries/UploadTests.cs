using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.IntegrationTests.Rig;
using ImmutableBuild.Registries;

namespace ImmutableBuild.IntegrationTests.RealRegistries;

/// <summary>How blobs get into a registry no one here wrote.</summary>
public sealed class UploadTests : IAsyncLifetime
{
    private static readonly byte[] Content = Bytes(3_000_000);
    private static readonly Descriptor Blob = new() { MediaType = MediaTypes.GzipLayer, Size = Content.Length, Digest = Digest.Of(Content) };

    private readonly RegistryConnector _connector = new(new PushOptions(), static _ => null, TimeProvider.System, TimeSpan.FromMilliseconds(50));
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
    public async Task What_another_repository_has_is_mounted_and_not_sent()
    {
        (await UploadAsync(_registry.Host, "bases/os")).ShouldBeTrue();

        (await UploadAsync(_registry.Host, "team/app", mountFrom: "bases/os")).ShouldBeFalse();

        (await ReadAsync("team/app")).ShouldBe(Content);
    }

    private Task<bool> UploadAsync(string host, string repository, string? mountFrom = null) =>
        _connector.Connect(host, repository, RegistryAccess.Push, mountFrom).UploadBlobAsync(Blob, _ => Task.FromResult<Stream>(new MemoryStream(Content)), Token);

    private async Task<byte[]> ReadAsync(string repository)
    {
        await using var stream = await _connector.Connect(_registry.Host, repository, RegistryAccess.Pull).OpenBlobAsync(Blob, Token);
        using var content = new MemoryStream();
        await stream.CopyToAsync(content, Token);
        return content.ToArray();
    }

    private static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }
}
