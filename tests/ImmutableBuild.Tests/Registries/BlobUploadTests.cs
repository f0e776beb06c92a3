using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Registries;

namespace ImmutableBuild.Tests.Registries;

public sealed class BlobUploadTests : IAsyncLifetime
{
    private const int Piece = 64 * 1024;
    private static readonly byte[] Content = Bytes((20 * Piece) + 1);
    private static readonly Descriptor Blob = DescriptorOf(Content);

    private readonly RegistryConnector _connector = new(new PushOptions(), static _ => null, TimeProvider.System, TimeSpan.FromMilliseconds(1));
    private TestRegistry _registry = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _registry = await TestRegistry.StartAsync();

    public ValueTask DisposeAsync()
    {
        _connector.Dispose();
        return _registry.DisposeAsync();
    }

    [Fact]
    public async Task A_small_one_goes_in_one_piece()
    {
        var small = Bytes(1000);

        (await UploadAsync(small)).ShouldBeTrue();

        Methods.ShouldBe(["POST", "PUT"]);
        _registry.FindBlob(Digest.Of(small)).ShouldBe(small);
    }

    [Fact]
    public async Task A_large_one_goes_so_that_it_could_go_on()
    {
        (await UploadAsync(Content)).ShouldBeTrue();

        Methods.ShouldBe(["POST", "PATCH", "PUT"]);
        _registry.BytesUploaded.ShouldBe(Content.Length);
    }

    [Fact]
    [Trait("Fault", "F39")]
    public async Task Cut_anywhere_it_goes_on_from_there()
    {
        for (var cut = Piece; cut < Content.Length; cut += Piece)
        {
            (_registry.CutUploadAfter, _registry.BytesUploaded) = (cut, 0);

            (await UploadAsync(Content)).ShouldBeTrue();

            _registry.FindBlob(Blob.Digest).ShouldBe(Content);
            _registry.BytesUploaded.ShouldBe(Content.Length, $"cut after {cut} bytes, nothing was sent twice");
        }
    }

    [Fact]
    [Trait("Fault", "F39")]
    public async Task Cut_at_every_piece_it_goes_on_from_each()
    {
        _registry.Before = context =>
        {
            _registry.CutUploadAfter = context.Request.Method == "PATCH" ? Piece : null;
            return Task.FromResult(false);
        };

        (await UploadAsync(Content)).ShouldBeTrue();

        Methods.Count(method => method == "PATCH").ShouldBe(21, "more often than a request is repeated that nothing comes of");
        (_registry.BytesUploaded, Digest.Of(_registry.FindBlob(Blob.Digest)!)).ShouldBe((Content.Length, Blob.Digest));
    }

    [Theory]
    [InlineData(17 * Piece)]
    [InlineData(0)]
    [InlineData(long.MaxValue)]
    [Trait("Fault", "F39")]
    public async Task A_registry_that_lies_of_how_far_it_has_come_gets_it_anew(long last)
    {
        _registry.CutUploadAfter = 5 * Piece;
        _registry.Before = context =>
        {
            if (context.Request.Method != "GET")
            {
                return Task.FromResult(false);
            }

            (context.Response.StatusCode, context.Response.Headers.Range) = (204, $"0-{last}");
            return Task.FromResult(true);
        };

        (await UploadAsync(Content)).ShouldBeTrue();

        Digest.Of(_registry.FindBlob(Blob.Digest)!).ShouldBe(Blob.Digest);
    }

    [Fact]
    public async Task A_registry_that_says_it_has_stored_something_else_is_found_out()
    {
        _registry.After = context => context.Response.Headers["Docker-Content-Digest"] = context.Response.StatusCode == 201 ? Digest.Of("other"u8).ToString() : default;

        (await Should.ThrowAsync<ImmutableBuildException>(UploadAsync(Content))).Code.ShouldBe("IMB5006");
    }

    [Fact]
    [Trait("Fault", "F39")]
    public async Task What_the_registry_has_forgotten_is_begun_anew()
    {
        _registry.CutUploadAfter = 5 * Piece;
        _registry.Before = context =>
        {
            if (context.Request.Method == "GET")
            {
                _registry.ForgetUploads();
            }

            return Task.FromResult(false);
        };

        (await UploadAsync(Content)).ShouldBeTrue();

        Methods.ShouldBe(["POST", "PATCH", "GET", "POST", "PATCH", "PUT"]);
        _registry.FindBlob(Blob.Digest).ShouldBe(Content);
    }

    [Fact]
    public async Task A_registry_that_takes_one_piece_only_gets_one()
    {
        _registry.KnowsPatch = false;

        (await UploadAsync(Content)).ShouldBeTrue();

        Methods.ShouldBe(["POST", "PATCH", "POST", "PUT"]);
        _registry.FindBlob(Blob.Digest).ShouldBe(Content);
    }

    [Fact]
    public async Task What_the_base_images_repository_has_is_not_sent()
    {
        _registry.Mountable[$"bases/os@{Blob.Digest}"] = Content;

        (await UploadAsync(Content, "bases/os")).ShouldBeFalse();

        Methods.ShouldBe(["POST"]);
        _registry.FindBlob(Blob.Digest).ShouldBe(Content);
    }

    [Fact]
    public async Task What_it_does_not_have_is()
    {
        (await UploadAsync(Content, "bases/os")).ShouldBeTrue();

        Methods.ShouldBe(["POST", "PATCH", "PUT"]);
        _registry.BytesUploaded.ShouldBe(Content.Length);
    }

    [Fact]
    public async Task Nobody_asks_it_for_what_is_no_layer()
    {
        _registry.Mountable[$"bases/os@{Blob.Digest}"] = Content;

        (await UploadAsync(Content, "bases/os", MediaTypes.Config)).ShouldBeTrue();

        Methods.ShouldBe(["POST", "PATCH", "PUT"]);
    }

    [Fact]
    public async Task Content_that_is_not_what_it_should_be_is_refused_by_the_registry()
    {
        var other = Content.ToArray();
        other[^1] ^= 1;

        var fault = await Should.ThrowAsync<ImmutableBuildException>(() =>
            _connector.Connect(_registry.Host, "me/app", RegistryAccess.Push).UploadBlobAsync(Blob, _ => Task.FromResult<Stream>(new MemoryStream(other)), Token));

        fault.Code.ShouldBe("IMB5004");
        _registry.FindBlob(Blob.Digest).ShouldBeNull();
    }

    private IEnumerable<string> Methods => _registry.Requests.Select(request => request.Split(' ')[0]);

    private Task<bool> UploadAsync(byte[] content, string? mountFrom = null, string mediaType = MediaTypes.GzipLayer) => _connector
        .Connect(_registry.Host, "me/app", RegistryAccess.Push, mountFrom)
        .UploadBlobAsync(DescriptorOf(content) with { MediaType = mediaType }, _ => Task.FromResult<Stream>(new MemoryStream(content)), Token);

    private static Descriptor DescriptorOf(byte[] content) => new() { MediaType = MediaTypes.GzipLayer, Size = content.Length, Digest = Digest.Of(content) };

    private static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }
}
