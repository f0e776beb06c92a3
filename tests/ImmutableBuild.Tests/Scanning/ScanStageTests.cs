using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Releases;
using ImmutableBuild.Scanning;
using ImmutableBuild.Tests.Generations.Simulation;
using ImmutableBuild.Tests.Images.Contents;
using ImmutableBuild.Tests.Releases;

namespace ImmutableBuild.Tests.Scanning;

public sealed class ScanStageTests : IDisposable
{
    private readonly ScannedImage _image = new();
    private readonly RecordingReporter _reporter = new();

    public void Dispose() => _image.Dispose();

    [Fact]
    public async Task A_clean_image_passes_and_leaves_its_files()
    {
        _image.WriteAdvisory(ScannedImage.Unrelated);
        var result = await RunAsync();
        result.Summary.ShouldBe("pass: 2 components, no findings");
        var scan = result.Record.Scan.ShouldNotBeNull();
        scan.Verdict.ShouldBe("pass");
        scan.Image.ShouldBe(result.Record.Bake!.Digest);
        scan.At.ShouldBe(StageContexts.Now);
        File.Exists(scan.SbomFiles.ShouldHaveSingleItem()).ShouldBeTrue();
        File.Exists(scan.SarifFile).ShouldBeTrue();
        _reporter.Lines.ShouldBeEmpty();
    }

    [Fact]
    public async Task N1_without_advisories_the_verdict_is_not_assessed_a_warning_or_where_protected_an_error()
    {
        var result = await RunAsync(o => o);
        result.Record.Scan!.Verdict.ShouldBe("notAssessed");
        result.Summary.ShouldStartWith("not assessed: ");
        _reporter.Lines.ShouldBe(["warning IMB3002"]);
        (await Should.ThrowAsync<ImmutableBuildException>(RunAsync(o => o with { Protected = true }))).Code.ShouldBe("IMB3002");
    }

    [Fact]
    public async Task A_vulnerable_package_fails_and_the_message_says_the_way_out()
    {
        _image.WriteAdvisory(ScannedImage.NewtonsoftAdvisory);
        var fault = await Should.ThrowAsync<ImmutableBuildException>(RunAsync());
        fault.Code.ShouldBe("IMB3001");
        fault.Message.ShouldContain("high CVE-2024-21907 in Newtonsoft.Json 12.0.1");
        fault.Message.ShouldContain("Upgrade Newtonsoft.Json to 13.0.1 or later.");
        File.Exists(_image.Scratch["work", "scan.sarif"]).ShouldBeTrue("a scan that fails is the one whose report is needed");
    }

    [Theory]
    [InlineData(14, false)]
    [InlineData(16, true)]
    public async Task A_scan_is_made_again_once_it_is_half_as_old_as_Deploy_takes(int days, bool isAgain)
    {
        _image.WriteAdvisory(ScannedImage.Unrelated);
        var record = _image.Write();
        var before = StageContexts.Make(_image.Scratch.Path, Protected) with { Time = new SkewedTime(StageContexts.Make(_image.Scratch.Path).Time, TimeSpan.FromDays(-days)) };
        var first = await new ScanStage().RunAsync(record, before, TestContext.Current.CancellationToken);

        var second = await new ScanStage().RunAsync(record, StageContexts.Make(_image.Scratch.Path, Protected), TestContext.Current.CancellationToken);

        (second.Record.Scan!.At > first.Record.Scan!.At).ShouldBe(isAgain);

        ReleaseOptions Protected(ReleaseOptions options) => options with { Protected = true, Scan = new ScanOptions { Advisories = [_image.Advisories] } };
    }

    [Theory]
    [InlineData("low", true)]
    [InlineData("high", true)]
    [InlineData("critical", false)]
    [InlineData("none", false)]
    public async Task The_gate_is_where_the_options_put_it(string failOn, bool fails)
    {
        _image.WriteAdvisory(ScannedImage.NewtonsoftAdvisory);
        var run = RunAsync(o => o with { Scan = new ScanOptions { FailOn = failOn, Advisories = [_image.Advisories] } });
        if (fails)
        {
            (await Should.ThrowAsync<ImmutableBuildException>(run)).Code.ShouldBe("IMB3001");
        }
        else
        {
            (await run).Record.Scan!.Findings.ShouldContainKeyAndValue("high", 1);
        }
    }

    [Fact]
    public async Task A_gate_that_is_no_severity_is_IMB3006() =>
        (await Should.ThrowAsync<ImmutableBuildException>(RunAsync(o => o with { Scan = new ScanOptions { FailOn = "hihg" } }))).Code.ShouldBe("IMB3006");

    [Fact]
    public async Task A_second_scan_of_the_same_is_not_done_again_and_says_so()
    {
        _image.WriteAdvisory(ScannedImage.Unrelated);
        await RunAsync();
        // Without the layout nothing could be scanned.
        Directory.Move(_image.Scratch["layout"], _image.Scratch["gone"]);
        var again = await RunAsync(written: true);
        again.Summary.ShouldContain("nothing changed since the scan of 2026-11-21 08:00:00Z");
        again.Record.Scan!.Verdict.ShouldBe("pass");
    }

    [Theory]
    [InlineData("advisory")]
    [InlineData("gate")]
    [InlineData("sbom")]
    [InlineData("report")]
    public async Task Any_change_means_another_scan(string what)
    {
        _image.WriteAdvisory(ScannedImage.Unrelated);
        await RunAsync();
        switch (what)
        {
            case "advisory":
                File.WriteAllText(Path.Combine(_image.Advisories, "new.json"), ScannedImage.NewtonsoftAdvisory);
                (await Should.ThrowAsync<ImmutableBuildException>(RunAsync(written: true))).Code.ShouldBe("IMB3001");
                return;
            case "gate":
                (await RunAsync(o => o with { Scan = new ScanOptions { FailOn = "low", Advisories = [_image.Advisories] } }, written: true)).Summary.ShouldNotContain("nothing changed");
                return;
            case "sbom":
                File.AppendAllText(_image.Scratch["work", "sbom.cdx.json"], " ");
                break;
            case "report":
                File.WriteAllText(_image.Scratch["work", "scan.json"], "{}");
                break;
        }

        (await RunAsync(written: true)).Summary.ShouldNotContain("nothing changed");
    }

    [Fact]
    public async Task A_failed_scan_remembered_still_fails()
    {
        _image.WriteAdvisory(ScannedImage.NewtonsoftAdvisory);
        await Should.ThrowAsync<ImmutableBuildException>(RunAsync());
        (await Should.ThrowAsync<ImmutableBuildException>(RunAsync(written: true))).Code.ShouldBe("IMB3001");
    }

    [Fact]
    public async Task N2_old_advisories_are_warned_of()
    {
        _image.WriteAdvisory(ScannedImage.Unrelated.Replace("2026-11-20", "2026-01-01", StringComparison.Ordinal));
        await RunAsync();
        _reporter.Lines.ShouldBe(["warning IMB3005"]);
    }

    [Fact]
    public async Task The_same_image_gives_the_same_files_elsewhere()
    {
        _image.WriteAdvisory(ScannedImage.NewtonsoftAdvisory);
        await RunAsync(o => o with { Scan = new ScanOptions { FailOn = "none", Advisories = [_image.Advisories] } });
        using var other = new ScannedImage();
        File.WriteAllText(Path.Combine(other.Advisories, "a.json"), ScannedImage.NewtonsoftAdvisory);
        await new ScanStage().RunAsync(
            other.Write(),
            StageContexts.Make(other.Scratch.Path, o => o with { Scan = new ScanOptions { FailOn = "none", Advisories = [other.Advisories] } }),
            TestContext.Current.CancellationToken);
        foreach (var file in new[] { "sbom.cdx.json", "sbom.spdx.json", "scan.sarif" })
        {
            File.ReadAllBytes(other.Scratch["work", file]).ShouldBe(File.ReadAllBytes(_image.Scratch["work", file]));
        }
    }

    [Fact]
    public async Task L14_a_package_whose_name_steers_a_terminal_is_written_out()
    {
        _image.WriteAdvisory("""{"id":"CVE-1","modified":"2026-11-20T00:00:00Z","affected":[{"package":{"ecosystem":"Debian:12","name":"a\u001b[2Jb"},"versions":["1"]}]}""");
        _image.Base.File("etc/os-release", "ID=debian\nVERSION_ID=12\nPRETTY_NAME=\"D\u001b[31m\"\n").File("var/lib/dpkg/status", "Package: a\u001b[2Jb\nVersion: 1\n\nPackage: c\u202ed\nVersion: \u0007\n");

        var fault = await Should.ThrowAsync<ImmutableBuildException>(RunAsync());

        fault.Message.ShouldContain("a\\u001b[2Jb 1");
        string[] written = [fault.Message, .. _image.Reasons(), File.ReadAllText(_image.Scratch["work", "sbom.cdx.json"]), File.ReadAllText(_image.Scratch["work", "sbom.spdx.json"]), File.ReadAllText(_image.Scratch["work", "scan.sarif"])];
        foreach (var text in written)
        {
            text.ShouldNotContain("\u001b");
            text.ShouldNotContain("\u0007");
        }
    }

    [Fact]
    public async Task An_unchanged_layer_is_not_read_again_and_a_scan_by_its_notes_finds_the_same()
    {
        _image.WriteAdvisory(ScannedImage.NewtonsoftAdvisory);
        _image.Base.File("etc/os-release", "ID=debian\nVERSION_ID=12\n").File("var/lib/dpkg/status", "Package: a\nStatus: install ok installed\nVersion: 1\n").File("etc/passwd", "root:x:0:0::/root:/bin/sh\n").File("etc/key.txt", "token: ghp_" + string.Concat(Enumerable.Repeat("aB3dE6", 6)));
        Func<ReleaseOptions, ReleaseOptions> report = o => o with { Scan = new ScanOptions { FailOn = "none", Advisories = [_image.Advisories] } };
        await RunAsync(report);
        string[] names = ["sbom.cdx.json", "sbom.spdx.json", "scan.sarif"];
        var before = names.Select(name => File.ReadAllBytes(_image.Scratch["work", name])).ToArray();
        File.Delete(_image.Scratch["work", "scan.json"]);
        foreach (var layer in _record!.Bake!.Layers)
        {
            File.Delete(Path.Combine(_record.Bake.Layout, "blobs", "sha256", layer.Digest.Hex));
        }

        await RunAsync(report, written: true);

        names.Select(name => File.ReadAllBytes(_image.Scratch["work", name])).ShouldBe(before);
    }

    [Fact]
    public async Task Notes_that_do_not_suffice_are_made_anew()
    {
        _image.WriteAdvisory(ScannedImage.Unrelated);
        _image.Base.File("usr/tool/x.deps.json", ScannedImage.DepsJson.Replace("Newtonsoft.Json", "Polly", StringComparison.Ordinal));
        var hidden = new ScannedImage(new RawTar().File("usr/tool/.wh.x.deps.json").File("app/Shop.deps.json", ScannedImage.DepsJson));
        using (hidden)
        {
            hidden.Base.File("usr/tool/x.deps.json", ScannedImage.DepsJson.Replace("Newtonsoft.Json", "Polly", StringComparison.Ordinal));
            var context = StageContexts.Make(hidden.Scratch.Path, o => o with { DataDirectory = _image.Scratch["data"] }, reporter: _reporter);
            (await new ScanStage().RunAsync(hidden.Write(), context, TestContext.Current.CancellationToken)).Record.Scan!.Components.ShouldBe(2);
        }

        (await RunAsync()).Record.Scan!.Components.ShouldBe(3);
    }

    private ReleaseRecord? _record;

    private async Task<StageResult> RunAsync(Func<ReleaseOptions, ReleaseOptions>? change = null, bool written = false)
    {
        _record = written ? _record! : _image.Write();
        var context = StageContexts.Make(_image.Scratch.Path, change ?? (o => o with { Scan = new ScanOptions { Advisories = [_image.Advisories] } }), reporter: _reporter);
        return await new ScanStage().RunAsync(_record, context, TestContext.Current.CancellationToken);
    }
}
