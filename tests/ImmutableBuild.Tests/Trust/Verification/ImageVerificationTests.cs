using System.Globalization;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Releases;
using ImmutableBuild.Tests.Releases;
using ImmutableBuild.Trust;
using ImmutableBuild.Trust.Attestations;
using ImmutableBuild.Trust.Verification;

namespace ImmutableBuild.Tests.Trust.Verification;

/// <summary>What is attested of an image decides whether it runs.</summary>
[Trait("Fault", "F38")]
public sealed class ImageVerificationTests : IDisposable
{
    private readonly AttestedRelease _release = new();

    public void Dispose() => _release.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_release_makes_satisfies_the_default(bool isProtected)
    {
        await _release.PublishAsync();
        await _release.VerifyNewAsync(Options(isProtected));
    }

    [Fact]
    public async Task The_report_says_what_was_checked_and_what_was_not()
    {
        await _release.PublishAsync();

        var report = await _release.ReportAsync(Options(isProtected: true));

        report.Passed.ShouldBeTrue();
        report.Commit.ShouldBe(_release.Record.Compile.Commit, "the signature names it");
        report.Rows.Select(row => (row.Check, row.Word)).ShouldBe(
        [
            ("image", "ok"), ("signature", "ok"), ("provenance", "ok"), ("scan", "ok"), ("bill of materials", "ok"),
            ("source repository", "not checked"), ("transparency log", "not checked"), ("time of signing", "not checked"), ("layers", "not checked"),
        ]);
    }

    [Theory]
    [InlineData(PredicateTypes.Provenance, "\"gitCommit\":\"aaaa", "\"gitCommit\":\"bbbb", "IMB4031", "names the commit 'bbbb")]
    [InlineData(PredicateTypes.Provenance, "\"gitCommit\"", "\"gitTree\"", "IMB4031", "exactly one source commit")]
    [InlineData(PredicateTypes.Provenance, "\"resolvedDependencies\":[", "\"resolvedDependencies\":[{\"digest\":{\"gitCommit\":\"0000000000000000000000000000000000000000\"}},", "IMB4031", "exactly one source commit")]
    [InlineData(PredicateTypes.Provenance, "builder/local@v1", "builder/other@v1", "IMB4031", "none that is allowed")]
    [InlineData(PredicateTypes.Provenance, "buildtypes/release/v1", "buildtypes/other/v1", "IMB4031", "none of its builder's")]
    [InlineData(PredicateTypes.Provenance, "\"app\":\"web\"", "\"app\":\"other\"", "IMB4031", "of the app 'other'")]
    [InlineData(PredicateTypes.Provenance, "\"externalParameters\":{", "\"externalParameters\":{\"x\":1,", "IMB4031", "parameter 'x' is not known")]
    [InlineData(PredicateTypes.Provenance, "\"runDetails\"", "\"ranDetails\"", "IMB4031", "names no builder")]
    [InlineData(PredicateTypes.Scan, "\"verdict\":\"pass\"", "\"verdict\":\"fail\"", "IMB4032", "verdict is 'fail'")]
    [InlineData(PredicateTypes.Scan, "\"verdict\":\"pass\"", "\"verdict\":\"PASS\"", "IMB4032", "verdict is 'PASS'")]
    [InlineData(PredicateTypes.CycloneDx, "\"bomFormat\":\"CycloneDX\"", "\"bomFormat\":\"other\"", "IMB4033", "no CycloneDX")]
    public async Task What_speaks_against_the_image_is_refused_everywhere(string type, string from, string to, string code, string says)
    {
        await _release.PublishAsync((kind, statement) => kind == type ? Altered(statement, from, to) : statement);

        foreach (var isProtected in (bool[])[true, false])
        {
            var fault = await RefusedAsync(Options(isProtected));
            fault.Code.ShouldBe(code, fault.Message);
            fault.Message.ShouldContain(says);
        }
    }

    [Theory]
    [InlineData("\"notAfter\":\"2026-01-01T00:00:00Z\"", "which expired (IMB4020)")]
    [InlineData("\"notBefore\":\"2027-01-01T00:00:00Z\"", "which is not valid yet (IMB4021)")]
    [InlineData("\"revoked\":\"stolen\"", "which was revoked (IMB4022)")]
    [InlineData(null, "it is not by a trusted key")]
    public async Task What_is_attested_by_a_key_that_does_not_count_is_not_called_missing(string? times, string says)
    {
        await _release.PublishAsync();
        using var other = new SomeSigner();
        await File.WriteAllTextAsync(_release.Scratch["other.pub"], other.PublicKey.Pem, TestContext.Current.CancellationToken);
        var ours = Path.Combine(_release.Context().Options.DataDirectory, "keys", "cosign.pub");
        var entry = times is null ? "" : $$""",{"file":"{{ours}}",{{times}}}""";
        await File.WriteAllTextAsync(_release.Scratch["keys.json"], $$"""{"schema":1,"keys":[{"file":"other.pub"}{{entry}}]}""", TestContext.Current.CancellationToken);

        foreach (var isProtected in (bool[])[true, false])
        {
            var report = await _release.ReportAsync(options => Options(isProtected)(options) with { Sign = new SignOptions { TrustedKeyFiles = [_release.Scratch["keys.json"]] } });

            foreach (var check in (string[])["provenance", "scan", "bill of materials"])
            {
                var row = report.Rows.Single(row => row.Check == check);
                row.Outcome.ShouldBe(isProtected ? VerificationOutcome.Refused : VerificationOutcome.Absent);
                row.Detail.ShouldContain("what there is does not count");
                row.Detail.ShouldContain(says);
            }
        }
    }

    [Theory]
    [InlineData(PredicateTypes.Provenance)]
    [InlineData(PredicateTypes.Scan)]
    [InlineData(PredicateTypes.CycloneDx)]
    public async Task What_is_missing_is_refused_where_the_environment_is_protected(string type)
    {
        await _release.PublishAsync((kind, statement) => kind == type ? null : statement);

        (await RefusedAsync(Options(isProtected: true))).Code.ShouldBe("IMB4030");
        await _release.VerifyNewAsync(Options(isProtected: false));
        (await _release.ReportAsync(Options(isProtected: false))).Rows.ShouldContain(row => row.Outcome == VerificationOutcome.Absent);
    }

    [Theory]
    [InlineData(PredicateTypes.Provenance)]
    [InlineData(PredicateTypes.Scan)]
    [InlineData(PredicateTypes.CycloneDx)]
    public async Task S16_what_is_attested_of_another_image_counts_as_missing(string type)
    {
        await _release.PublishAsync((kind, statement) => kind == type ? Altered(statement, $"\"sha256\":\"{_release.Record.Bake!.Digest.Hex}\"}}}}],", $"\"sha256\":\"{Digest.Of("other"u8).Hex}\"}}}}],") : statement);

        var fault = await RefusedAsync(Options(isProtected: true));
        fault.Code.ShouldBe("IMB4030");
        fault.Message.ShouldContain("it is about sha256:");
    }

    [Fact]
    public async Task S17_what_another_key_attests_counts_as_missing()
    {
        // The store has the other key's attestations, and a signature by the trusted one.
        await _release.PublishAsync((kind, statement) => kind == PredicateTypes.Signature ? statement : null);
        File.Move(_release.Scratch["data", "keys", "cosign.key"], _release.Scratch["first.key"]);
        await _release.PublishAsync();
        File.Move(_release.Scratch["first.key"], _release.Scratch["data", "keys", "cosign.key"], overwrite: true);

        var fault = await RefusedAsync(Options(isProtected: true));
        fault.Code.ShouldBe("IMB4030");
        fault.Message.ShouldContain("not by a trusted key");
    }

    [Theory]
    [InlineData(29, null, true)]
    [InlineData(31, null, false)]
    [InlineData(6, 7, true)]
    [InlineData(8, 7, false)]
    [InlineData(-1, null, false)]
    public async Task S17_a_scan_may_be_so_old_and_no_older(int days, int? maximum, bool isTaken)
    {
        await AgedAsync(days);
        var options = Options(isProtected: true, maximum is { } most ? TimeSpan.FromDays(most) : null);

        if (isTaken)
        {
            await _release.VerifyNewAsync(options);
        }
        else
        {
            (await RefusedAsync(options)).Code.ShouldBe("IMB4032");
        }
    }

    [Fact]
    public async Task What_ran_before_may_run_again_whatever_its_scans_age()
    {
        await AgedAsync(100);
        await _release.VerifyAgainAsync(Options(isProtected: true));
    }

    [Fact]
    public async Task S17_a_later_scan_that_failed_outweighs_one_that_passed()
    {
        var earlier = StageContexts.Now.AddHours(-1).ToString("yyyy-MM-dd'T'HH", CultureInfo.InvariantCulture);
        await _release.PublishAsync();
        await _release.PublishAsync((kind, statement) => kind == PredicateTypes.Scan ? Altered(Altered(statement, "\"verdict\":\"pass\"", "\"verdict\":\"fail\""), earlier, StageContexts.Now.ToString("yyyy-MM-dd'T'HH", CultureInfo.InvariantCulture)) : statement);

        (await RefusedAsync(Options(isProtected: false))).Code.ShouldBe("IMB4032");
    }

    [Theory]
    [InlineData(true, "IMB4032")]
    [InlineData(false, null)]
    public async Task A_scan_that_could_not_assess_all_is_enough_where_nothing_is_protected(bool isProtected, string? code)
    {
        await _release.PublishAsync((kind, statement) => kind == PredicateTypes.Scan ? Altered(statement, "\"verdict\":\"pass\"", "\"verdict\":\"notAssessed\"") : statement);

        var report = await _release.ReportAsync(Options(isProtected));
        report.Rows.Select(row => row.Refusal?.Code).FirstOrDefault(refused => refused is not null).ShouldBe(code);
    }

    [Theory]
    [InlineData(true, "IMB4031")]
    [InlineData(false, null)]
    public async Task Uncommitted_changes_are_enough_where_nothing_is_protected(bool isProtected, string? code)
    {
        await _release.PublishAsync((kind, statement) => kind == PredicateTypes.Provenance ? Altered(statement, "{\"name\":\"source\",", "{\"name\":\"source\",\"annotations\":{\"immutablebuild_dirty\":true},") : statement);

        var report = await _release.ReportAsync(Options(isProtected));
        report.Rows.Select(row => row.Refusal?.Code).FirstOrDefault(refused => refused is not null).ShouldBe(code);
    }

    [Fact]
    public async Task What_others_scanners_say_is_for_others_to_judge()
    {
        await _release.PublishAsync((kind, statement) => kind == PredicateTypes.Scan ? Altered(statement, "\"verdict\":", "\"summary\":") : statement);

        (await _release.ReportAsync(Options(isProtected: false))).Rows.First(row => row.Check == "scan").Outcome.ShouldBe(VerificationOutcome.Absent);
        (await RefusedAsync(Options(isProtected: true))).Code.ShouldBe("IMB4030");
    }

    private static string Altered(string statement, string from, string to)
    {
        var altered = statement.Replace(from, to, StringComparison.Ordinal);
        altered.ShouldNotBe(statement);
        return altered;
    }

    private static Func<ReleaseOptions, ReleaseOptions> Options(bool isProtected, TimeSpan? maxScanAge = null) =>
        options => options with { Protected = isProtected, Verify = new VerifyOptions { MaxScanAge = maxScanAge } };

    private Task AgedAsync(int days)
    {
        var at = StageContexts.Now.AddHours(-1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var then = StageContexts.Now.AddHours(-1).AddDays(-days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return _release.PublishAsync((kind, statement) => kind == PredicateTypes.Scan ? Altered(statement, at, then) : statement);
    }

    private async Task<ImmutableBuildException> RefusedAsync(Func<ReleaseOptions, ReleaseOptions> options) => await Should.ThrowAsync<ImmutableBuildException>(_release.VerifyNewAsync(options));
}
