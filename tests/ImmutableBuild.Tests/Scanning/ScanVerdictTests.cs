using System.Text.Json;
using ImmutableBuild.Errors;
using ImmutableBuild.Releases;
using ImmutableBuild.Scanning;
using ImmutableBuild.Tests.Releases;

namespace ImmutableBuild.Tests.Scanning;

/// <summary>What counts, what does not, and for how long.</summary>
public sealed class ScanVerdictTests : IDisposable
{
    private const string Unfixed = """
        {"id":"GHSA-none","modified":"2026-11-20T00:00:00Z","database_specific":{"severity":"CRITICAL"},
         "affected":[{"package":{"ecosystem":"NuGet","name":"Newtonsoft.Json"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"}]}]}]}
        """;

    private readonly ScannedImage _image = new();
    private readonly RecordingReporter _reporter = new();
    private ReleaseRecord? _record;

    public void Dispose() => _image.Dispose();

    [Theory]
    [InlineData(null, true)]
    [InlineData("high", true)]
    [InlineData("none", false)]
    public async Task What_has_no_fix_yet_has_a_gate_of_its_own(string? failOnUnfixed, bool fails)
    {
        Advise(Unfixed);
        await ShouldFailAsync(options => options with { FailOnUnfixed = failOnUnfixed }, fails ? "IMB3001" : null);
    }

    [Fact]
    public async Task What_has_a_fix_is_held_to_the_usual_gate_all_the_same()
    {
        Advise(ScannedImage.NewtonsoftAdvisory);
        await ShouldFailAsync(options => options with { FailOnUnfixed = "none" }, "IMB3001");
    }

    [Fact]
    public async Task What_is_ignored_does_not_count_and_is_written_down()
    {
        Advise(ScannedImage.NewtonsoftAdvisory);
        Ignore("GHSA-5crp-9r3c-p9vr", "2026-12-31");
        var result = await RunAsync();
        result.Summary.ShouldBe("pass: 2 components, no findings, 1 dismissed");
        var dismissed = Report().GetProperty("dismissed").EnumerateArray().ShouldHaveSingleItem();
        dismissed.GetProperty("id").GetString().ShouldBe("CVE-2024-21907");
        dismissed.GetProperty("reason").GetString().ShouldBe("we never parse input");
        dismissed.GetProperty("expires").GetString().ShouldBe("2026-12-31");
        File.ReadAllText(_image.Scratch["work", "scan.sarif"]).ShouldContain("\"justification\": \"we never parse input\"");
        _reporter.Lines.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("high")]
    [InlineData("none")]
    public async Task N6_an_expired_entry_ignores_nothing_and_fails_whatever_the_gate(string failOn)
    {
        Advise(ScannedImage.NewtonsoftAdvisory);
        Ignore("CVE-2024-21907", "2026-11-20");
        await ShouldFailAsync(options => options with { FailOn = failOn }, failOn == "none" ? "IMB3011" : "IMB3001");
    }

    [Fact]
    public async Task A_scan_remembered_does_not_outlive_the_day_an_entry_expires()
    {
        Advise(ScannedImage.NewtonsoftAdvisory);
        Ignore("CVE-2024-21907", "2026-11-21");
        await RunAsync();
        (await RunAsync(written: true)).Summary.ShouldContain("nothing changed");
        Ignore("CVE-2024-21907", "2026-11-20");
        (await Should.ThrowAsync<ImmutableBuildException>(RunAsync(written: true))).Code.ShouldBe("IMB3001");
    }

    [Fact]
    public async Task An_entry_that_ignores_nothing_is_warned_of()
    {
        Advise(ScannedImage.NewtonsoftAdvisory);
        Ignore("CVE-2024-21907", "2026-12-31", "CVE-1999-0001");
        await RunAsync();
        _reporter.Lines.ShouldBe(["warning IMB3012"]);
    }

    [Fact]
    public async Task N7_an_ignore_file_that_is_not_understood_stops_the_scan()
    {
        Advise(ScannedImage.NewtonsoftAdvisory);
        File.WriteAllText(_image.Scratch["immutable.ignore.json"], """{"ignore":[{"id":"CVE-2024-21907"}]}""");
        await ShouldFailAsync(options => options, "IMB3010");
        File.Delete(_image.Scratch["immutable.ignore.json"]);
        await ShouldFailAsync(options => options, "IMB3010");
    }

    [Theory]
    [InlineData("pkg:nuget/Newtonsoft.Json@12.0.1", null)]
    [InlineData("pkg:nuget/Newtonsoft.Json@11.0.0", "IMB3001")]
    public async Task N8_a_vendors_word_counts_for_the_product_it_is_about(string product, string? code)
    {
        Advise(ScannedImage.NewtonsoftAdvisory);
        Ignore("CVE-none", "2026-12-31");
        File.WriteAllText(_image.Scratch["vex.json"], $$"""
            {"@context":"https://openvex.dev/ns/v0.2.0","@id":"x","author":"a","timestamp":"2026-01-01T00:00:00Z","version":1,
             "statements":[{"vulnerability":{"name":"CVE-2024-21907"},"products":[{"@id":"{{product}}"}],"status":"not_affected","justification":"component_not_present"}]}
            """);
        await ShouldFailAsync(options => options with { VexFiles = [_image.Scratch["vex.json"]] }, code);
    }

    [Fact]
    public async Task N2_stale_advisories_are_a_warning_and_where_protected_an_error()
    {
        Advise(ScannedImage.NewtonsoftAdvisory.Replace("2026-11-20", "2026-11-10", StringComparison.Ordinal).Replace("Newtonsoft.Json\"}", "other\"}", StringComparison.Ordinal));
        Ignore("CVE-none", "2026-12-31");
        await RunAsync();
        _reporter.Lines.ShouldNotContain("warning IMB3005");
        ScanOptions Strict(ScanOptions options) => options with { MaxAdvisoryAge = TimeSpan.FromDays(7) };
        await RunAsync(Strict, written: true);
        _reporter.Lines.ShouldContain("warning IMB3005");
        (await Should.ThrowAsync<ImmutableBuildException>(RunAsync(Strict, written: true, isProtected: true))).Code.ShouldBe("IMB3005");
    }

    private void Advise(string json) => File.WriteAllText(Path.Combine(_image.Advisories, "a.json"), json);

    private void Ignore(string id, string expires, params string[] more) => File.WriteAllText(
        _image.Scratch["immutable.ignore.json"],
        JsonSerializer.Serialize(new { ignore = more.Prepend(id).Select(each => new { id = each, reason = "we never parse input", expires }) }));

    private JsonElement Report()
    {
        using var report = JsonDocument.Parse(File.ReadAllBytes(_image.Scratch["work", "scan.json"]));
        return report.RootElement.Clone();
    }

    private async Task ShouldFailAsync(Func<ScanOptions, ScanOptions> change, string? code)
    {
        if (!File.Exists(_image.Scratch["immutable.ignore.json"]) && code != "IMB3010")
        {
            Ignore("CVE-none", "2026-12-31");
        }

        var run = RunAsync(change);
        if (code is null)
        {
            (await run).Record.Scan!.Verdict.ShouldBe("pass");
        }
        else
        {
            (await Should.ThrowAsync<ImmutableBuildException>(run)).Code.ShouldBe(code);
        }
    }

    private async Task<StageResult> RunAsync(Func<ScanOptions, ScanOptions>? change = null, bool written = false, bool isProtected = false)
    {
        _record = written ? _record! : _image.Write();
        var scan = new ScanOptions { Advisories = [_image.Advisories], IgnoreFile = _image.Scratch["immutable.ignore.json"] };
        var context = StageContexts.Make(_image.Scratch.Path, options => options with { Protected = isProtected, Scan = change?.Invoke(scan) ?? scan }, reporter: _reporter);
        return await new ScanStage().RunAsync(_record, context, TestContext.Current.CancellationToken);
    }
}
