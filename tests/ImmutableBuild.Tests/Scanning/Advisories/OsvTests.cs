using System.Text;
using FsCheck;
using FsCheck.Fluent;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Scanning;
using ImmutableBuild.Scanning.Advisories;
using ImmutableBuild.Scanning.Packages;
using ImmutableBuild.Scanning.Versions;
using ImmutableBuild.Tests.Releases;

namespace ImmutableBuild.Tests.Scanning.Advisories;

public sealed class OsvTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("13.0.0", true)]
    [InlineData("12.0.1", true)]
    [InlineData("0.0.1-alpha", true)]
    [InlineData("13.0.1", false)]
    [InlineData("13.0.1-beta1", true)]
    [InlineData("14.0.0", false)]
    public void A_range_from_zero_to_its_fix(string version, bool affected) =>
        Affects(version, """{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"13.0.1"}]}""").ShouldBe(affected);

    [Theory]
    [InlineData("8.0.0", true)]
    [InlineData("8.0.10", false)]
    [InlineData("9.0.0-preview.1", false)]
    [InlineData("9.0.0", true)]
    [InlineData("9.0.4", true)]
    [InlineData("9.0.4.1", false)]
    [InlineData("7.0.0", false)]
    public void Events_of_several_ranges_are_walked_in_order_whatever_order_they_come_in(string version, bool affected) =>
        Affects(version, """{"type":"ECOSYSTEM","events":[{"introduced":"9.0.0"},{"fixed":"8.0.10"},{"last_affected":"9.0.4"},{"introduced":"8.0.0"}]}""").ShouldBe(affected);

    [Theory]
    [InlineData("2.0.0", true)]
    [InlineData("3.0.0", false)]
    public void A_limit_ends_what_the_range_speaks_of(string version, bool affected) =>
        Affects(version, """{"type":"ECOSYSTEM","events":[{"introduced":"1.0.0"},{"limit":"3.0.0"}]}""").ShouldBe(affected);

    // OSV schema, "Evaluation": of what happens at one version, a fix comes before a new beginning, and a last affected version is affected itself.
    [Theory]
    [InlineData("1.0.0", true, """[{"introduced":"1.0.0"},{"last_affected":"1.0.0"}]""")]
    [InlineData("1.0.1", false, """[{"introduced":"1.0.0"},{"last_affected":"1.0.0"}]""")]
    [InlineData("2.0.0", true, """[{"introduced":"1.0.0"},{"fixed":"2.0.0"},{"introduced":"2.0.0"},{"fixed":"2.0.1"}]""")]
    [InlineData("2.0.1", false, """[{"introduced":"1.0.0"},{"fixed":"2.0.0"},{"introduced":"2.0.0"},{"fixed":"2.0.1"}]""")]
    [InlineData("5.0.0", true, """[{"introduced":"0"},{"limit":"*"}]""")]
    [InlineData("5.0.0", true, """[{"introduced":"0"}]""")]
    [InlineData("5.0.0", false, """[{"fixed":"6.0.0"}]""")]
    [InlineData("0.9.0", false, """[{"introduced":"1.0.0"}]""")]
    [InlineData("2.5.0", true, """[{"introduced":"1.0.0"},{"limit":"2.0.0"},{"limit":"3.0.0"}]""")]
    public void What_happens_at_one_version(string version, bool affected, string events) =>
        Affects(version, $$"""{"type":"SEMVER","events":{{events}}}""").ShouldBe(affected);

    [Fact]
    public void Listed_versions_count_beside_ranges()
    {
        var package = new AffectedPackage("NuGet", "x", [], ["1.2.0"]);
        AffectedVersions.Include(package, "1.2", VersionOrder.NuGet).ShouldBeTrue();
        AffectedVersions.Include(package, "1.2.1", VersionOrder.NuGet).ShouldBeFalse();
    }

    [Fact]
    public async Task Withdrawn_advisories_say_nothing()
    {
        Write("w.json", """{"id":"GHSA-w","withdrawn":"2024-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"NuGet","name":"x"},"versions":["1.0.0"]}]}""");
        (await ReadAsync()).Count.ShouldBe(0);
    }

    [Theory]
    [InlineData("""{"database_specific":{"severity":"MODERATE"},"severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],"id":"a"}""", FindingSeverity.Medium)]
    [InlineData("""{"severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],"id":"a"}""", FindingSeverity.Critical)]
    [InlineData("""{"severity":[{"type":"CVSS_V4","score":"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:H/SC:N/SI:N/SA:N"}],"id":"a"}""", FindingSeverity.Unknown)]
    [InlineData("""{"id":"a"}""", FindingSeverity.Unknown)]
    public void Severity_is_the_sources_own_word_then_CVSS_then_unknown(string json, FindingSeverity expected) =>
        OsvReader.Read(Encoding.UTF8.GetBytes(json), "f")!.Severity.ShouldBe(expected);

    // Vectors and scores of published CVE records.
    [Theory]
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", 7.5)]
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0)]
    [InlineData("CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1)]
    [InlineData("CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", 7.8)]
    [InlineData("CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:N/A:N", 5.9)]
    [InlineData("CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:N/I:N/A:H", 5.5)]
    [InlineData("CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N", 1.6)]
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0.0)]
    public void CVSS_base_scores(string vector, double score) => CvssScore.Of(vector).ShouldBe(score);

    [Theory]
    [InlineData("CVSS:3.1/AV:N")]
    [InlineData("CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H")]
    [InlineData("CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H")]
    [InlineData("AV:N/AC:L/Au:N/C:P/I:P/A:P")]
    [InlineData("")]
    public void What_is_no_CVSS_3_vector_has_no_score(string vector) => CvssScore.Of(vector).ShouldBeNull();

    [Theory]
    [InlineData("")]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"id":7}""")]
    [InlineData("""{"id":"a","id":"b"}""")]
    [InlineData("""{"id":"a","affected":{}}""")]
    [InlineData("""{"id":"a","affected":[{"package":{"name":"x"}}]}""")]
    [InlineData("""{"id":"a","affected":[7]}""")]
    [InlineData("""{"id":"a","affected":[{"package":{"ecosystem":"NuGet","name":"x"},"ranges":[{"type":"ECOSYSTEM","events":[{"since":"1"}]}]}]}""")]
    [InlineData("""{"id":"a","modified":"yesterday"}""")]
    [InlineData("""{"id":"a","aliases":[null]}""")]
    public async Task N3_a_corrupt_advisory_is_an_error_that_names_the_file(string json)
    {
        Write("good.json", """{"id":"GHSA-good"}""");
        Write("bad.json", json);
        var fault = await Should.ThrowAsync<ImmutableBuildException>(ReadAsync());
        fault.Code.ShouldBe("IMB3003");
        fault.Message.ShouldContain("bad.json");
    }

    [Fact]
    public async Task N3_deep_nesting_is_an_error()
    {
        Write("deep.json", new string('[', 100_000));
        (await Should.ThrowAsync<ImmutableBuildException>(ReadAsync())).Code.ShouldBe("IMB3003");
    }

    [Fact]
    public async Task N3_a_range_that_the_ecosystem_cannot_order_is_an_error_once_it_matters()
    {
        Write("odd.json", """{"id":"a","affected":[{"package":{"ecosystem":"NuGet","name":"x"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"one"}]}]}]}""");
        var set = await ReadAsync();
        AdvisoryMatcher.Match([Package("other", "1.0.0")], set, "osv").ShouldBeEmpty();
        Should.Throw<ImmutableBuildException>(() => AdvisoryMatcher.Match([Package("x", "1.0.0")], set, "osv").ToArray()).Code.ShouldBe("IMB3003");
    }

    [Fact]
    public void Reading_junk_never_throws_anything_else() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), junk =>
        {
            try
            {
                OsvReader.Read(junk, "junk");
                return true;
            }
            catch (ImmutableBuildException fault)
            {
                return fault.Code == "IMB3003";
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public async Task A_directory_that_is_not_there_is_IMB3004()
    {
        (await Should.ThrowAsync<ImmutableBuildException>(AdvisoryDirectory.ReadAsync(_scratch["none"], TestContext.Current.CancellationToken))).Code.ShouldBe("IMB3004");
        Should.Throw<ImmutableBuildException>(() => AdvisoryDirectory.Stamp(_scratch["none"])).Code.ShouldBe("IMB3004");
    }

    [Fact]
    public async Task Advisories_of_one_vulnerability_make_one_finding()
    {
        Write("ghsa.json", """{"id":"GHSA-1","aliases":["CVE-1"],"summary":"Bad","database_specific":{"severity":"HIGH"},"affected":[{"package":{"ecosystem":"NuGet","name":"newtonsoft.json"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"13.0.1"}]}]}]}""");
        Write("cve.json", """{"id":"CVE-1","affected":[{"package":{"ecosystem":"NuGet","name":"Newtonsoft.Json"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"13.0.2"}]}]}]}""");
        Write("other.json", """{"id":"CVE-2","affected":[{"package":{"ecosystem":"NuGet","name":"Newtonsoft.Json"},"versions":["12.0.1"]}]}""");
        var findings = Findings(Package("Newtonsoft.Json", "12.0.1"), await ReadAsync()).OrderBy(finding => finding.Id, StringComparer.Ordinal).ToArray();
        findings.Select(finding => finding.Id).ShouldBe(["CVE-1", "CVE-2"]);
        findings[0].Aliases.ShouldBe(["GHSA-1"]);
        findings[0].Severity.ShouldBe(FindingSeverity.High);
        findings[0].WayOut.ShouldBe("Upgrade Newtonsoft.Json to 13.0.2 or later.");
        findings[1].Severity.ShouldBe(FindingSeverity.Unknown);
        findings[1].WayOut.ShouldContain("No fixed version");
    }

    [Fact]
    public async Task Debian_is_matched_by_source_package_and_dpkgs_order()
    {
        Write("dsa.json", """{"id":"DSA-1","upstream":["CVE-2024-0727"],"affected":[{"package":{"ecosystem":"Debian:12","name":"openssl"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"3.0.13-1~deb12u1"}]}]}]}""");
        var set = await ReadAsync();
        var os = new OsRelease("debian", "12", "Debian");
        Component Libssl(string version) => DpkgDatabase.Read($"Package: libssl3\nSource: openssl\nVersion: {version}\n", os, "var/lib/dpkg/status", default).ShouldHaveSingleItem();
        Findings(Libssl("3.0.11-1~deb12u2"), set).ShouldHaveSingleItem().Id.ShouldBe("CVE-2024-0727");
        Findings(Libssl("3.0.13-1~deb12u1"), set).ShouldBeEmpty();
    }

    [Fact]
    public void The_stamp_changes_with_any_file()
    {
        Write("a.json", "{}");
        var before = AdvisoryDirectory.Stamp(_scratch.Path);
        AdvisoryDirectory.Stamp(_scratch.Path).ShouldBe(before);
        Write("b.json", "{}");
        AdvisoryDirectory.Stamp(_scratch.Path).ShouldNotBe(before);
    }

    private static bool Affects(string version, string range)
    {
        var json = $$"""{"id":"a","affected":[{"package":{"ecosystem":"NuGet","name":"x"},"ranges":[{{range}}]}]}""";
        return AffectedVersions.Include(OsvReader.Read(Encoding.UTF8.GetBytes(json), "f")!.Affected[0], version, VersionOrder.NuGet);
    }

    private static IEnumerable<Finding> Findings(Component component, AdvisorySet advisories) => MergedVulnerabilities.Of(AdvisoryMatcher.Match([component], advisories, "osv"), []);

    private static Component Package(string name, string version) => new()
    {
        Kind = ComponentKind.Library,
        Name = name,
        Version = version,
        Purl = PackageUrl.Of("nuget", null, name, version),
        Advisory = new AdvisoryIdentity("NuGet", name, version),
        Locations = ["app/x.deps.json"],
        Layer = Digest.Of("layer"u8),
    };

    private void Write(string name, string json) => File.WriteAllText(_scratch[name], json);

    private Task<AdvisorySet> ReadAsync() => AdvisoryDirectory.ReadAsync(_scratch.Path, TestContext.Current.CancellationToken);
}
