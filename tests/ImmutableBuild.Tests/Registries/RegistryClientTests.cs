using System.Text;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Registries;

namespace ImmutableBuild.Tests.Registries;

public sealed class RegistryClientTests : IAsyncLifetime
{
    private const string Manifest = """{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"c","size":2,"digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"},"layers":[]}""";
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly byte[] Content = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 60_000).Select(i => $"{i} ")));
    private static readonly Descriptor Blob = new() { MediaType = MediaTypes.GzipLayer, Size = Content.Length, Digest = Digest.Of(Content) };

    private readonly RegistryConnector _connector = new(new PushOptions(), static _ => null, TimeProvider.System, TimeSpan.FromMilliseconds(1));
    private TestRegistry _registry = null!;
    private RegistryClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _registry = await TestRegistry.StartAsync();
        _client = _connector.Connect(_registry.Host, "me/app", RegistryAccess.Push);
    }

    public async ValueTask DisposeAsync()
    {
        _connector.Dispose();
        await _registry.DisposeAsync();
    }

    [Fact]
    public async Task What_is_pushed_can_be_pulled()
    {
        var manifest = ManifestOf(Manifest);
        await UploadAsync();
        await _client.PutManifestAsync("v1", manifest, None);

        (await _client.HasBlobAsync(Blob, None)).ShouldBeTrue();
        (await DownloadAsync()).ShouldBe(Content);
        (await _client.FindTagAsync("v1", None)).ShouldNotBeNull().Digest.ShouldBe(manifest.Digest);
        (await _client.FindManifestAsync(manifest.Digest, None)).ShouldNotBeNull().Bytes.ToArray().ShouldBe(manifest.Bytes.ToArray());
        (await _client.FindTagAsync("v2", None)).ShouldBeNull();
    }

    [Fact]
    public async Task A_manifest_that_is_not_what_the_digest_says_is_refused()
    {
        var manifest = ManifestOf(Manifest);
        await _client.PutManifestAsync("v1", manifest, None);
        _registry.Lie = bytes => [.. bytes, (byte)' '];

        (await Refusal(() => _client.FindManifestAsync(manifest.Digest, None))).Code.ShouldBe("IMB5006");
    }

    [Fact]
    public async Task A_tags_digest_is_that_of_the_bytes_whatever_the_header_says()
    {
        await _client.PutManifestAsync("v1", ManifestOf(Manifest), None);
        _registry.Lie = bytes => [.. bytes, (byte)' '];

        (await _client.FindTagAsync("v1", None)).ShouldNotBeNull().Digest.ShouldBe(Digest.Of(Encoding.UTF8.GetBytes(Manifest + " ")));
    }

    [Fact]
    public async Task A_registry_that_stores_something_else_is_found_out()
    {
        _registry.Lie = bytes => [.. bytes, (byte)' '];

        (await Refusal(() => _client.PutManifestAsync("v1", ManifestOf(Manifest), None))).Code.ShouldBe("IMB5006");
    }

    [Fact]
    public async Task An_index_served_as_a_manifest_is_refused()
    {
        _registry.SetManifest("me/app", "v1", MediaTypes.Manifest, Encoding.UTF8.GetBytes("""{"schemaVersion":2,"manifests":[]}"""));

        (await Refusal(() => _client.FindTagAsync("v1", None))).Code.ShouldBe("IMB5006");
    }

    [Fact]
    public async Task A_manifest_without_end_is_refused()
    {
        _registry.SetManifest("me/app", "v1", MediaTypes.Manifest, new byte[OciJson.MaxManifestBytes + 1]);

        (await Refusal(() => _client.FindTagAsync("v1", None))).Code.ShouldBe("IMB5006");
    }

    [Fact]
    public async Task A_manifest_that_is_cut_is_an_error_that_may_pass()
    {
        _registry.Before = async context =>
        {
            context.Response.ContentLength = 1000;
            await context.Response.Body.WriteAsync("{"u8.ToArray());
            await context.Response.Body.FlushAsync();
            context.Abort();
            return true;
        };

        (await Refusal(() => _client.FindTagAsync("v1", None))).Code.ShouldBe("IMB5002");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    [InlineData(0)]
    public async Task A_blob_that_is_longer_shorter_or_other_is_refused(int more)
    {
        _registry.SetBlob(Content);
        _registry.Lie = bytes => more switch { 1 => [.. bytes, 0], -1 => bytes[..^1], _ => [.. bytes[..^1], 0] };

        (await Refusal(DownloadAsync)).Code.ShouldBe("IMB2002");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Fault", "F39")]
    public async Task A_download_that_is_cut_goes_on_where_it_was(bool ignoresRanges)
    {
        _registry.SetBlob(Content);
        (_registry.CutAfter, _registry.IgnoresRanges) = (ignoresRanges ? null : 64 * 1024, ignoresRanges);
        var cuts = 0;
        _registry.Before = _ =>
        {
            _registry.CutAfter = ignoresRanges ? (cuts++ == 0 ? 64 * 1024 : null) : _registry.CutAfter;
            return Task.FromResult(false);
        };

        (await DownloadAsync()).ShouldBe(Content);
        _registry.Requests.Count.ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task A_download_on_which_nothing_comes_ends_with_an_error()
    {
        _registry.SetBlob(Content);
        _registry.CutAfter = 0;

        (await Refusal(DownloadAsync)).Code.ShouldBe("IMB5002");
    }

    [Theory]
    [InlineData("HEAD", 429)]
    [InlineData("POST", 429)]
    [InlineData("PUT", 429)]
    [InlineData("GET", 429)]
    [InlineData("HEAD", 503)]
    [InlineData("POST", 503)]
    [InlineData("PUT", 503)]
    [InlineData("GET", 503)]
    [Trait("Fault", "F39")]
    [Trait("SdkDefect", "no-retry")]
    public async Task A_busy_registry_is_asked_again(string method, int status)
    {
        _registry.Fail(method, status, times: 3, retryAfter: "0");

        await UploadAsync();
        await _client.PutManifestAsync("v1", ManifestOf(Manifest), None);
        (await _client.HasBlobAsync(Blob, None)).ShouldBeTrue();
        (await DownloadAsync()).ShouldBe(Content);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task A_registry_that_stays_busy_is_an_error_that_may_pass(int status)
    {
        _registry.Fail("GET", status, times: int.MaxValue);

        var fault = await Refusal(() => _client.FindTagAsync("v1", None));

        (fault.Code, fault.IsTransient).ShouldBe(("IMB5005", true));
        fault.Message.ShouldContain($"GET http://{_registry.Host}/v2/me/app/manifests/v1 was answered {status}");
        _registry.Requests.Count.ShouldBe(5);
    }

    [Fact]
    public async Task Nobody_waits_an_hour()
    {
        _registry.Fail("GET", 429, times: int.MaxValue, retryAfter: "3600");

        (await Refusal(() => _client.FindTagAsync("v1", None))).Code.ShouldBe("IMB5005");
        _registry.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_registry_that_is_not_there_is_an_error_that_may_pass()
    {
        await _registry.DisposeAsync();

        var fault = await Refusal(() => _client.FindTagAsync("v1", None));

        (fault.Code, fault.IsTransient).ShouldBe(("IMB5002", true));
    }

    [Fact]
    public async Task What_a_registry_says_is_shown_without_its_escape_codes()
    {
        _registry.Before = async context =>
        {
            context.Response.StatusCode = 400;
            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes("""{"errors":[{"code":"NAME_INVALID","message":"bad \u001b[31mname"}]}"""));
            return true;
        };

        var fault = await Refusal(() => _client.FindTagAsync("v1", None));

        fault.Code.ShouldBe("IMB5004");
        fault.Message.ShouldContain("NAME_INVALID: bad ?[31mname");
    }

    [Fact]
    public async Task An_upload_to_another_host_is_refused()
    {
        _registry.Location = _ => "http://storage.example.com/upload?sig=secret";

        var fault = await Refusal(UploadAsync);

        fault.Code.ShouldBe("IMB5007");
        fault.Message.ShouldNotContain("secret");
    }

    [Fact]
    public async Task An_upload_goes_on_at_an_absolute_address_of_the_same_host_over_its_own_scheme()
    {
        _registry.Location = honest => $"https://{_registry.Host}{honest}";

        await UploadAsync();

        _registry.BytesUploaded.ShouldBe(Content.Length);
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://storage.example.com/blob")]
    public async Task A_redirect_to_another_scheme_is_refused(string target)
    {
        _registry.Before = Redirect(target);

        (await Refusal(DownloadAsync)).Code.ShouldBe("IMB5007");
    }

    [Fact]
    public async Task Redirects_end()
    {
        _registry.Before = Redirect("/v2/me/app/blobs/again");

        (await Refusal(DownloadAsync)).Code.ShouldBe("IMB5004");
        _registry.Requests.Count.ShouldBe(6);
    }

    [Fact]
    public async Task A_redirected_blob_is_read_and_hashed_like_any_other()
    {
        await using var storage = await TestRegistry.StartAsync();
        storage.SetBlob(Content);
        _registry.Before = Redirect($"http://{storage.Host}/v2/s/blobs/{Blob.Digest}");

        (await DownloadAsync()).ShouldBe(Content);
    }

    private static Func<Microsoft.AspNetCore.Http.HttpContext, Task<bool>> Redirect(string target) => context =>
    {
        context.Response.StatusCode = 307;
        context.Response.Headers.Location = target;
        return Task.FromResult(true);
    };

    private Task UploadAsync() => _client.UploadBlobAsync(Blob, _ => Task.FromResult<Stream>(new MemoryStream(Content)), None);

    private async Task<byte[]> DownloadAsync()
    {
        await using var stream = await _client.OpenBlobAsync(Blob, None);
        var content = new MemoryStream();
        await stream.CopyToAsync(content, None);
        return content.ToArray();
    }

    private static ManifestContent ManifestOf(string json)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        return new ManifestContent(Digest.Of(bytes), MediaTypes.Manifest, bytes);
    }

    private static async Task<ImmutableBuildException> Refusal(Func<Task> call) => await Should.ThrowAsync<ImmutableBuildException>(call);
}
