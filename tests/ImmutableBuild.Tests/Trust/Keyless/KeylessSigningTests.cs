using ImmutableBuild.Errors;
using ImmutableBuild.Releases;
using ImmutableBuild.Tests.Processes;
using ImmutableBuild.Tests.Trust.Verification;
using ImmutableBuild.Trust;
using ImmutableBuild.Trust.Verification;

namespace ImmutableBuild.Tests.Trust.Keyless;

/// <summary>What keeps a release from being signed without a key. That it is signed takes the real cosign: see the integration tests.</summary>
public sealed class KeylessSigningTests : IDisposable
{
    private const string Fit = "[ \"$2\" = --help ] && echo ' --statement --signing-config' && exit\n";

    private readonly AttestedRelease _release = new();

    private string Path => _release.Scratch["path"];

    public void Dispose() => _release.Dispose();

    [Fact]
    public async Task Without_a_token_nothing_says_who_the_job_is() => (await RefusedAsync([])).Code.ShouldBe("IMB4043");

    [Fact]
    public async Task Half_of_what_GitHub_gives_is_no_token() => (await RefusedAsync(new() { ["ACTIONS_ID_TOKEN_REQUEST_URL"] = "http://127.0.0.1:9/" })).Code.ShouldBe("IMB4043");

    [Fact]
    public async Task Without_cosign_on_the_PATH_it_is_named() => (await RefusedAsync(Token())).Code.ShouldBe("IMB4040");

    [Fact]
    public async Task A_cosign_that_cannot_sign_a_statement_as_it_is_is_refused_with_its_version()
    {
        Cosign("[ \"$1\" = version ] && echo 'GitVersion:    v2.5.3'; exit 0");

        var refused = await RefusedAsync(Token());

        refused.Code.ShouldBe("IMB4041");
        refused.Message.ShouldContain("v2.5.3");
    }

    [Fact]
    public async Task What_cosign_says_when_it_fails_is_shown()
    {
        Cosign(Fit + "echo 'error signing: Fulcio is away' >&2; exit 3");

        var refused = await RefusedAsync(Token());

        refused.Code.ShouldBe("IMB4042");
        refused.Message.ShouldContain("Fulcio is away");
    }

    [Fact]
    public async Task A_cosign_that_writes_nothing_has_not_signed()
    {
        Cosign(Fit + "exit 0");

        (await RefusedAsync(Token())).Code.ShouldBe("IMB4042");
    }

    [Theory]
    [InlineData("cp {0} \"$5\"")]
    [InlineData("echo '{{}}' > \"$5\"")]
    [InlineData("echo junk > \"$5\"")]
    public async Task A_bundle_over_something_else_is_not_used(string writes)
    {
        var other = _release.Scratch["other.json"];
        await File.WriteAllBytesAsync(other, RecordedSigstore.Bundle, TestContext.Current.CancellationToken);
        Cosign(Fit + string.Format(System.Globalization.CultureInfo.InvariantCulture, writes, other));

        (await RefusedAsync(Token())).Code.ShouldBe("IMB4045");
    }

    [Fact]
    public async Task Cosign_gets_the_token_in_its_environment_and_no_other_secret_and_leaves_nothing_behind()
    {
        Cosign(Fit + $"env > {_release.Scratch["environment"]}; echo \"$@\" > {_release.Scratch["arguments"]}; exit 1");

        await RefusedAsync(new(Token()) { ["COSIGN_PASSWORD"] = "a-secret", ["HOME"] = _release.Scratch.Path });

        var environment = await File.ReadAllTextAsync(_release.Scratch["environment"], TestContext.Current.CancellationToken);
        environment.ShouldContain("SIGSTORE_ID_TOKEN=the-token");
        environment.ShouldNotContain("a-secret");
        (await File.ReadAllTextAsync(_release.Scratch["arguments"], TestContext.Current.CancellationToken)).ShouldNotContain("the-token");
        Directory.GetDirectories(_release.Scratch["work"], "cosign-*").ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_an_identity_in_the_policy_a_keyless_release_believes_nobody()
    {
        await _release.PublishAsync();

        var refused = await Should.ThrowAsync<ImmutableBuildException>(() => _release.VerifyNewAsync(options => options with { Sign = new SignOptions { Keyless = true } }));

        refused.Code.ShouldBe("IMB4046");
    }

    [Fact]
    public async Task What_a_key_signed_is_no_identitys_and_keys_and_identities_are_believed_side_by_side()
    {
        await _release.PublishAsync();
        var policy = _release.Scratch["policy.json"];
        await File.WriteAllTextAsync(policy, $$"""{"version":1,"identities":[{"issuer":"{{OwnSigstore.Issuer}}","identity":"{{OwnSigstore.Identity}}"}]}""", TestContext.Current.CancellationToken);
        ReleaseOptions Keyless(ReleaseOptions options) => options with { Sign = new SignOptions { Keyless = true }, Verify = new VerifyOptions { PolicyFile = policy } };

        (await Should.ThrowAsync<ImmutableBuildException>(() => _release.VerifyNewAsync(Keyless))).Code.ShouldBe("IMB4010");

        var key = System.IO.Path.Combine(_release.Context().Options.DataDirectory, "keys", "cosign.pub");
        await _release.VerifyNewAsync(options => Keyless(options) with { Sign = new SignOptions { Keyless = true, TrustedKeyFiles = [key] } });
    }

    private static Dictionary<string, string> Token() => new() { ["SIGSTORE_ID_TOKEN"] = "the-token" };

    private async Task<ImmutableBuildException> RefusedAsync(Dictionary<string, string> variables)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The program is a shell script.");
        var context = _release.Context(options => options with { Sign = new SignOptions { Keyless = true } }, new(variables) { ["PATH"] = $"{Path}:/usr/bin:/bin" });
        return await Should.ThrowAsync<ImmutableBuildException>(() => new SignStage().RunAsync(_release.Record, context, TestContext.Current.CancellationToken));
    }

    private void Cosign(string script) => ShellScript.Write(System.IO.Path.Combine(Directory.CreateDirectory(Path).FullName, "cosign"), script);
}
