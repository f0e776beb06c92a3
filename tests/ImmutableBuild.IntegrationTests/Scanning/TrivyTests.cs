using System.Text.Json;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.IntegrationTests.Rig;
using ImmutableBuild.Scanning;
using ImmutableBuild.Scanning.Scanners;

namespace ImmutableBuild.IntegrationTests.Scanning;

/// <summary>The real Trivy through the adapter, with a small database of real advisories.</summary>
public sealed class TrivyTests : IDisposable
{
    private const string Deps = """
        {"runtimeTarget":{"name":"t"},
         "targets":{"t":{"Shop/1.0.0":{"dependencies":{"Newtonsoft.Json":"12.0.1"},"runtime":{"Shop.dll":{}}},"Newtonsoft.Json/12.0.1":{"runtime":{"lib/Newtonsoft.Json.dll":{}}}}},
         "libraries":{"Shop/1.0.0":{"type":"project"},"Newtonsoft.Json/12.0.1":{"type":"package"}}}
        """;

    private readonly string _data = Directory.CreateTempSubdirectory("immutable-trivy-").FullName;
    private readonly SmallImage _image = new(
        ("app/Shop.deps.json", Deps),
        ("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n"),
        // By this file this Trivy knows Debian.
        ("etc/debian_version", "12.4\n"),
        ("var/lib/dpkg/status", "Package: libssl3\nStatus: install ok installed\nArchitecture: amd64\nSource: openssl\nVersion: 3.0.11-1~deb12u2\nMaintainer: x\n"));

    public void Dispose()
    {
        _image.Dispose();
        Directory.Delete(_data, recursive: true);
    }

    [Fact]
    public async Task It_finds_what_its_database_knows_and_the_report_binds_it_to_the_image()
    {
        var trivy = await TrivyAsync();
        WriteDatabase();

        var report = await ScanAsync(trivy);

        var findings = report.GetProperty("findings").EnumerateArray().Where(finding => finding.GetProperty("id").GetString()!.StartsWith("CVE", StringComparison.Ordinal)).ToArray();
        findings.Select(finding => (Text(finding, "id"), Text(finding, "severity"), Text(finding, "subject"), Text(finding, "fix"))).ShouldBe(
            [("CVE-2024-21907", "high", "Newtonsoft.Json 12.0.1", "13.0.1"), ("CVE-2024-0727", "medium", "libssl3 3.0.11-1~deb12u2", "3.0.13-1~deb12u1")]);
        findings.ShouldAllBe(finding => finding.GetProperty("sources")[0].GetString() == "trivy");
        Text(findings[0], "purl").ShouldBe("pkg:nuget/Newtonsoft.Json@12.0.1");
        report.GetProperty("notAssessed").EnumerateArray().ShouldBeEmpty();
        var source = report.GetProperty("sources").EnumerateArray().ShouldHaveSingleItem();
        source.GetProperty("newest").GetDateTimeOffset().ShouldBe(new DateTimeOffset(2026, 11, 20, 0, 0, 0, TimeSpan.Zero));
        Text(source, "content").ShouldBe(Digest.Of(await File.ReadAllBytesAsync(trivy, TestContext.Current.CancellationToken)).ToString());
    }

    [Fact]
    public async Task Without_a_database_it_tells_so_and_nothing_is_fetched()
    {
        var report = await ScanAsync(await TrivyAsync());
        report.GetProperty("verdict").GetString().ShouldBe("notAssessed");
        report.GetProperty("notAssessed").EnumerateArray().ShouldContain(reason => reason.GetString()!.StartsWith("trivy was not asked: it ended with 1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task N4_a_database_that_makes_it_end_without_a_word_is_no_clean_image()
    {
        WriteDatabase(damage: ",\"Severity\":1.0");
        var report = await ScanAsync(await TrivyAsync());
        report.GetProperty("verdict").GetString().ShouldBe("notAssessed");
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private static async Task<string> TrivyAsync()
    {
        if (SystemProgram.Find("trivy") is { } own)
        {
            return own;
        }

        Assert.SkipWhen(SystemProgram.Find("npm") is null || OperatingSystem.IsWindows(), "npm is not on the PATH.");
        var (code, output) = await SystemProgram.RunAsync("bash", [Path.Combine(RepositoryRoot.Find(), "tests/rig/trivy.sh")]);
        Assert.SkipUnless(code == 0, $"Trivy could not be had from npm: {output}");
        return output.Trim().Split('\n')[^1];
    }

    private async Task<JsonElement> ScanAsync(string trivy)
    {
        ScannerProgram.TryParse($"{trivy}@{Digest.Of(await File.ReadAllBytesAsync(trivy, TestContext.Current.CancellationToken))}", out var scanner).ShouldBeTrue();
        var context = _image.Context(options => options with { Scan = new ScanOptions { FailOn = "none", Scanners = [scanner!], ScannerData = _data } });
        await new ScanStage().RunAsync(_image.Record, context, TestContext.Current.CancellationToken);
        using var report = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(context.WorkDirectory, "scan.json"), TestContext.Current.CancellationToken));
        return report.RootElement.Clone();
    }

    // Trivy's database, schema 2 (aquasecurity/trivy-db): a bucket for each source, in it one for each package.
    private void WriteDatabase(string damage = "")
    {
        const string Nuget = "nuget::GitHub Security Advisory Nuget";
        var directory = Directory.CreateDirectory(Path.Combine(_data, "trivy", "db")).FullName;
        File.WriteAllText(Path.Combine(directory, "metadata.json"), """{"Version":2,"NextUpdate":"2099-01-01T00:00:00Z","UpdatedAt":"2026-11-20T00:00:00Z","DownloadedAt":"2026-11-20T00:00:00Z"}""");
        File.WriteAllBytes(Path.Combine(directory, "trivy.db"), BoltFile.Of(new Dictionary<string, object>
        {
            [Nuget] = Bucket("Newtonsoft.Json", "CVE-2024-21907", $$"""{"PatchedVersions":["13.0.1"],"VulnerableVersions":["< 13.0.1"]{{damage}}}"""),
            ["debian 12"] = Bucket("openssl", "CVE-2024-0727", """{"FixedVersion":"3.0.13-1~deb12u1"}"""),
            ["data-source"] = new Dictionary<string, object>
            {
                [Nuget] = """{"ID":"ghsa","Name":"GitHub Security Advisory Nuget","URL":"https://github.test/advisories"}""",
                ["debian 12"] = """{"ID":"debian","Name":"Debian Security Tracker","URL":"https://debian.test"}""",
            },
            ["vulnerability"] = new Dictionary<string, object>
            {
                ["CVE-2024-21907"] = """{"Title":"Improper handling of exceptional conditions","Severity":"HIGH","VendorSeverity":{"ghsa":3}}""",
                ["CVE-2024-0727"] = """{"Title":"openssl: denial of service via null dereference","Severity":"MEDIUM","VendorSeverity":{"debian":2}}""",
            },
        }));
    }

    private static Dictionary<string, object> Bucket(string package, string id, string advisory) => new() { [package] = new Dictionary<string, object> { [id] = advisory } };
}
