using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Registries;
using ImmutableBuild.Tests.Registries;
using ImmutableBuild.Tests.Releases;
using ImmutableBuild.Tests.Scanning;
using ImmutableBuild.Trust;
using ImmutableBuild.Trust.Verification;

namespace ImmutableBuild.Tests.Trust.Verification;

/// <summary>An image is verified by its digest, and by nothing that may mean another one later.</summary>
public sealed class ImageToVerifyTests
{
    private static readonly Digest Image = Digest.Of("image"u8);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("registry.example/me/shop@", "registry.example/me/shop")]
    [InlineData("localhost:5000/shop@", "localhost:5000/shop")]
    [InlineData("localhost:5000/shop:1.0@", "localhost:5000/shop")]
    [InlineData("local/shop@", "local/shop")]
    public void It_is_named_by_repository_and_digest(string name, string repository) =>
        ImageToVerify.Parse(name + Image).ShouldBe(new ImageToVerify(repository, Image));

    [Theory]
    [InlineData("")]
    [InlineData("registry.example/shop")]
    [InlineData("registry.example/shop:1.0")]
    [InlineData("registry.example/shop@sha256:abc")]
    [InlineData("registry.example/shop@latest")]
    [InlineData("@")]
    public void Anything_else_is_IMB4037(string text) => Should.Throw<ImmutableBuildException>(() => ImageToVerify.Parse(text)).Code.ShouldBe("IMB4037");

    [Fact]
    public void A_digest_without_a_repository_is_IMB4037() => Should.Throw<ImmutableBuildException>(() => ImageToVerify.Parse($"@{Image}")).Code.ShouldBe("IMB4037");

    [Fact, Trait("Fault", "F38")]
    public async Task R3_a_tag_that_is_moved_moves_nothing_that_was_verified()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var image = new ScannedImage();
        var record = image.WriteScanned();
        var context = StageContexts.Make(image.Scratch.Path, options => options with { Push = new PushOptions { Registry = registry.Host } });
        var pushed = (await new PushStage().RunAsync((await new SignStage().RunAsync(record, context, Ct)).Record, context, Ct)).Record.Push!;
        var other = OciJson.Write(new ImageManifest { MediaType = MediaTypes.Manifest, Config = new Descriptor { MediaType = MediaTypes.Config, Size = 2, Digest = Digest.Of("{}"u8) }, Layers = [] });
        registry.SetManifest("web", pushed.Tag, MediaTypes.Manifest, other);

        Task Verify(Digest digest) => new ImageVerifier(context).VerifyNewAsync(context.Options.App, record.Compile.Commit, pushed.Repository, digest, Ct);

        await Verify(pushed.Digest);
        (await Should.ThrowAsync<ImmutableBuildException>(Verify(Digest.Of(other)))).Code.ShouldBe("IMB4009", "what the tag means now is not signed");
    }

    [Theory, Trait("Fault", "F38")]
    [InlineData("/referrers/", 401)]
    [InlineData("/referrers/", 403)]
    [InlineData(".sig", 403)]
    [InlineData(".att", 403)]
    public async Task S18_a_registry_that_does_not_answer_makes_it_unknown(string path, int status)
    {
        await using var registry = await TestRegistry.StartAsync();
        using var image = new ScannedImage();
        var record = image.WriteScanned();
        var context = StageContexts.Make(image.Scratch.Path, options => options with { Push = new PushOptions { Registry = registry.Host } });
        var pushed = (await new PushStage().RunAsync((await new SignStage().RunAsync(record, context, Ct)).Record, context, Ct)).Record.Push!;
        registry.Before = request =>
        {
            var isAsked = request.Request.Path.Value!.Contains(path, StringComparison.Ordinal);
            request.Response.StatusCode = isAsked ? status : 200;
            return Task.FromResult(isAsked);
        };

        var fault = await Should.ThrowAsync<ImmutableBuildException>(new ImageVerifier(context).VerifyNewAsync(context.Options.App, record.Compile.Commit, pushed.Repository, pushed.Digest, Ct));

        fault.Code.ShouldBe("IMB4011", fault.Message);
    }
}
