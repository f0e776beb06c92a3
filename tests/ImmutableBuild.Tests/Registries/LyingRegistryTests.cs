using System.Security.Cryptography;
using System.Text;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Registries;
using ImmutableBuild.Tests.Images;
using Microsoft.AspNetCore.Http;

namespace ImmutableBuild.Tests.Registries;

/// <summary>A registry that says of content what is not so, or sends elsewhere: an error, and never another image under the name.</summary>
[Trait("Fault", "F34")]
public sealed class LyingRegistryTests : IAsyncLifetime
{
    private const string Index = """{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}""";
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly byte[] Content = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 200_000).Select(i => $"{i} ")));
    private static readonly Descriptor Blob = new() { MediaType = MediaTypes.GzipLayer, Size = Content.Length, Digest = Digest.Of(Content) };
    private static readonly ManifestContent Manifest = ManifestOf($$$"""{"schemaVersion":2,"mediaType":"{{{MediaTypes.Manifest}}}","config":{"mediaType":"c","size":2,"digest":"{{{Blob.Digest}}}"},"layers":[]}""");

    private readonly RegistryConnector _connector = new(new PushOptions(), static _ => null, TimeProvider.System, TimeSpan.FromMilliseconds(1));
    private TestRegistry _registry = null!;
    private TestRegistry _elsewhere = null!;
    private RegistryClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        (_registry, _elsewhere) = (await TestRegistry.StartAsync(), await TestRegistry.StartAsync());
        _client = _connector.Connect(_registry.Host, "me/app", RegistryAccess.Push);
    }

    public async ValueTask DisposeAsync()
    {
        _connector.Dispose();
        await _registry.DisposeAsync();
        await _elsewhere.DisposeAsync();
    }

    [Fact]
    public async Task A_blob_it_has_with_another_length_counts_as_none()
    {
        _registry.SetBlob(Content);
        _registry.Lie = static bytes => bytes[..^1];

        (await _client.HasBlobAsync(Blob, None)).ShouldBeFalse();
    }

    [Theory]
    [InlineData(MediaTypes.Index, false)]
    [InlineData(MediaTypes.DockerManifest, false)]
    [InlineData("text/html", false)]
    [InlineData(MediaTypes.Manifest, true)]
    public async Task A_manifest_served_as_something_else_is_refused_and_an_index_too(string served, bool isIndex)
    {
        _registry.SetManifest("me/app", "v1", served, Encoding.UTF8.GetBytes(isIndex ? Index : Encoding.UTF8.GetString(Manifest.Bytes.Span)));

        (await Refusal(() => _client.FindTagAsync("v1", None))).Code.ShouldBe("IMB5006");
    }

    [Theory]
    [InlineData(MediaTypes.Index)]
    [InlineData(MediaTypes.DockerManifest)]
    public async Task A_manifest_it_keeps_as_something_else_is_found_out_when_it_is_tagged(string kept)
    {
        using var place = new TemporaryDirectory();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var record = await Pushing.BakedAndSignedAsync(place, key);
        var image = await OciLayout.Open(record.Bake!.Layout).ReadManifestContentAsync(record.Bake.Digest, None);
        _registry.After = context =>
        {
            if (context.Request.Method == "PUT" && context.Request.Path.Value!.EndsWith($"/manifests/{Baking.Commit}", StringComparison.Ordinal))
            {
                _registry.SetManifest("me/web", Baking.Commit, kept, image.Bytes.ToArray());
            }
        };

        (await Refusal(() => Pushing.PushAsync(place, record, _registry.Host))).Code.ShouldBe("IMB5006");
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task A_blob_whose_length_is_announced_wrongly_is_not_taken(int more)
    {
        _registry.Before = async context =>
        {
            context.Response.ContentLength = Content.Length + more;
            await context.Response.Body.WriteAsync(Content.AsMemory(0, Math.Min(Content.Length, Content.Length + more)));
            context.Abort();
            return true;
        };

        (await Refusal(ReadAsync)).Code.ShouldBeOneOf("IMB2002", "IMB5002");
    }

    [Fact]
    public async Task What_a_range_brings_that_was_not_asked_for_is_found_out()
    {
        _registry.SetBlob(Content);
        _registry.CutAfter = 64 * 1024;
        _registry.Before = async context =>
        {
            if (context.Request.Headers.Range.Count == 0)
            {
                return false;
            }

            context.Response.StatusCode = 206;
            await context.Response.Body.WriteAsync(Content);
            return true;
        };

        (await Refusal(ReadAsync)).Code.ShouldBe("IMB2002");
    }

    [Fact]
    public async Task A_blob_it_says_it_has_and_has_not_gives_no_image()
    {
        _registry.Before = context => Task.FromResult(context.Request.Method == "HEAD");
        (await _client.HasBlobAsync(Blob, None)).ShouldBeTrue();
        _registry.Before = static _ => Task.FromResult(false);

        (await Refusal(ReadAsync)).Code.ShouldBe("IMB2005");
    }

    [Theory]
    [InlineData("POST", "/uploads/")]
    [InlineData("PATCH", "/uploads/")]
    [InlineData("PUT", "/uploads/")]
    [InlineData("PUT", "/manifests/")]
    public async Task A_write_is_sent_nowhere_else(string method, string path)
    {
        _registry.Before = Locked(asked => asked.Method == method && asked.Path.Value!.Contains(path, StringComparison.Ordinal) ? _elsewhere.Host : null);

        (await Refusal(PushAsync)).Code.ShouldBe("IMB5004");

        _elsewhere.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("HEAD", "/blobs/")]
    [InlineData("GET", "/blobs/")]
    [InlineData("GET", "/manifests/")]
    public async Task A_read_that_is_sent_elsewhere_takes_no_credential_along(string method, string path)
    {
        _elsewhere.SetBlob(Content);
        _elsewhere.SetManifest("me/app", "v1", MediaTypes.Manifest, Manifest.Bytes.ToArray());
        _registry.Before = Locked(asked => asked.Method == method && asked.Path.Value!.Contains(path, StringComparison.Ordinal) ? _elsewhere.Host : null);
        _registry.SetBlob(Content);
        _registry.SetManifest("me/app", "v1", MediaTypes.Manifest, Manifest.Bytes.ToArray());

        (await _client.HasBlobAsync(Blob, None)).ShouldBeTrue();
        (await _client.FindTagAsync("v1", None)).ShouldNotBeNull().Digest.ShouldBe(Manifest.Digest);
        await ReadAsync();

        _elsewhere.Authorizations.ShouldBe([null]);
    }

    [Fact]
    public async Task A_token_service_that_sends_elsewhere_is_not_followed()
    {
        _registry.Before = Locked(asked => asked.Path == "/token" ? _elsewhere.Host : null);

        (await Refusal(() => _client.HasBlobAsync(Blob, None))).Code.ShouldBe("IMB5004");

        _elsewhere.Requests.ShouldBeEmpty();
    }

    /// <summary>A registry that wants a token, and sends what it is told to elsewhere.</summary>
    private Func<HttpContext, Task<bool>> Locked(Func<HttpRequest, string?> elsewhere) => async context =>
    {
        var isToken = context.Request.Path == "/token";
        if (!isToken && context.Request.Headers.Authorization != "Bearer secret")
        {
            context.Response.StatusCode = 401;
            context.Response.Headers.WWWAuthenticate = $"Bearer realm=\"http://{_registry.Host}/token\"";
        }
        else if (elsewhere(context.Request) is { } host)
        {
            context.Response.StatusCode = 307;
            context.Response.Headers.Location = $"http://{host}{context.Request.Path}";
        }
        else if (isToken)
        {
            await context.Response.WriteAsync("""{"token":"secret"}""");
        }
        else
        {
            return false;
        }

        return true;
    };

    private async Task PushAsync()
    {
        await _client.UploadBlobAsync(Blob, _ => Task.FromResult<Stream>(new MemoryStream(Content)), None);
        await _client.PutManifestAsync("v1", Manifest, None);
    }

    private async Task ReadAsync()
    {
        await using var stream = await _client.OpenBlobAsync(Blob, None);
        await stream.CopyToAsync(Stream.Null, None);
    }

    private static async Task<ImmutableBuildException> Refusal(Func<Task> call) => await Should.ThrowAsync<ImmutableBuildException>(call);

    private static ManifestContent ManifestOf(string json)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        return new ManifestContent(Digest.Of(bytes), MediaTypes.Manifest, bytes);
    }
}
