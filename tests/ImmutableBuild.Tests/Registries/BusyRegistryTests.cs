using System.Globalization;
using System.Text;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Registries;
using Microsoft.AspNetCore.Http;

namespace ImmutableBuild.Tests.Registries;

/// <summary>429 and 5xx on each kind of call that a push and a pull are made of, those to the token service among them.</summary>
[Trait("Fault", "F39")]
public sealed class BusyRegistryTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly byte[] Content = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 200_000).Select(i => $"{i} ")));
    private static readonly Descriptor Blob = new() { MediaType = MediaTypes.GzipLayer, Size = Content.Length, Digest = Digest.Of(Content) };
    private static readonly ManifestContent Manifest = ManifestOf($$$"""{"schemaVersion":2,"mediaType":"{{{MediaTypes.Manifest}}}","config":{"mediaType":"c","size":2,"digest":"{{{Blob.Digest}}}"},"layers":[]}""");

    private static readonly string[] Calls = ["HEAD blobs", "POST uploads", "PATCH uploads", "PUT uploads", "PUT manifests", "GET manifests", "GET blobs", "GET token"];

    private readonly RegistryConnector _connector = new(new PushOptions(), static _ => null, TimeProvider.System, TimeSpan.FromMilliseconds(1));
    private TestRegistry _registry = null!;
    private RegistryClient _client = null!;

    public static TheoryData<string, int, string?> Answers =>
        [.. from call in Calls from status in (int[])[408, 429, 500, 502, 503, 504] from retryAfter in (string?[])[null, "0"] select (call, status, retryAfter)];

    public static TheoryData<string> EachCall => [.. Calls];

    public async ValueTask InitializeAsync()
    {
        _registry = await TestRegistry.StartAsync();
        _client = _connector.Connect(_registry.Host, "me/app", RegistryAccess.Push);
    }

    public ValueTask DisposeAsync()
    {
        _connector.Dispose();
        return _registry.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task One_that_recovers_gets_and_gives_the_image(string call, int status, string? retryAfter)
    {
        Answer(call, status, times: 3, retryAfter);

        await PushAndPullAsync();

        Asked(call).ShouldBeGreaterThanOrEqualTo(4);
    }

    [Theory]
    [MemberData(nameof(EachCall))]
    public async Task One_that_does_not_is_named_with_the_call(string call)
    {
        Answer(call, 503, times: int.MaxValue, retryAfter: null);

        var fault = await Should.ThrowAsync<ImmutableBuildException>(PushAndPullAsync);

        (fault.Code, fault.IsTransient).ShouldBe(("IMB5005", true));
        fault.Message.ShouldStartWith($"IMB5005: {call.Split(' ')[0]} http://{_registry.Host}/");
        fault.Message.ShouldContain("was answered 503");
        Asked(call).ShouldBe(call == "PUT uploads" ? 10 : 5, "when an upload ends, all of it has arrived, which is worth as many attempts again");
    }

    [Theory]
    [MemberData(nameof(EachCall))]
    public async Task One_that_asks_for_an_hour_is_not_waited_for(string call)
    {
        Answer(call, 429, times: int.MaxValue, TimeProvider.System.GetUtcNow().AddHours(1).ToString("R", CultureInfo.InvariantCulture));

        (await Should.ThrowAsync<ImmutableBuildException>(PushAndPullAsync)).Code.ShouldBe("IMB5005");

        Asked(call).ShouldBe(1);
    }

    private async Task PushAndPullAsync()
    {
        (await _client.HasBlobAsync(Blob, None)).ShouldBeFalse();
        await _client.UploadBlobAsync(Blob, _ => Task.FromResult<Stream>(new MemoryStream(Content)), None);
        await _client.PutManifestAsync("v1", Manifest, None);
        (await _client.FindTagAsync("v1", None)).ShouldNotBeNull().Digest.ShouldBe(Manifest.Digest);
        await using var stream = await _client.OpenBlobAsync(Blob, None);
        var arrived = new MemoryStream();
        await stream.CopyToAsync(arrived, None);
        Digest.Of(arrived.ToArray()).ShouldBe(Blob.Digest);
    }

    /// <summary>Answers the next <paramref name="times"/> calls of a kind with a status, and all others as a registry that wants tokens.</summary>
    private void Answer(string call, int status, int times, string? retryAfter)
    {
        var left = times;
        _registry.Before = async context =>
        {
            var path = context.Request.Path.Value!;
            if (path != "/token" && context.Request.Headers.Authorization != "Bearer t")
            {
                context.Response.StatusCode = 401;
                context.Response.Headers.WWWAuthenticate = $"Bearer realm=\"http://{_registry.Host}/token\"";
            }
            else if (IsOf(call, $"{context.Request.Method} {path}") && Interlocked.Decrement(ref left) >= 0)
            {
                context.Response.StatusCode = status;
                context.Response.Headers.RetryAfter = retryAfter;
            }
            else if (path == "/token")
            {
                await context.Response.WriteAsync("""{"token":"t"}""");
            }
            else
            {
                return false;
            }

            return true;
        };
    }

    // What comes without a token is no more than how one begins to talk.
    private int Asked(string call) => _registry.Requests.Zip(_registry.Authorizations).Count(asked => IsOf(call, asked.First) && (call == "GET token" || asked.Second is not null));

    private static bool IsOf(string call, string request) => call.Split(' ') is [var method, var kind]
        && request.StartsWith($"{method} ", StringComparison.Ordinal)
        && request.Contains($"/{kind}", StringComparison.Ordinal)
        && (kind != "blobs" || !request.Contains("/uploads/", StringComparison.Ordinal));

    private static ManifestContent ManifestOf(string json)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        return new ManifestContent(Digest.Of(bytes), MediaTypes.Manifest, bytes);
    }
}
