using System.Text;
using ImmutableBuild.Errors;
using ImmutableBuild.Scanning.Advisories;
using ImmutableBuild.Scanning.Dismissals;
using ImmutableBuild.Scanning.Feeds;
using ImmutableBuild.Scanning.Scanners;
using ImmutableBuild.Tests.Fuzzing;

namespace ImmutableBuild.Tests.Scanning.Advisories;

/// <summary>Whatever a source, a vendor or a scanner writes: it is read or refused, within bounds.</summary>
public sealed class HostileSourceTests
{
    private const string Debian = """
        {"id":"DSA-1","upstream":["CVE-2024-0727"],"modified":"2026-11-20T00:00:00Z","severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
         "affected":[{"package":{"ecosystem":"Debian:12","name":"openssl"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"3.0.13-1~deb12u1"},{"introduced":"3.1"},{"last_affected":"3.2"},{"limit":"4"}]}],"versions":["1.0"]}]}
        """;

    private const string Vex = """
        {"@context":"https://openvex.dev/ns/v0.2.0","@id":"x","author":"a","timestamp":"2026-01-01T00:00:00Z","version":1,
         "statements":[{"timestamp":"2026-01-01T00:00:00Z","vulnerability":{"name":"CVE-1","aliases":["GHSA-1"]},"products":[{"@id":"pkg:oci/shop@sha256%3Aaa?x=y","subcomponents":[{"@id":"pkg:nuget/x@1"}]},{"identifiers":{"purl":"pkg:deb/debian/a@1?arch=amd64"}}],
          "status":"not_affected","justification":"component_not_present","impact_statement":"none"}]}
        """;

    private const string Ignore = """{"$schema":"x","ignore":[{"id":"CVE-1","reason":"r","expires":"2026-12-31","purl":"pkg:nuget/x@1.0.0","path":"app/*.json","owner":"o"},{"id":"IMB3106","reason":"r","expires":"2026-12-31"}]}""";

    private const string Trivy = """
        {"SchemaVersion":2,"Metadata":{"ImageID":"sha256:aa","OS":{"Family":"debian","Name":"10","EOSL":true}},
         "Results":[{"Target":"app/x.deps.json","Class":"lang-pkgs","Type":"dotnet-core","Vulnerabilities":[{"VulnerabilityID":"CVE-1","PkgName":"x","InstalledVersion":"1","FixedVersion":"2, 3","Severity":"HIGH","Title":"t","VendorIDs":["DSA-1"],"PkgIdentifier":{"PURL":"pkg:nuget/x@1"}}]},
                    {"Target":"debian","Class":"os-pkgs","Type":"debian"}]}
        """;

    private const string Grype = """
        {"matches":[{"vulnerability":{"id":"GHSA-1","severity":"High","description":"a\nb","fix":{"versions":["2"],"state":"fixed"}},"relatedVulnerabilities":[{"id":"CVE-1"}],"artifact":{"name":"x","version":"1","type":"dotnet","locations":[{"path":"/a"}],"purl":"pkg:nuget/x@1"}}],
         "ignoredMatches":[],"source":{"target":{"imageID":"sha256:aa"}},"descriptor":{"name":"grype","db":{"built":"2026-11-20T01:31:43Z"}}}
        """;

    private const string Suite = "Package: libssl3\nSource: openssl (3.0.22-1~deb12u2)\nVersion: 3.0.22-1~deb12u2+b1\nDescription: toolkit\n more of it\n\nPackage: libc6\nSource: glibc\nVersion: 1:2.36-9+deb12u7\n\n";

    private const string NuGetPage = """{"newtonsoft.json":[{"severity":2,"url":"https://github.test/advisories/GHSA-1","versions":"(, 13.0.1)"}],"other":[{"severity":0,"url":"u","versions":"[1.0,2.0]"}]}""";

    [Fact]
    public Task Advisories() => RunAsync(input => OsvReader.Read(input, "f"), "IMB3003", Debian, ScannedImage.NewtonsoftAdvisory);

    [Fact]
    public Task Vendors_documents() => RunAsync(input => OpenVex.Read(input, "f"), "IMB3013", Vex);

    [Fact]
    public Task Ignore_files() => RunAsync(input => IgnoreFile.Read(input, "f", new DateOnly(2026, 11, 29)), "IMB3010", Ignore);

    [Fact]
    public Task Pages_of_NuGet_feeds() => RunAsync(input => NuGetFeed.ReadPage(input, "f", null), "IMB3017", NuGetPage);

    [Fact]
    public Task Indexes_of_Debian_suites() => RunAsync(
        input => _ = DebianSuite.Read(Encoding.UTF8.GetString(input), "Debian:12", "f") is { Length: 2 } both ? both : throw new FormatException(), null, Suite);

    [Fact]
    public Task Reports_of_Trivy() => RunAsync(input => TrivyReport.Read(input), null, Trivy);

    [Fact]
    public Task Reports_of_Grype() => RunAsync(input => GrypeReport.Read(input), null, Grype);

    // A code that it is refused with; null for a FormatException, which its caller takes for an answer that is none.
    private static Task RunAsync(Action<byte[]> read, string? code, params string[] seeds) => Fuzz.RunAsync(
        [.. seeds.Select(Encoding.UTF8.GetBytes)],
        read,
        fault => code is null ? fault is FormatException : fault is ImmutableBuildException refusal && refusal.Code == code,
        length => (256 << 10) + (200L * length));
}
