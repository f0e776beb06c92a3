using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using ImmutableBuild.Aws.Kms;
using ImmutableBuild.Errors;
using ImmutableBuild.IntegrationTests.Rig;
using ImmutableBuild.Registries;
using ImmutableBuild.Tests.Tool;
using ImmutableBuild.Trust;
using ImmutableBuild.Trust.Keys;

namespace ImmutableBuild.IntegrationTests.Trust;

/// <summary>Signing keys that stay in KMS, here moto's. Region and credentials come from the environment, as in a pipeline.</summary>
public sealed class AwsKmsTests
{
    private static readonly (string Name, string Value)[] Environment =
    [
        ("AWS_REGION", "eu-central-1"), ("AWS_ACCESS_KEY_ID", "testing"), ("AWS_SECRET_ACCESS_KEY", "testing"), ("AWS_EC2_METADATA_DISABLED", "true"),
    ];

    public AwsKmsTests()
    {
        foreach (var (name, value) in Environment)
        {
            System.Environment.SetEnvironmentVariable(name, value);
        }
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_key_in_KMS_signed_verifies_here_and_by_cosign()
    {
        using var cosign = Cosign.FindOrSkip();
        await using var moto = await Moto.StartOrSkipAsync();
        await using var registry = await DockerRegistry.StartOrSkipAsync();
        using var image = new SmallImage(("app/Shop", "hello"));
        await moto.CreateKeyAsync(KeySpec.ECC_NIST_P256, KeyUsageType.SIGN_VERIFY, "alias/web");
        var context = image.Context(options => options with { Target = "docker", Push = new PushOptions { Registry = registry.Host }, Sign = new SignOptions { KmsKey = Key(moto, "alias/web") } }) with { OpenKmsKey = AwsKms.OpenAsync };

        var signed = await new SignStage().RunAsync(image.Record, context, Token);
        var pushed = (await new PushStage().RunAsync(signed.Record, context, Token)).Record;

        await new ImageVerifier(context).VerifyAsync(pushed.App, pushed.Compile.Commit, pushed.Push!.Repository, pushed.Bake!.Digest, Token);
        await File.WriteAllTextAsync(Path.Combine(cosign.Directory, "kms.pub"), pushed.Sign!.PublicKey, Token);
        var (code, output) = await cosign.RunAsync(
            "", "verify", "--key", cosign.Inside("kms.pub"), "--insecure-ignore-tlog=true", "--allow-http-registry", $"{pushed.Push.Repository}@{pushed.Bake.Digest}");
        code.ShouldBe(0, output);
    }

    [Fact]
    public async Task A_key_goes_by_its_id_its_alias_or_their_ARNs_and_is_shown_by_the_tool()
    {
        await using var moto = await Moto.StartOrSkipAsync();
        var id = await moto.CreateKeyAsync(KeySpec.ECC_NIST_P256, KeyUsageType.SIGN_VERIFY, "alias/web");
        var pem = new List<string>();
        foreach (var name in (string[])[id, "alias/web", $"arn:aws:kms:eu-central-1:123456789012:key/{id}", "arn:aws:kms:eu-central-1:123456789012:alias/web"])
        {
            using var signer = await AwsKms.OpenAsync(Key(moto, name), Token);
            pem.Add(signer.PublicKey.Pem);
        }

        var shown = await ToolRun.StartAsync(Path.GetTempPath(), Environment, ["key", "show", $"awskms://{moto.Host}/alias/web"]);

        pem.Distinct().ShouldBe([shown.ShouldEndWith(0).Output.ReplaceLineEndings("\n")]);
    }

    [Fact]
    public async Task An_alias_that_is_given_to_another_key_meanwhile_changes_no_signature()
    {
        await using var moto = await Moto.StartOrSkipAsync();
        await moto.CreateKeyAsync(KeySpec.ECC_NIST_P256, KeyUsageType.SIGN_VERIFY, "alias/web");
        using var signer = await AwsKms.OpenAsync(Key(moto, "alias/web"), Token);
        var other = await moto.CreateKeyAsync(KeySpec.ECC_NIST_P256, KeyUsageType.SIGN_VERIFY);
        await moto.Kms.UpdateAliasAsync(new UpdateAliasRequest { AliasName = "alias/web", TargetKeyId = other }, Token);

        var signature = await signer.SignAsync("data"u8.ToArray(), Token);

        signer.PublicKey.Verifies("data"u8, signature).ShouldBeTrue();
    }

    [Fact]
    public async Task Keys_that_cannot_sign_are_IMB4024_with_the_reason()
    {
        await using var moto = await Moto.StartOrSkipAsync();
        var rsa = await moto.CreateKeyAsync(KeySpec.RSA_2048, KeyUsageType.SIGN_VERIFY);
        var p384 = await moto.CreateKeyAsync(KeySpec.ECC_NIST_P384, KeyUsageType.SIGN_VERIFY);
        var symmetric = await moto.CreateKeyAsync(KeySpec.SYMMETRIC_DEFAULT, KeyUsageType.ENCRYPT_DECRYPT);

        (await RefusedAsync(moto, "alias/none")).ShouldContain("NotFoundException");
        (await RefusedAsync(moto, rsa)).ShouldContain("elliptic curve");
        (await RefusedAsync(moto, p384)).ShouldContain("its curve is not P-256");
        await RefusedAsync(moto, symmetric);
    }

    [Fact]
    public async Task A_service_that_is_not_there_is_IMB4025()
    {
        using var nobody = new UnansweredPort();
        var refusal = await Should.ThrowAsync<ImmutableBuildException>(AwsKms.OpenAsync(new KmsKeyReference($"127.0.0.1:{nobody.Number}", "alias/web", null), Token));
        refusal.Code.ShouldBe("IMB4025", refusal.Message);
    }

    [Theory]
    [InlineData("AWS_REGION", "awskms:///alias/web")]
    [InlineData("AWS_ACCESS_KEY_ID", "awskms:///alias/web")]
    public async Task Without_a_region_or_credentials_it_is_IMB4026(string missing, string key)
    {
        var home = Directory.CreateTempSubdirectory("immutable-home-");
        try
        {
            var run = await ToolRun.StartAsync(home.FullName, [.. Environment, (missing, ""), ("HOME", home.FullName), ("AWS_PROFILE", ""), ("AWS_DEFAULT_REGION", "")], ["key", "show", key]);
            run.ShouldEndWith(1).Errors.ShouldContain("error IMB4026");
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }

    private static KmsKeyReference Key(Moto moto, string key) => KmsKeyReference.TryParse($"awskms://{moto.Host}/{key}", out var reference) ? reference : throw new FormatException(key);

    private static async Task<string> RefusedAsync(Moto moto, string key)
    {
        var refusal = await Should.ThrowAsync<ImmutableBuildException>(AwsKms.OpenAsync(Key(moto, key), Token));
        refusal.Code.ShouldBe("IMB4024", refusal.Message);
        return refusal.Message;
    }
}
