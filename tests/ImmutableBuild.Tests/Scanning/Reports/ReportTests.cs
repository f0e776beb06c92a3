using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using ImmutableBuild.Images;
using ImmutableBuild.Scanning;
using ImmutableBuild.Scanning.Dismissals;
using ImmutableBuild.Scanning.Packages;
using ImmutableBuild.Scanning.Reports;

namespace ImmutableBuild.Tests.Scanning.Reports;

/// <summary>The exact bytes of the reports. An integration test holds them against the published schemas.</summary>
public sealed class ReportTests
{
    private static readonly Digest Image = Digest.Parse("sha256:" + string.Concat(Enumerable.Repeat("0123456789abcdef", 4)));
    private static readonly Digest Layer = Digest.Parse("sha256:" + new string('1', 64));

    [Fact]
    public void CycloneDX() => ShouldHold("sbom.cdx.json", CycloneDx.Write(SampleInventory(), SampleSubject()));

    [Fact]
    public void SPDX() => ShouldHold("sbom.spdx.json", Spdx.Write(SampleInventory(), SampleSubject()));

    [Fact]
    public void SARIF() => ShouldHold("scan.sarif", Sarif.Write(SampleFindings(), [], Image, "0.1.0"));

    [Fact]
    public void SARIF_is_valid_and_what_is_dismissed_carries_its_reason()
    {
        var sarif = Sarif.Write(SampleFindings()[1..], Dismissed(), Image, "0.1.0");

        PublishedSchema.Sarif21.Faults(sarif).ShouldBeEmpty();
        using var json = JsonDocument.Parse(sarif);
        var results = json.RootElement.GetProperty("runs")[0].GetProperty("results").EnumerateArray().ToArray();
        results.Length.ShouldBe(3);
        results.Count(result => result.TryGetProperty("suppressions", out _)).ShouldBe(1);
        results[^1].GetProperty("suppressions")[0].GetProperty("justification").GetString().ShouldBe("we never parse input");
    }

    [Theory]
    [InlineData("\"level\": \"error\"", "\"level\": \"fatal\"")]
    [InlineData("\"version\": \"2.1.0\"", "\"version\": \"2.2.0\"")]
    [InlineData("\"kind\": \"external\"", "\"kind\": \"elsewhere\"")]
    [InlineData("\"startLine\": 3", "\"startLine\": 0")]
    [InlineData("\"ruleIndex\"", "\"ruleNumber\"")]
    public void The_schema_of_SARIF_would_tell(string right, string wrong)
    {
        var sarif = Encoding.UTF8.GetString(Sarif.Write(SampleFindings()[1..], Dismissed(), Image, "0.1.0"));
        sarif.ShouldContain(right);
        PublishedSchema.Sarif21.Faults(Encoding.UTF8.GetBytes(sarif.Replace(right, wrong, StringComparison.Ordinal))).ShouldNotBeEmpty();
    }

    private static ImmutableArray<DismissedFinding> Dismissed() => [new DismissedFinding(SampleFindings()[0], new Dismissal("CVE-2024-21907", "we never parse input", "immutable.ignore.json"))];

    private static void ShouldHold(string name, byte[] content) =>
        Generated.GeneratedFile.ShouldBe($"tests/ImmutableBuild.Tests/Scanning/Reports/Golden/{name}", Encoding.UTF8.GetString(content));

    private static SbomSubject SampleSubject() => new("shop", new string('a', 40), Image, new DateTimeOffset(2026, 11, 21, 9, 30, 0, TimeSpan.FromHours(1)), "0.1.0");

    private static Inventory SampleInventory()
    {
        const string deps = """
            {"runtimeTarget":{"name":"t"},
             "targets":{"t":{"Shop/1.0.0":{"dependencies":{"Newtonsoft.Json":"12.0.1"},"runtime":{"Shop.dll":{}}},"Newtonsoft.Json/12.0.1":{"runtime":{"lib/Newtonsoft.Json.dll":{}}}}},
             "libraries":{"Shop/1.0.0":{"type":"project"},"Newtonsoft.Json/12.0.1":{"type":"package","sha512":"sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg=="}}}
            """;
        var os = new OsRelease("debian", "12", "Debian GNU/Linux 12 (bookworm)");
        var components = DpkgDatabase.Read("Package: libssl3\nSource: openssl\nVersion: 3.0.11-1~deb12u2\nArchitecture: amd64\nMaintainer: Debian OpenSSL Team <team@example.org>\n", os, "var/lib/dpkg/status", Layer)
            .AddRange(DepsJson.Read(Encoding.UTF8.GetBytes(deps), "app/Shop.deps.json", Layer));
        return new Inventory(os, [.. components.Select(component => component.Name == "Newtonsoft.Json" ? component with { License = License.Of("MIT") } : component).OrderBy(component => component.Reference, StringComparer.Ordinal)], []);
    }

    private static ImmutableArray<Finding> SampleFindings() =>
    [
        new Finding
        {
            Id = "CVE-2024-21907", Aliases = ["GHSA-5crp-9r3c-p9vr"], Severity = FindingSeverity.High, Subject = "Newtonsoft.Json 12.0.1", Message = "Improper handling.",
            WayOut = "Upgrade Newtonsoft.Json to 13.0.1 or later.", Path = "app/Shop.deps.json", Layer = Layer,
        },
        new Finding { Id = "IMB3104", Severity = FindingSeverity.High, Subject = "/app/a b.json:3", Message = "It holds a GitHub token.", WayOut = "Replace it.", Path = "app/a b.json", Line = 3, Layer = Layer },
        new Finding { Id = "IMB3101", Severity = FindingSeverity.High, Subject = "user", Message = "The image names no user, so it runs as root.", WayOut = "Set ContainerUser." },
    ];
}
