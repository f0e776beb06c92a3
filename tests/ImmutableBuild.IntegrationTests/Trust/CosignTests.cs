using System.Security.Cryptography;
using ImmutableBuild.Errors;
using ImmutableBuild.IntegrationTests.Rig;
using ImmutableBuild.Registries;
using ImmutableBuild.Releases;
using ImmutableBuild.Trust;
using ImmutableBuild.Trust.Keys;

namespace ImmutableBuild.IntegrationTests.Trust;

/// <summary>Our signatures before the real cosign, and cosign's before us, over a real registry.</summary>
public sealed class CosignTests
{
    [Fact]
    public async Task Cosign_verifies_what_we_signed_and_refuses_what_is_not_so()
    {
        using var cosign = Cosign.FindOrSkip();
        await using var registry = await DockerRegistry.StartOrSkipAsync();
        using var image = new SmallImage(("app/Shop", "hello"));
        var pushed = await SignAndPushAsync(image, registry, new SignOptions());
        var reference = $"{pushed.Push!.Repository}@{pushed.Bake!.Digest}";
        await File.WriteAllTextAsync(Path.Combine(cosign.Directory, "ours.pub"), pushed.Sign!.PublicKey, TestContext.Current.CancellationToken);

        Task<(int ExitCode, string Output)> Verify(string key, params string[] more) =>
            cosign.RunAsync("", ["verify", "--key", cosign.Inside(key), "--insecure-ignore-tlog=true", "--allow-http-registry", .. more]);

        var (code, output) = await Verify("ours.pub", "-a", $"gitSha={pushed.Compile.Commit}", reference);
        code.ShouldBe(0, output);
        output.ShouldContain(pushed.Bake.Digest.ToString());
        (await Verify("ours.pub", $"{pushed.Push.Repository}:{pushed.Push.Tag}")).ExitCode.ShouldBe(0, "by the commit's tag");
        (await Verify("ours.pub", "-a", $"gitSha={new string('b', 40)}", reference)).ExitCode.ShouldBe(12, "another commit");

        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await File.WriteAllTextAsync(Path.Combine(cosign.Directory, "stranger.pub"), PublicKey.Of(stranger).Pem, TestContext.Current.CancellationToken);
        (await Verify("stranger.pub", reference)).ExitCode.ShouldBe(12, "another key");
    }

    [Fact]
    public async Task We_sign_with_cosigns_key_and_verify_what_cosign_signed_and_neither_signature_is_lost()
    {
        using var cosign = Cosign.FindOrSkip();
        await using var registry = await DockerRegistry.StartOrSkipAsync();
        using var image = new SmallImage(("app/Shop", "hello"));
        var prefix = cosign.Inside("theirs");
        var made = await cosign.RunAsync("pass word", "generate-key-pair", "--output-key-prefix", prefix);
        made.ExitCode.ShouldBe(0, made.Output);
        var theirs = Path.Combine(cosign.Directory, "theirs");

        // Theirs is the first signature, and by another key than ours.
        var ours = await SignAndPushAsync(image, registry, new SignOptions());
        var reference = $"{ours.Push!.Repository}@{ours.Bake!.Digest}";
        var signed = await cosign.RunAsync(
            "pass word", "sign", "--yes", "--key", prefix + ".key", "--tlog-upload=false", "--allow-http-registry", "-a", $"gitSha={ours.Compile.Commit}", reference);
        signed.ExitCode.ShouldBe(0, signed.Output);
        await VerifyAsync(image, registry, ours, theirs + ".pub");
        await VerifyAsync(image, registry, ours, WriteKey(cosign, ours));

        // With cosign's key, in its own encrypted form, we make the signature it made, and the bundle that cosign 2 leaves out. Then nothing is added any more.
        Task<ReleaseRecord> SignWithTheirsAsync() => SignAndPushAsync(image, registry, new SignOptions { KeyFile = theirs + ".key", KeyPasswordVariable = "PW" }, new() { ["PW"] = "pass word" });
        await SignWithTheirsAsync();
        var withTheirs = await SignWithTheirsAsync();
        withTheirs.Sign!.PublicKey.ShouldBe(await File.ReadAllTextAsync(theirs + ".pub", TestContext.Current.CancellationToken));
        withTheirs.Push!.AlreadyThere.ShouldBeTrue();
        await VerifyAsync(image, registry, ours, theirs + ".pub");
        await VerifyAsync(image, registry, ours, WriteKey(cosign, ours));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Cosign_opens_a_key_that_we_made_with_its_password_alone(int major)
    {
        using var cosign = Cosign.FindOrSkip(major);
        var made = NewKey.Make(Path.Combine(cosign.Directory, "made"), KeyFormat.Cosign, "pass word");

        (await cosign.RunAsync("pass word", "public-key", "--key", cosign.Inside("made.key"))).ShouldBe((0, made.PublicKey.Pem));
        (await cosign.RunAsync("pass words", "public-key", "--key", cosign.Inside("made.key"))).Output.ShouldContain("decrypt");
    }

    [Fact]
    public async Task Cosign_signs_with_a_key_that_we_made_and_we_verify_it()
    {
        using var cosign = Cosign.FindOrSkip();
        await using var registry = await DockerRegistry.StartOrSkipAsync();
        using var image = new SmallImage(("app/Shop", "hello"));
        var made = NewKey.Make(Path.Combine(cosign.Directory, "made"), KeyFormat.Cosign, "pass word");

        // Another key's signature is there first, so that the one by the new key can only be cosign's.
        var pushed = await SignAndPushAsync(image, registry, new SignOptions());
        (await Should.ThrowAsync<ImmutableBuildException>(VerifyAsync(image, registry, pushed, made.PublicFile))).Code.ShouldBe("IMB4010");
        var signed = await cosign.RunAsync(
            "pass word", "sign", "--yes", "--key", cosign.Inside("made.key"), "--tlog-upload=false", "--allow-http-registry", "-a", $"gitSha={pushed.Compile.Commit}", $"{pushed.Push!.Repository}@{pushed.Bake!.Digest}");

        signed.ExitCode.ShouldBe(0, signed.Output);
        await VerifyAsync(image, registry, pushed, made.PublicFile);
    }

    [Fact]
    [Trait("Fault", "F34")]
    public async Task A_stranger_and_an_unsigned_image_are_refused_by_name()
    {
        await using var registry = await DockerRegistry.StartOrSkipAsync();
        using var image = new SmallImage(("app/Shop", "hello"));
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var pushed = await SignAndPushAsync(image, registry, new SignOptions());
        var key = Path.Combine(image.Context(o => o).WorkDirectory, "stranger.pub");
        await File.WriteAllTextAsync(key, PublicKey.Of(stranger).Pem, TestContext.Current.CancellationToken);
        (await Should.ThrowAsync<ImmutableBuildException>(VerifyAsync(image, registry, pushed, key))).Code.ShouldBe("IMB4010");

        using var other = new SmallImage(("app/Shop", "changed"));
        var otherCommit = pushed with { Bake = other.Record.Bake };
        (await Should.ThrowAsync<ImmutableBuildException>(VerifyAsync(image, registry, otherCommit, key))).Code.ShouldBe("IMB2005", "nothing of that digest is there");
    }

    private static string WriteKey(Cosign cosign, ReleaseRecord record)
    {
        var path = Path.Combine(cosign.Directory, "ours.pub");
        File.WriteAllText(path, record.Sign!.PublicKey);
        return path;
    }

    private static async Task<ReleaseRecord> SignAndPushAsync(SmallImage image, DockerRegistry registry, SignOptions sign, Dictionary<string, string>? variables = null)
    {
        var context = image.Context(options => options with { Push = new PushOptions { Registry = registry.Host }, Sign = sign }, variables);
        var signed = await new SignStage().RunAsync(image.Record, context, TestContext.Current.CancellationToken);
        return (await new PushStage().RunAsync(signed.Record, context, TestContext.Current.CancellationToken)).Record;
    }

    private static Task VerifyAsync(SmallImage image, DockerRegistry registry, ReleaseRecord record, string trustedKey)
    {
        var context = image.Context(options => options with { Push = new PushOptions { Registry = registry.Host }, Sign = new SignOptions { TrustedKeyFiles = [trustedKey] } });
        return new ImageVerifier(context).VerifyAsync(record.App, record.Compile.Commit, $"{registry.Host}/{record.App.App}", record.Bake!.Digest, TestContext.Current.CancellationToken);
    }
}
