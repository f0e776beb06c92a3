using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Releases;
using ImmutableBuild.Scanning;
using ImmutableBuild.Scanning.Advisories;
using ImmutableBuild.Scanning.Scanners;
using ImmutableBuild.Tests.Processes;
using ImmutableBuild.Tests.Releases;

namespace ImmutableBuild.Tests.Scanning.Scanners;

/// <summary>Scanners of others that misbehave: scripts in their place, since no real one does on demand. The real Trivy has a test of its own.</summary>
public sealed class ScannerSourceTests : IDisposable
{
    private readonly ScannedImage _image = new();
    private readonly BakeRecord _bake;

    public ScannerSourceTests()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The scripts are for a Unix shell.");
        _bake = _image.Write().Bake!;
    }

    private string Program => _image.Scratch["trivy-fake"];

    public void Dispose() => _image.Dispose();

    [Fact]
    public async Task What_it_finds_is_a_finding_of_the_component_that_was_listed_here()
    {
        Answer(Report(await ImageIdAsync(), """{"VulnerabilityID":"CVE-2024-21907","PkgName":"Newtonsoft.Json","InstalledVersion":"12.0.1","FixedVersion":"13.0.1, 12.0.9","Severity":"HIGH","Title":"Improper handling","VendorIDs":["GHSA-5crp-9r3c-p9vr"]}"""));
        var result = await ScanAsync();
        var finding = result.Findings.ShouldHaveSingleItem();
        (finding.Id, finding.Subject, finding.Severity, finding.Fix, finding.Path).ShouldBe(("CVE-2024-21907", "Newtonsoft.Json 12.0.1", FindingSeverity.High, "13.0.1", "app/Shop.deps.json"));
        finding.Purl.ShouldBe("pkg:nuget/Newtonsoft.Json@12.0.1");
        finding.Sources.ShouldBe(["trivy"]);
        result.NotAssessed.ShouldBeEmpty();
        result.Sources.ShouldHaveSingleItem().Content.ShouldBe(Digest.Of(File.ReadAllBytes(Program)));
    }

    [Fact]
    public async Task What_it_knows_and_an_advisory_knows_is_one_finding()
    {
        File.WriteAllText(Path.Combine(_image.Advisories, "a.json"), ScannedImage.NewtonsoftAdvisory);
        Answer(Report(await ImageIdAsync(), """{"VulnerabilityID":"GHSA-5crp-9r3c-p9vr","PkgName":"newtonsoft.json","InstalledVersion":"12.0.1","Severity":"CRITICAL"}"""));
        var finding = (await ScanAsync(advisories: true)).Findings.ShouldHaveSingleItem();
        (finding.Id, finding.Severity, finding.Fix).ShouldBe(("CVE-2024-21907", FindingSeverity.Critical, "13.0.1"));
        finding.Sources.Length.ShouldBe(2);
    }

    [Fact]
    public async Task A_package_that_is_not_listed_here_is_a_finding_all_the_same()
    {
        Answer(Report(await ImageIdAsync(), """{"VulnerabilityID":"CVE-1","PkgName":"golang.org/x/net","InstalledVersion":"0.1.0","Severity":"LOW","PkgPath":"usr/bin/tool"}""", type: "gobinary"));
        var result = await ScanAsync();
        (result.Findings.ShouldHaveSingleItem().Subject, result.Findings[0].Path).ShouldBe(("golang.org/x/net 0.1.0", "usr/bin/tool"));
        result.NotAssessed.ShouldHaveSingleItem().ShouldContain("do not speak of NuGet");
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"SchemaVersion\":2}")]
    [InlineData("{\"SchemaVersion\":3,\"Metadata\":{\"ImageID\":\"x\"}}")]
    [InlineData("{\"SchemaVersion\":2,\"Metadata\":{},\"Results\":7}")]
    [InlineData("2026-11-20 INFO no report")]
    public async Task N4_an_empty_or_broken_answer_is_no_clean_image_whatever_the_exit_code(string answer)
    {
        Answer(answer);
        var result = await ScanAsync();
        result.Verdict(ScanGate.Of(new ScanOptions())).ShouldBe("notAssessed");
        result.NotAssessed.ShouldContain(reason => reason.StartsWith("trivy was not asked: its answer is no report", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_scanner_that_fails_is_no_clean_image_and_its_words_are_made_harmless()
    {
        Script("printf 'no \\033[31mdatabase' >&2; exit 1");
        (await ScanAsync()).NotAssessed.ShouldContain(reason => reason == "trivy was not asked: it ended with 1: no \\u001b[31mdatabase");
    }

    [Theory]
    [InlineData("\"sha256:0000000000000000000000000000000000000000000000000000000000000000\"")]
    [InlineData("null")]
    public async Task N5_a_report_on_another_image_is_refused(string imageId)
    {
        Answer(Report(imageId));
        (await Should.ThrowAsync<ImmutableBuildException>(ScanAsync())).Code.ShouldBe("IMB3016");
    }

    [Fact]
    public async Task N9_a_program_of_another_digest_is_not_run()
    {
        Script($"touch {_image.Scratch["ran"]}");
        var pinned = $"{Program}@{Digest.Of("another"u8)}";
        (await Should.ThrowAsync<ImmutableBuildException>(ScanAsync(pinned))).Code.ShouldBe("IMB3014");
        File.Exists(_image.Scratch["ran"]).ShouldBeFalse();
        await ScanAsync($"{Program}@{Digest.Of(File.ReadAllBytes(Program))}");
        File.Exists(_image.Scratch["ran"]).ShouldBeTrue("the one that is pinned is run");
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_refused() => (await Should.ThrowAsync<ImmutableBuildException>(ScanAsync(_image.Scratch["trivy"]))).Code.ShouldBe("IMB3014");

    [Fact]
    public async Task N10_it_sees_none_of_the_builds_variables_and_no_input()
    {
        const string Secret = "IMMUTABLE_TEST_OF_SECRETS";
        Environment.SetEnvironmentVariable(Secret, "p4ssw0rd");
        try
        {
            Script($"env > {_image.Scratch["env"]}; pwd > {_image.Scratch["pwd"]}; cat");
            await ScanAsync();
        }
        finally
        {
            Environment.SetEnvironmentVariable(Secret, null);
        }

        var seen = File.ReadAllLines(_image.Scratch["env"]);
        seen.ShouldNotContain(line => line.Contains("p4ssw0rd", StringComparison.Ordinal));
        // A shell sets PWD, SHLVL and _ by itself.
        seen.Select(line => line.Split('=')[0]).Where(name => name is not ("PWD" or "OLDPWD" or "SHLVL" or "_")).Order(StringComparer.Ordinal).ShouldBe(["HOME", "TMPDIR"]);
        File.ReadAllText(_image.Scratch["pwd"]).ShouldStartWith(_image.Scratch["scratch"]);
    }

    [Fact]
    public async Task Nothing_of_it_stays_behind()
    {
        Script("touch left; mkdir -p $HOME/.cache; echo");
        await ScanAsync();
        Directory.GetFileSystemEntries(_image.Scratch["scratch"]).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("trivy", "trivy", "trivy", false)]
    [InlineData("/opt/grype-0.80", "grype", "/opt/grype-0.80", false)]
    [InlineData("trivy@sha256:0000000000000000000000000000000000000000000000000000000000000000", "trivy", "trivy", true)]
    [InlineData("trivy@sha256:00", null, null, false)]
    [InlineData("snyk", null, null, false)]
    [InlineData("", null, null, false)]
    public void Which_programs_can_be_named(string text, string? kind, string? program, bool isPinned)
    {
        ScannerProgram.TryParse(text, out var scanner).ShouldBe(kind is not null);
        (scanner?.Kind, scanner?.Program, scanner?.Pin is not null).ShouldBe((kind, program, isPinned));
    }

    private static string Report(string imageId, string? vulnerability = null, string type = "dotnet-core") => $$"""
        {"SchemaVersion":2,"ArtifactType":"container_image","Metadata":{"ImageID":{{imageId}},"OS":{"Family":"none","Name":""} },
         "Results":[{"Target":"app/Shop.deps.json","Class":"lang-pkgs","Type":"{{type}}","Packages":[],"Vulnerabilities":[{{vulnerability}}]}]}
        """;

    private async Task<string> ImageIdAsync() => $"\"{(await OciLayout.Open(_bake.Layout).ReadManifestAsync(_bake.Digest, TestContext.Current.CancellationToken)).Config.Digest}\"";

    private void Answer(string json)
    {
        File.WriteAllText(_image.Scratch["answer.json"], json);
        Script($"/bin/cat '{_image.Scratch["answer.json"]}'");
    }

    private void Script(string commands) => ShellScript.Write(Program, $"PATH=/usr/bin:/bin\n{commands}");

    private async Task<ScanResult> ScanAsync(string? program = null, bool advisories = false)
    {
        ScannerProgram.TryParse(program ?? Program, out var scanner).ShouldBeTrue();
        var options = new ScanOptions { Scanners = [scanner!], Advisories = advisories ? [_image.Advisories] : [] };
        var context = StageContexts.Make(_image.Scratch.Path, given => given with { Scan = options });
        return await _image.ScanAsync(_bake, null, VulnerabilitySources.Of(context));
    }
}
