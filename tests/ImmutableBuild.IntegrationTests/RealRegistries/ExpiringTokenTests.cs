using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.IntegrationTests.Rig;
using ImmutableBuild.Registries;

namespace ImmutableBuild.IntegrationTests.RealRegistries;

/// <summary>A registry no one here wrote, whose tokens live for a second: what takes longer goes on with new ones.</summary>
[Trait("Fault", "F43")]
public sealed class ExpiringTokenTests : IAsyncLifetime
{
    private static readonly byte[] Content = Bytes(3_000_000);
    private static readonly Descriptor Blob = new() { MediaType = MediaTypes.GzipLayer, Size = Content.Length, Digest = Digest.Of(Content) };

    private readonly RegistryConnector _connector = new(new PushOptions(), static _ => null, TimeProvider.System, TimeSpan.FromMilliseconds(50));
    private TokenService _tokens = null!;
    private DockerRegistry _registry = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _tokens = await TokenService.StartAsync();
        _registry = await DockerRegistry.StartOrSkipAsync(authentication: _tokens.Authentication);
    }

    public async ValueTask DisposeAsync()
    {
        _connector.Dispose();
        await _tokens.DisposeAsync();
        if (_registry is not null)
        {
            await _registry.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_token_that_expires_before_the_content_of_an_upload_is_sent()
    {
        var client = _connector.Connect(_registry.Host, "team/app", RegistryAccess.Push);
        var opened = 0;

        await client.UploadBlobAsync(Blob, OpenAsync, Token);

        opened.ShouldBeGreaterThanOrEqualTo(2, "the first was refused");
        _tokens.Issued.ShouldBeGreaterThanOrEqualTo(2, "on a slow machine another may expire as well");
        await ShouldHoldAsync(client);

        async Task<Stream> OpenAsync(CancellationToken cancellationToken)
        {
            if (opened++ == 0)
            {
                await Task.Delay(TokenService.LongerThanAToken, cancellationToken);
            }

            return new MemoryStream(Content);
        }
    }

    [Fact]
    public async Task A_token_that_expires_while_it_is_sent()
    {
        var client = _connector.Connect(_registry.Host, "team/app", RegistryAccess.Push);

        await client.UploadBlobAsync(Blob, static _ => Task.FromResult<Stream>(new HaltingStream(Content)), Token);

        _tokens.Issued.ShouldBeGreaterThanOrEqualTo(2, "on a slow machine another may expire as well");
        await ShouldHoldAsync(client);
    }

    [Fact]
    public async Task A_token_that_expires_between_two_requests_and_for_several_at_once()
    {
        var client = _connector.Connect(_registry.Host, "team/app", RegistryAccess.Push);
        await client.UploadBlobAsync(Blob, static _ => Task.FromResult<Stream>(new MemoryStream(Content)), Token);
        for (var round = 0; round < 2; round++)
        {
            await Task.Delay(TokenService.LongerThanAToken, Token);

            (await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => client.HasBlobAsync(Blob, Token)))).ShouldAllBe(has => has);
        }
    }

    private static async Task ShouldHoldAsync(RegistryClient client)
    {
        await using var stream = await client.OpenBlobAsync(Blob, Token);
        await stream.CopyToAsync(Stream.Null, Token);
    }

    private static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Content that comes to a halt in its middle for longer than a token lives.</summary>
    private sealed class HaltingStream(byte[] content) : MemoryStream(content)
    {
        private bool _halted;

        public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
        {
            var buffer = new byte[bufferSize];
            while (await ReadAsync(buffer, cancellationToken) is var count and > 0)
            {
                if (!_halted && Position > Length / 2)
                {
                    _halted = true;
                    await Task.Delay(TokenService.LongerThanAToken, cancellationToken);
                }

                await destination.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            }
        }
    }
}
