using System.Text.Json;
using ImmutableBuild.Errors;
using ImmutableBuild.Releases;
using ImmutableBuild.Tests.Generated;
using ImmutableBuild.Trust.Verification;

namespace ImmutableBuild.Tests.Trust.Verification;

public sealed class PolicyFileTests : IDisposable
{
    private readonly AttestedRelease _release = new();

    public void Dispose() => _release.Dispose();

    [Fact]
    public async Task What_a_policy_leaves_out_is_strict()
    {
        var policy = await ReadAsync("""{"version":1}""");
        policy.Provenance.Need.ShouldBe(Need.Required);
        policy.Scan.Need.ShouldBe(Need.Required);
        policy.Scan.AllowNotAssessed.ShouldBeFalse();
        policy.Sbom.Need.ShouldBe(Need.Required);
        policy.Repository.ShouldBe(RepositoryRule.MustMatch);
    }

    [Theory]
    [InlineData("https://github.com/o/r", null)]
    [InlineData("https://github.com/o/other", "IMB4031")]
    public async Task Provenance_has_to_come_from_a_source_that_the_policy_names(string source, string? code)
    {
        using var release = new AttestedRelease();
        var record = release.Record with { Compile = release.Record.Compile with { RepositoryUrl = "https://github.com/o/r", Branch = "main" } };
        using var fromGit = new AttestedRelease { Record = record };
        await fromGit.PublishAsync();

        var report = await fromGit.ReportAsync(With($$$"""{"version":1,"provenance":{"sources":["{{{source}}}"]},"scan":{"maxAgeDays":1}}"""));

        report.Rows.Select(row => row.Refusal?.Code).FirstOrDefault(refused => refused is not null).ShouldBe(code);
        report.Rows.ShouldNotContain(row => row.Check == "source repository");
    }

    [Fact]
    public async Task A_policy_may_ask_for_one_builder_alone()
    {
        await _release.PublishAsync();
        var report = await _release.ReportAsync(With("""{"version":1,"provenance":{"builders":["https://immutablebuild.dev/builder/github-actions-selfsigned@v1"]}}"""));
        report.Rows.First(row => row.Check == "provenance").Refusal!.Code.ShouldBe("IMB4031");
    }

    [Fact]
    public async Task A_policy_may_ignore_what_is_attested_and_the_report_says_so()
    {
        await _release.PublishAsync(static (kind, statement) => kind.Contains("sign", StringComparison.Ordinal) ? statement : null);
        var report = await _release.ReportAsync(With("""{"version":1,"provenance":{"need":"ignored"},"scan":{"need":"ignored"},"sbom":{"need":"ignored"}}"""));
        report.Passed.ShouldBeTrue();
        report.Rows.Where(row => row.Detail == "the policy ignores it").Select(row => row.Check).ShouldBe(["provenance", "scan", "bill of materials"]);
    }

    [Theory]
    [InlineData("""{"issuer":"https://a.example","identity":"https://github.com/me/shop/.github/workflows/release.yml@refs/heads/main"}""", true)]
    [InlineData("""{"issuer":"https://a.example","identity":"https://github.com/me/shop/*"}""", true)]
    [InlineData("""{"issuer":"https://a.example","identity":"me@example.com"}""", true)]
    [InlineData("""{"issuer":"https://a.example","identity":"https://github.com/me/*"}""", false)]
    [InlineData("""{"issuer":"https://a.example","identity":"*"}""", false)]
    [InlineData("""{"issuer":"https://a.example","identity":"https://github.com/*/shop/x"}""", false)]
    [InlineData("""{"issuer":"https://a.example","identity":"https://github.com/me/shop/**"}""", false)]
    [InlineData("""{"issuer":"https://a.example","identity":""}""", false)]
    [InlineData("""{"issuer":"*","identity":"me@example.com"}""", false)]
    [InlineData("""{"identity":"me@example.com"}""", false)]
    [InlineData("""{"issuer":"https://a.example"}""", false)]
    [InlineData("""{"issuer":null,"identity":"me@example.com"}""", false)]
    [InlineData("null", false)]
    public async Task An_identity_says_exactly_who(string identity, bool isOne)
    {
        var read = () => ReadAsync($$"""{"version":1,"identities":[{{identity}}]}""");
        if (isOne)
        {
            (await read()).Identities.Length.ShouldBe(1);
        }
        else
        {
            (await Should.ThrowAsync<ImmutableBuildException>(read)).Code.ShouldBe("IMB4034");
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"version":2}""")]
    [InlineData("""{"version":1,"provenence":{}}""")]
    [InlineData("""{"version":1,"version":1}""")]
    [InlineData("""{"version":1,"scan":null}""")]
    [InlineData("""{"version":1,"scan":{"need":"Ignore"}}""")]
    [InlineData("""{"version":1,"scan":{"need":2}}""")]
    [InlineData("""{"version":1,"scan":{"maxAgeDays":0}}""")]
    [InlineData("""{"version":1,"provenance":{"builders":[]}}""")]
    [InlineData("""{"version":1} {}""")]
    public async Task What_is_no_policy_is_refused(string text) => (await Should.ThrowAsync<ImmutableBuildException>(ReadAsync(text))).Code.ShouldBe("IMB4034");

    [Fact]
    public async Task A_policy_that_is_not_there_is_refused() =>
        (await Should.ThrowAsync<ImmutableBuildException>(PolicyFile.ReadAsync(_release.Scratch["none.json"], TestContext.Current.CancellationToken))).Code.ShouldBe("IMB4034");

    [Fact]
    public void The_schema_knows_each_member_and_word()
    {
        using var schema = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(GeneratedFile.RepositoryRoot(), "docs", "policy.schema.json")));
        var root = schema.RootElement.GetProperty("properties");
        string[] members = [.. root.EnumerateObject().SelectMany(member => member.Value.TryGetProperty("properties", out var inner) ? inner.EnumerateObject().Select(child => $"{member.Name}.{child.Name}") : [member.Name])];
        members.ShouldBe(
            ["$schema", "version", "repository", "identities", "provenance.need", "provenance.builders", "provenance.sources", "provenance.allowDirty", "scan.need", "scan.maxAgeDays", "scan.allowNotAssessed", "sbom.need"]);
        schema.RootElement.GetProperty("$defs").GetProperty("need").GetProperty("enum").EnumerateArray().Select(word => word.GetString()).ShouldBe(["required", "ifPresent", "ignored"]);
    }

    private Func<ReleaseOptions, ReleaseOptions> With(string policy)
    {
        var file = _release.Scratch["policy.json"];
        File.WriteAllText(file, policy);
        return options => options with { Verify = new VerifyOptions { PolicyFile = file } };
    }

    private Task<VerificationPolicy> ReadAsync(string text)
    {
        var file = _release.Scratch["policy.json"];
        File.WriteAllText(file, text);
        return PolicyFile.ReadAsync(file, TestContext.Current.CancellationToken);
    }
}
