using System.Text;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Registries;
using Microsoft.AspNetCore.Http;

namespace ImmutableBuild.Tests.Registries;

/// <summary>A registry that reads what another push to the repository is writing just then, and takes its digest for none.</summary>
public sealed class MisreadManifestTests : IAsyncLifetime
{
    private static readonly byte[] Bytes = Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.Manifest}}","layers":[]}""");
    private static readonly ManifestContent Manifest = new(Digest.Of(Bytes), MediaTypes.Manifest, Bytes);

    private readonly RegistryConnector _connector = new(new PushOptions(), static _ => null, TimeProvider.System, TimeSpan.FromMilliseconds(1));
    private TestRegistry _registry = null!;
    private RegistryClient _client = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

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

    [Fact]
    public async Task Its_manifest_is_put_again()
    {
        Refuse("DIGEST_INVALID", times: 2);

        await _client.PutManifestAsync("v1", Manifest, Token);

        (await _client.FindTagAsync("v1", Token)).ShouldNotBeNull().Digest.ShouldBe(Manifest.Digest);
        _registry.Requests.Count(request => request.StartsWith("PUT", StringComparison.Ordinal)).ShouldBe(3);
    }

    [Fact]
    public async Task One_that_never_reads_it_right_is_told_with_its_own_words()
    {
        Refuse("DIGEST_INVALID", times: int.MaxValue);

        var fault = await Should.ThrowAsync<ImmutableBuildException>(() => _client.PutManifestAsync("v1", Manifest, Token));

        fault.Code.ShouldBe("IMB5004");
        fault.Message.ShouldContain("DIGEST_INVALID: provided digest did not match uploaded content");
        _registry.Requests.Count.ShouldBe(5);
    }

    [Fact]
    public async Task What_it_refuses_for_another_reason_is_not_put_again()
    {
        Refuse("MANIFEST_INVALID", times: int.MaxValue);

        (await Should.ThrowAsync<ImmutableBuildException>(() => _client.PutManifestAsync("v1", Manifest, Token))).Message.ShouldContain("MANIFEST_INVALID");

        _registry.Requests.Count.ShouldBe(1);
    }

    private void Refuse(string code, int times)
    {
        var left = times;
        _registry.Before = async context =>
        {
            if (context.Request.Method != "PUT" || Interlocked.Decrement(ref left) < 0)
            {
                return false;
            }

            context.Response.StatusCode = 400;
            await context.Response.WriteAsync($$"""{"errors":[{"code":"{{code}}","message":"provided digest did not match uploaded content"}]}""");
            return true;
        };
    }
}
