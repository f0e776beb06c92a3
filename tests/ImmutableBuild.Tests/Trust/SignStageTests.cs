using System.Collections.Immutable;
using System.Security.Cryptography;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Registries;
using ImmutableBuild.Releases;
using ImmutableBuild.Tests.Releases;
using ImmutableBuild.Tests.Scanning;
using ImmutableBuild.Trust;
using ImmutableBuild.Trust.Signatures;

namespace ImmutableBuild.Tests.Trust;

public sealed class SignStageTests : IDisposable
{
    private readonly ScannedImage _image = new();
    private readonly ReleaseRecord _record;

    public SignStageTests()
    {
        _record = _image.WriteScanned();
    }

    public void Dispose() => _image.Dispose();

    [Fact]
    public async Task Signs_with_the_local_key_over_digest_repository_and_commit()
    {
        var result = await SignAsync();
        var sign = result.Record.Sign.ShouldNotBeNull();
        sign.Image.ShouldBe(_record.Bake!.Digest);
        result.Summary.ShouldStartWith("signed by key ");
        result.Summary.ShouldEndWith(" for local/web");
        PublicKey.Parse(sign.PublicKey).KeyId.ShouldBe(sign.KeyId);
        OciLayout.Open(_record.Bake.Layout).Find(SignatureManifest.TagOf(sign.Image))!.Digest.ShouldBe(sign.SignatureManifest);
    }

    [Fact]
    [Trait("Fault", "F07")]
    public async Task Signing_again_changes_nothing()
    {
        var first = await SignAsync();
        var index = File.ReadAllBytes(Path.Combine(_record.Bake!.Layout, "index.json"));
        var second = await SignAsync();
        second.Record.Sign.ShouldBe(first.Record.Sign);
        second.Summary.ShouldStartWith("signed before by key ");
        File.ReadAllBytes(Path.Combine(_record.Bake.Layout, "index.json")).ShouldBe(index);
    }

    [Theory]
    [InlineData("another key")]
    [InlineData("another commit")]
    [InlineData("a broken payload")]
    public async Task Anything_else_makes_a_new_signature(string change)
    {
        var first = await SignAsync();
        var record = _record;
        switch (change)
        {
            case "another key":
                File.Delete(_image.Scratch["data", "keys", "cosign.key"]);
                break;
            case "another commit":
                record = _record with { Compile = _record.Compile with { Commit = CommitSha.Parse(new string('c', 40)) } };
                break;
            default:
                var layout = OciLayout.Open(_record.Bake!.Layout);
                var manifest = await layout.ReadManifestAsync(first.Record.Sign!.SignatureManifest, TestContext.Current.CancellationToken);
                File.WriteAllText(layout.BlobPath(manifest.Layers[0].Digest), "broken");
                break;
        }

        var second = await SignAsync(record);
        second.Record.Sign!.SignatureManifest.ShouldNotBe(first.Record.Sign!.SignatureManifest);
        second.Summary.ShouldStartWith("signed by key ");
    }

    [Fact]
    public async Task A_digest_that_the_scan_does_not_speak_of_is_IMB4007() =>
        (await RefusedAsync(_record with { Scan = _record.Scan! with { Image = Digest.Of("other"u8) } })).ShouldBe("IMB4007");

    [Theory]
    [InlineData("fail", false, "IMB4008")]
    [InlineData("fail", true, "IMB4008")]
    [InlineData("notAssessed", true, "IMB4008")]
    [InlineData("PASS", false, "IMB4008")]
    [InlineData("notAssessed", false, null)]
    [InlineData("pass", true, null)]
    public async Task The_verdict_decides(string verdict, bool isProtected, string? code)
    {
        var record = _record with { Scan = _record.Scan! with { Verdict = verdict } };
        if (code is null)
        {
            (await SignAsync(record, o => o with { Protected = isProtected })).Record.Sign.ShouldNotBeNull();
        }
        else
        {
            (await RefusedAsync(record, o => o with { Protected = isProtected })).ShouldBe(code);
            Directory.Exists(_image.Scratch["data"]).ShouldBeFalse("no key is opened for an image that may not be signed");
        }
    }

    [Fact]
    public async Task Another_target_needs_a_configured_key() => (await RefusedAsync(_record, o => o with { Target = "docker" })).ShouldBe("IMB4001");

    [Fact]
    [Trait("Fault", "F38")]
    public async Task Signed_and_pushed_it_is_verified_against_the_store_and_refused_without_its_signature()
    {
        var context = StageContexts.Make(_image.Scratch.Path);
        var signed = (await SignAsync()).Record;
        var pushed = (await new PushStage().RunAsync(signed, context, TestContext.Current.CancellationToken)).Record;
        var verifier = new ImageVerifier(context);
        Task Verify(AppKey app) => verifier.VerifyAsync(app, signed.Compile.Commit, pushed.Push!.Repository, signed.Bake!.Digest, TestContext.Current.CancellationToken);

        await Verify(context.Options.App);
        (await Should.ThrowAsync<ImmutableBuildException>(Verify(new AppKey("other", "dev")))).Code.ShouldBe("IMB4010");

        // The layout beside the record still has the signature; the store decides.
        var store = Directory.GetFiles(_image.Scratch["data"], "index.json", SearchOption.AllDirectories).ShouldHaveSingleItem();
        OciLayout.Open(Path.GetDirectoryName(store)!).KeepReferences(entry => OciLayout.NameOf(entry)?.StartsWith("sha256-", StringComparison.Ordinal) != true, TestContext.Current.CancellationToken);
        (await Should.ThrowAsync<ImmutableBuildException>(Verify(context.Options.App))).Code.ShouldBe("IMB4009");
    }

    [Fact]
    [Trait("Fault", "F07")]
    public async Task Signed_anew_elsewhere_and_pushed_again_the_store_keeps_the_signature_it_has()
    {
        var context = StageContexts.Make(_image.Scratch.Path);
        await new PushStage().RunAsync((await SignAsync()).Record, context, TestContext.Current.CancellationToken);
        OciLayout.Open(_record.Bake!.Layout).KeepReferences(entry => OciLayout.NameOf(entry)?.StartsWith("sha256-", StringComparison.Ordinal) != true, TestContext.Current.CancellationToken);
        var again = await new PushStage().RunAsync((await SignAsync()).Record, context, TestContext.Current.CancellationToken);
        again.Record.Push!.AlreadyThere.ShouldBeTrue();
    }

    [Fact]
    public async Task Only_the_trusted_keys_that_are_named_count()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var trusted = _image.Scratch["trusted.pub"];
        File.WriteAllText(trusted, PublicKey.Of(other).Pem);
        var plain = StageContexts.Make(_image.Scratch.Path);
        var signed = (await new PushStage().RunAsync((await SignAsync()).Record, plain, TestContext.Current.CancellationToken)).Record;
        var strict = StageContexts.Make(_image.Scratch.Path, o => o with { Sign = new SignOptions { TrustedKeyFiles = [trusted] } });
        Task Verify() => new ImageVerifier(strict).VerifyAsync(strict.Options.App, signed.Compile.Commit, signed.Push!.Repository, signed.Bake!.Digest, TestContext.Current.CancellationToken);

        (await Should.ThrowAsync<ImmutableBuildException>(Verify())).Code.ShouldBe("IMB4010");
        File.WriteAllText(trusted, signed.Sign!.PublicKey);
        await Verify();
        File.WriteAllText(trusted, "junk");
        (await Should.ThrowAsync<ImmutableBuildException>(Verify())).Code.ShouldBe("IMB4003");
        File.Delete(trusted);
        (await Should.ThrowAsync<ImmutableBuildException>(Verify())).Code.ShouldBe("IMB4002");
    }

    private async Task<string> RefusedAsync(ReleaseRecord record, Func<ReleaseOptions, ReleaseOptions>? change = null) =>
        (await Should.ThrowAsync<ImmutableBuildException>(SignAsync(record, change))).Code;

    private Task<StageResult> SignAsync(ReleaseRecord? record = null, Func<ReleaseOptions, ReleaseOptions>? change = null) =>
        new SignStage().RunAsync(record ?? _record, StageContexts.Make(_image.Scratch.Path, change), TestContext.Current.CancellationToken);
}
