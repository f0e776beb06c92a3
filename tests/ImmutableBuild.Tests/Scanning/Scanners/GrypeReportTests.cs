using System.Text;
using ImmutableBuild.Scanning;
using ImmutableBuild.Scanning.Scanners;

namespace ImmutableBuild.Tests.Scanning.Scanners;

/// <summary>The form of Grype's JSON (anchore/grype, <c>grype/presenter/models</c>). No Grype could be had to run.</summary>
public sealed class GrypeReportTests
{
    private const string Report = """
        {"matches":[{"vulnerability":{"id":"GHSA-5crp-9r3c-p9vr","severity":"High","description":"Improper handling\nmore","fix":{"versions":["13.0.1"],"state":"fixed"}},
                     "relatedVulnerabilities":[{"id":"CVE-2024-21907"}],
                     "artifact":{"name":"Newtonsoft.Json","version":"12.0.1","type":"dotnet","locations":[{"path":"/app/Shop.deps.json"}],"purl":"pkg:nuget/Newtonsoft.Json@12.0.1"}}],
         "ignoredMatches":[{"vulnerability":{"id":"CVE-2024-0727","severity":"Negligible","fix":{"versions":[],"state":"wont-fix"}},
                     "artifact":{"name":"libssl3","version":"3.0.11-1~deb12u2","type":"deb","locations":[],"purl":""}}],
         "source":{"type":"image","target":{"imageID":"sha256:abc"}},
         "descriptor":{"name":"grype","version":"0.87.0","db":{"status":{"built":"2026-11-20T01:31:43Z"}}}}
        """;

    [Fact]
    public void Matches_are_read_and_so_are_those_that_it_was_made_to_ignore()
    {
        var report = GrypeReport.Read(Encoding.UTF8.GetBytes(Report));

        report.ImageId.ShouldBe("sha256:abc");
        report.DatabaseBuilt.ShouldBe(new DateTimeOffset(2026, 11, 20, 1, 31, 43, TimeSpan.Zero));
        report.Vulnerabilities.Length.ShouldBe(2);
        var (first, second) = (report.Vulnerabilities[0], report.Vulnerabilities[1]);
        (first.Id, first.Severity, first.Fix, first.Summary, first.Path).ShouldBe(("GHSA-5crp-9r3c-p9vr", FindingSeverity.High, "13.0.1", "Improper handling", "app/Shop.deps.json"));
        first.Aliases.ShouldBe(["CVE-2024-21907"]);
        (second.Id, second.Severity, second.Fix, second.PurlType, second.Purl).ShouldBe(("CVE-2024-0727", FindingSeverity.Low, null, "deb", null));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"descriptor":{"name":"trivy"},"matches":[]}""")]
    [InlineData("""{"descriptor":{"name":"grype"}}""")]
    [InlineData("""{"descriptor":{"name":"grype"},"matches":[{}]}""")]
    [InlineData("")]
    public void What_is_no_report_of_its_is_refused(string json) => Should.Throw<FormatException>(() => GrypeReport.Read(Encoding.UTF8.GetBytes(json)));
}
