using ImmutableBuild.Errors;
using ImmutableBuild.IntegrationTests.Rig;
using ImmutableBuild.Registries;
using ImmutableBuild.Releases;
using ImmutableBuild.Trust;
using ImmutableBuild.Trust.Verification;

namespace ImmutableBuild.IntegrationTests.Trust;

/// <summary>Images that the real cosign signs for us without a key, with certificates of a Sigstore of our own, over a real registry.</summary>
public sealed class KeylessTests : IAsyncLifetime
{
    private const string Workflow = "https://github.com/me/shop/.github/workflows/release.yml@refs/heads/main";
    private const string GitHub = "https://token.actions.githubusercontent.com";

    private readonly SmallImage _image = new(("app/Shop", "hello"));
    private Cosign _cosign = null!;
    private DockerRegistry _registry = null!;
    private RigSigstore _sigstore = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _cosign = Cosign.FindOrSkip(3);
        _registry = await DockerRegistry.StartOrSkipAsync();
        _sigstore = await RigSigstore.StartOrSkipAsync();
        File.Copy(_sigstore.TrustedRoot, Path.Combine(_cosign.Directory, "root.json"));
        File.Copy(_sigstore.SigningConfig, Path.Combine(_cosign.Directory, "services.json"));
    }

    public async ValueTask DisposeAsync()
    {
        if (_sigstore is not null)
        {
            await _sigstore.DisposeAsync();
        }

        if (_registry is not null)
        {
            await _registry.DisposeAsync();
        }

        _cosign?.Dispose();
        _image.Dispose();
    }

    [Fact]
    public async Task What_cosign_signs_for_a_workflow_satisfies_a_policy_that_names_it()
    {
        var record = await ReleaseAsync(_sigstore.JobOf(Workflow));
        record.Sign!.Identity.ShouldBe(Workflow);
        record.Sign.Issuer.ShouldBe(GitHub);

        var report = await ReportAsync(record, Workflow, GitHub);

        report.Passed.ShouldBeTrue(string.Join('\n', report.Rows));
        report.Rows.Single(row => row.Check == "signature").Detail.ShouldBe($"by {Workflow} of the issuer {GitHub} for commit {record.Compile.Commit} (bundle)");
        report.Rows.Where(row => row.Word == "ok").Select(row => row.Check).ShouldBe(["image", "signature", "provenance", "scan", "bill of materials"]);
        report.Rows.ShouldNotContain(row => row.Check == "transparency log");
    }

    [Fact]
    public async Task A_second_release_of_a_commit_signs_and_sends_nothing()
    {
        var first = await ReleaseAsync(_sigstore.JobOf(Workflow));

        // Without a token: cosign is not even asked.
        var second = await ReleaseAsync([]);

        second.Sign.ShouldBe(first.Sign);
        second.Push!.AlreadyThere.ShouldBeTrue();
    }

    [Theory]
    [InlineData("https://github.com/me/shop/.github/workflows/other.yml@refs/heads/main", GitHub, "whom the policy does not name")]
    [InlineData("https://github.com/me/shop/.github/workflows/release.yml@refs/heads/mai", GitHub, "whom the policy does not name")]
    [InlineData(Workflow, "https://token.actions.example", "whom the policy does not name")]
    public async Task Another_workflow_or_issuer_is_refused(string identity, string issuer, string says)
    {
        var record = await ReleaseAsync(_sigstore.JobOf(Workflow));

        var report = await ReportAsync(record, identity, issuer);

        var refusal = report.Rows.Single(row => row.Check == "signature").Refusal!;
        refusal.Code.ShouldBe("IMB4010");
        refusal.Message.ShouldContain(says);
        refusal.Message.ShouldContain(Workflow);
    }

    [Fact]
    public async Task A_Sigstore_of_others_is_refused()
    {
        var record = await ReleaseAsync(_sigstore.JobOf(Workflow));
        await using var other = await RigSigstore.StartOrSkipAsync();

        var report = await ReportAsync(record, Workflow, GitHub, other.TrustedRoot);

        report.Rows.Single(row => row.Check == "signature").Refusal!.Message.ShouldContain("no log of the trusted root");
    }

    [Fact]
    public async Task A_token_that_the_job_was_given_signs_too()
    {
        const string Pipeline = "https://gitlab.example/me/shop//.gitlab-ci.yml@refs/heads/main";

        var record = await ReleaseAsync(RigSigstore.TokenOf(Pipeline, "https://gitlab.example"));

        (await ReportAsync(record, "https://gitlab.example/me/shop//*", "https://gitlab.example")).Passed.ShouldBeTrue();
    }

    [Fact]
    public async Task Cosign_3_and_cosign_2_verify_signature_and_attestations()
    {
        var record = await ReleaseAsync(_sigstore.JobOf(Workflow));
        var reference = $"{record.Push!.Repository}@{record.Bake!.Digest}";
        foreach (var major in (int[])[3, 2])
        {
            using var cosign = Cosign.FindOrSkip(major);

            Task<(int ExitCode, string Output)> Verify(string command, string identity, params string[] more) => cosign.RunTrustingAsync(
                _sigstore.TrustedRoot, [command, "--certificate-identity", identity, "--certificate-oidc-issuer", GitHub, "--allow-http-registry", .. major == 3 ? ["--trusted-root", cosign.Inside("root.json")] : Array.Empty<string>(), .. more, reference]);

            var (code, output) = await Verify("verify", Workflow, "-a", $"gitSha={record.Compile.Commit}");
            code.ShouldBe(0, $"cosign {major}: {output}");
            (await Verify("verify", Workflow + "x")).ExitCode.ShouldNotBe(0, $"cosign {major}, another identity");
            foreach (var type in (string[])["slsaprovenance1", "cyclonedx", "vuln"])
            {
                (code, output) = await Verify("verify-attestation", Workflow, "--type", type);
                code.ShouldBe(0, $"cosign {major}, {type}: {output}");
            }
        }
    }

    [Fact]
    public async Task Cosign_2_is_refused_since_it_would_sign_a_statement_of_its_own()
    {
        using var old = Cosign.FindOrSkip(2);

        var refused = await Should.ThrowAsync<ImmutableBuildException>(() => ReleaseAsync(_sigstore.JobOf(Workflow), old));

        refused.Code.ShouldBe("IMB4041");
    }

    [Fact]
    public async Task What_cosign_says_when_it_fails_is_shown_and_the_token_is_not()
    {
        var job = _sigstore.JobOf(Workflow);
        job["ACTIONS_ID_TOKEN_REQUEST_URL"] = "http://127.0.0.1:9/token?job=1";

        var refused = await Should.ThrowAsync<ImmutableBuildException>(() => ReleaseAsync(job));

        refused.Code.ShouldBe("IMB4042");
        refused.Message.ShouldContain("127.0.0.1:9");
        refused.Message.ShouldNotContain(job["ACTIONS_ID_TOKEN_REQUEST_TOKEN"]);
    }

    private async Task<ReleaseRecord> ReleaseAsync(Dictionary<string, string> job, Cosign? cosign = null)
    {
        var context = Context(Workflow, GitHub, Path.Combine(_cosign.Directory, "root.json"), new(job) { ["PATH"] = PathTo(cosign ?? _cosign) });
        var signed = (await new SignStage().RunAsync(_image.Record, context, Ct)).Record;
        return (await new PushStage().RunAsync(signed, context, Ct)).Record;
    }

    private Task<VerificationReport> ReportAsync(ReleaseRecord record, string identity, string issuer, string? root = null) =>
        new ImageVerifier(Context(identity, issuer, root ?? _sigstore.TrustedRoot, [])).ReportAsync(record.App, record.Compile.Commit, record.Push!.Repository, record.Bake!.Digest, Ct);

    private StageContext Context(string identity, string issuer, string root, Dictionary<string, string> variables)
    {
        var policy = Path.Combine(_cosign.Directory, "policy.json");
        File.WriteAllText(policy, $$"""{"version":1,"identities":[{"issuer":"{{issuer}}","identity":"{{identity}}"}]}""");
        var context = _image.Context(
            options => options with
            {
                Sign = new SignOptions { Keyless = true, SigningConfig = Path.Combine(_cosign.Directory, "services.json") },
                Verify = new VerifyOptions { PolicyFile = policy, TrustedRoot = root },
                Push = new PushOptions { Registry = _registry.Host },
            },
            variables);
        return context with { WorkDirectory = Directory.CreateDirectory(Path.Combine(_cosign.Directory, "work")).FullName };
    }

    // A program "cosign" that is the one in the rig's root, and sees the root's files by their names there.
    private string PathTo(Cosign cosign)
    {
        var here = Directory.CreateDirectory(Path.Combine(_cosign.Directory, $"path-{Guid.NewGuid():N}")).FullName;
        cosign.WriteLauncher(Path.Combine(here, "cosign"));
        return $"{here}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}";
    }
}
