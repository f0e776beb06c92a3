using System.Text;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Registries;
using Microsoft.AspNetCore.Http;

namespace ImmutableBuild.Tests.Registries;

/// <summary>The registry's list of what refers to an image.</summary>
public sealed class ReferrersPagesTests : IAsyncLifetime
{
    private static readonly Digest Subject = Digest.Of("image"u8);

    private readonly RegistryConnector _connector = new(new PushOptions(), static _ => null, TimeProvider.System, TimeSpan.FromMilliseconds(1));
    private TestRegistry _registry = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private IImageStore Store => ImageStores.Open($"{_registry.Host}/me/app", "", _connector, RegistryAccess.Push);

    public async ValueTask InitializeAsync()
    {
        _registry = await TestRegistry.StartAsync();
        _registry.ReferrersPage = 2;
    }

    public async ValueTask DisposeAsync()
    {
        _connector.Dispose();
        await _registry.DisposeAsync();
    }

    [Fact]
    public async Task All_pages_are_read_and_each_entry_counts_once()
    {
        var put = await PutAsync(5);
        (await Store.ListReferrersAsync(Subject, Ct)).Select(entry => entry.Digest).ShouldBe(put, ignoreOrder: true);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(405)]
    public async Task A_registry_without_the_list_has_a_tag_for_it(int status)
    {
        _registry.ReferrersPage = null;
        var put = await PutAsync(3);
        Answer(status);

        (await Store.ListReferrersAsync(Subject, Ct)).Select(entry => entry.Digest).ShouldBe(put);
        (await Store.FindTagAsync(ReferrersTag.Of(Subject), Ct)).ShouldNotBeNull();
    }

    [Fact]
    public async Task What_was_put_before_the_registry_had_the_list_is_found_still()
    {
        _registry.ReferrersPage = null;
        var before = await PutAsync(1);
        _registry.Before = context =>
        {
            // Such a registry lists what it gets from now on.
            var asksForList = context.Request.Path.Value!.Contains("/referrers/", StringComparison.Ordinal);
            return asksForList ? AnswerAsync(context, """{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}""") : Task.FromResult(false);
        };

        (await Store.ListReferrersAsync(Subject, Ct)).Select(entry => entry.Digest).ShouldBe(before);
    }

    [Theory]
    [InlineData(401, "IMB5003")]
    [InlineData(403, "IMB5003")]
    [InlineData(429, "IMB5005")]
    [InlineData(500, "IMB5005")]
    [InlineData(503, "IMB5005")]
    public async Task S18_no_answer_is_never_an_empty_list(int status, string code)
    {
        await PutAsync(1);
        Answer(status);
        (await Should.ThrowAsync<ImmutableBuildException>(() => Store.ListReferrersAsync(Subject, Ct))).Code.ShouldBe(code);
    }

    [Fact]
    public async Task R9_pages_that_go_in_a_circle_end()
    {
        await PutAsync(5);
        _registry.NextPage = static honest => honest.Replace("from=4", "from=2", StringComparison.Ordinal);
        await RefusedAsync("read already");
    }

    [Theory]
    [InlineData("http://169.254.169.254/v2/x")]
    [InlineData("/v2/other/referrers/x")]
    [InlineData("file:///etc/passwd")]
    [InlineData("")]
    public async Task R9_pages_lead_nowhere_else(string next)
    {
        await PutAsync(5);
        _registry.NextPage = _ => next;
        await RefusedAsync(next.Length == 0 ? "read already" : "another place");
    }

    [Theory]
    [InlineData("<html></html>")]
    [InlineData("{\"schemaVersion\":2,\"layers\":[],\"manifests\":[]}")]
    [InlineData("{\"schemaVersion\":2,\"manifests\":[],\"manifests\":[]}")]
    [InlineData("")]
    public async Task R4_what_is_no_list_is_refused(string body)
    {
        _registry.Before = context => context.Request.Path.Value!.Contains("/referrers/", StringComparison.Ordinal) ? AnswerAsync(context, body) : Task.FromResult(false);
        await RefusedAsync("an index of referrers");
    }

    [Fact]
    public async Task S12_no_more_than_a_thousand_are_read()
    {
        var endless = 0;
        _registry.Before = context =>
        {
            if (!context.Request.Path.Value!.Contains("/referrers/", StringComparison.Ordinal))
            {
                return Task.FromResult(false);
            }

            var number = Interlocked.Increment(ref endless);
            context.Response.Headers.Link = $"<?from={number}>; rel=\"next\"";
            var entries = Enumerable.Range(0, 100).Select(entry => $$"""{"mediaType":"{{MediaTypes.Manifest}}","size":1,"digest":"{{Digest.Of(BitConverter.GetBytes((number * 100) + entry))}}"}""");
            return AnswerAsync(context, $$"""{"schemaVersion":2,"manifests":[{{string.Join(',', entries)}}]}""");
        };
        await RefusedAsync("at most 1000 referrers");
    }

    [Fact]
    public async Task S12_pages_without_entries_come_to_an_end_too()
    {
        var endless = 0;
        _registry.Before = context =>
        {
            if (!context.Request.Path.Value!.Contains("/referrers/", StringComparison.Ordinal))
            {
                return Task.FromResult(false);
            }

            context.Response.Headers.Link = $"<?from={Interlocked.Increment(ref endless)}>; rel=\"next\"";
            return AnswerAsync(context, """{"schemaVersion":2,"manifests":[]}""");
        };
        await RefusedAsync("at most 1000 pages of referrers");
    }

    private async Task<Digest[]> PutAsync(int count)
    {
        var manifests = Enumerable.Range(0, count).Select(number =>
        {
            var bytes = OciJson.Write(new ImageManifest
            {
                MediaType = MediaTypes.Manifest,
                Config = new Descriptor { MediaType = "application/vnd.oci.empty.v1+json", Size = 2, Digest = Digest.Of("{}"u8) },
                Layers = [],
                Annotations = OciAnnotations.None.Add("number", $"{number}"),
                Subject = new Descriptor { MediaType = MediaTypes.Manifest, Size = 5, Digest = Subject },
            });
            return new ManifestContent(Digest.Of(bytes), MediaTypes.Manifest, bytes);
        }).ToArray();
        await Store.AddReferrersAsync(Subject, [.. manifests.Select(manifest => (manifest, manifest.Descriptor))], Ct);
        return [.. manifests.Select(manifest => manifest.Digest)];
    }

    private void Answer(int status) => _registry.Before = context =>
    {
        var asksForList = context.Request.Path.Value!.Contains("/referrers/", StringComparison.Ordinal);
        context.Response.StatusCode = asksForList ? status : 200;
        return Task.FromResult(asksForList);
    };

    private static async Task<bool> AnswerAsync(HttpContext context, string body)
    {
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(body));
        return true;
    }

    private async Task RefusedAsync(string says)
    {
        var fault = await Should.ThrowAsync<ImmutableBuildException>(() => Store.ListReferrersAsync(Subject, Ct));
        fault.Code.ShouldBe("IMB5006", fault.Message);
        fault.Message.ShouldContain(says);
    }
}
