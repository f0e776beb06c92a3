using ImmutableBuild.Errors;
using ImmutableBuild.IntegrationTests.Rig;
using ImmutableBuild.Registries;
using ImmutableBuild.Releases;
using ImmutableBuild.Trust;

namespace ImmutableBuild.IntegrationTests.Trust;

/// <summary>One release in the registries of several regions.</summary>
public sealed class MirrorTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_get_the_image_and_each_its_own_signature()
    {
        using var cosign = Cosign.FindOrSkip();
        await using var registry = await DockerRegistry.StartOrSkipAsync();
        await using var mirror = await DockerRegistry.StartOrSkipAsync();
        using var image = new SmallImage(("app/Shop", "hello"));

        var record = await ReleaseAsync(image, registry.Host, mirror.Host);

        record.Push!.Repository.ShouldBe($"{registry.Host}/shop");
        record.Push.Mirrors.ShouldHaveSingleItem().Repository.ShouldBe($"{mirror.Host}/shop");
        await VerifyAsync(image, record, registry.Host);
        await VerifyAsync(image, record, mirror.Host);
        await File.WriteAllTextAsync(Path.Combine(cosign.Directory, "ours.pub"), record.Sign!.PublicKey, Token);
        var verified = await cosign.RunAsync("", ["verify", "--key", cosign.Inside("ours.pub"), "--insecure-ignore-tlog=true", "--allow-http-registry", $"{mirror.Host}/shop@{record.Bake!.Digest}"]);
        verified.ExitCode.ShouldBe(0, verified.Output);
        (await ReleaseAsync(image, registry.Host, mirror.Host)).Push!.AlreadyThere.ShouldBeTrue();
    }

    [Fact]
    public async Task A_mirror_that_comes_later_gets_its_signature_and_no_other_is_made_anew()
    {
        await using var registry = await DockerRegistry.StartOrSkipAsync();
        await using var mirror = await DockerRegistry.StartOrSkipAsync();
        using var image = new SmallImage(("app/Shop", "hello"));
        await ReleaseAsync(image, registry.Host);

        var record = await ReleaseAsync(image, registry.Host, mirror.Host);

        await VerifyAsync(image, record, registry.Host);
        await VerifyAsync(image, record, mirror.Host);
        (await ReleaseAsync(image, registry.Host, mirror.Host)).Push!.AlreadyThere.ShouldBeTrue();
    }

    [Fact]
    public async Task One_that_is_down_fails_the_push_by_name_and_the_next_run_completes_it()
    {
        await using var registry = await DockerRegistry.StartOrSkipAsync();
        await using var mirror = await DockerRegistry.StartOrSkipAsync();
        using var image = new SmallImage(("app/Shop", "hello"));
        using var nobody = new UnansweredPort();
        var absent = $"localhost:{nobody.Number}";

        var failure = await Should.ThrowAsync<ImmutableBuildException>(() => ReleaseAsync(image, registry.Host, absent, mirror.Host));

        failure.Code.ShouldBe("IMB5014");
        failure.Message.ShouldContain($"These have it: {registry.Host}/shop, {mirror.Host}/shop.");
        failure.Message.ShouldContain($"{absent}/shop: IMB5002");
        var record = await ReleaseAsync(image, registry.Host, mirror.Host);
        record.Push!.AlreadyThere.ShouldBeTrue("the others have it already");
        await VerifyAsync(image, record, mirror.Host);
    }

    private static async Task<ReleaseRecord> ReleaseAsync(SmallImage image, string registry, params string[] mirrors)
    {
        var context = image.Context(options => options with { Push = new PushOptions { Registry = registry, Mirrors = [.. mirrors] } });
        var signed = await new SignStage().RunAsync(image.Record, context, Token);
        return (await new PushStage().RunAsync(signed.Record, context, Token)).Record;
    }

    private static Task VerifyAsync(SmallImage image, ReleaseRecord record, string registry)
    {
        var key = Path.Combine(image.Context(options => options).WorkDirectory, "trusted.pub");
        File.WriteAllText(key, record.Sign!.PublicKey);
        var context = image.Context(options => options with { Push = new PushOptions { Registry = registry }, Sign = new SignOptions { TrustedKeyFiles = [key] } });
        return new ImageVerifier(context).VerifyAsync(record.App, record.Compile.Commit, $"{registry}/shop", record.Bake!.Digest, Token);
    }
}
