using System.Collections.Immutable;
using System.Text;
using ImmutableBuild.Images;
using ImmutableBuild.Scanning.Advisories;
using ImmutableBuild.Scanning.Packages;

namespace ImmutableBuild.Tests.Scanning.Advisories;

/// <summary>Packages of rpm's before advisories of the forms that OSV has of each distribution: repositories, modules, support, epochs, and the names of what was built or what it was built from.</summary>
public sealed class RpmAdvisoryTests
{
    private const string Rhel9 = "ID=\"rhel\"\nVERSION_ID=\"9.4\"\nPRETTY_NAME=\"Red Hat Enterprise Linux 9.4 (Plow)\"\n";
    private const string Rhel10 = "ID=\"rhel\"\nVERSION_ID=\"10.1\"\n";
    private const string Rocky9 = "ID=\"rocky\"\nVERSION_ID=\"9.4\"\n";
    private const string Alma9 = "ID=\"almalinux\"\nVERSION_ID=\"9.2\"\n";
    private const string Leap = "ID=\"opensuse-leap\"\nVERSION_ID=\"15.6\"\n";
    private const string Sles = "ID=\"sles\"\nVERSION_ID=\"15.5\"\n";
    private const string Azure = "ID=azurelinux\nVERSION_ID=\"3.0\"\n";

    [Theory]
    // Red Hat: each repository is an ecosystem, each package that is built is listed with its epoch.
    [InlineData(Rhel9, "openssl-libs", "1", "3.0.7-24.el9", "openssl-3.0.7-24.el9.src.rpm", "Red Hat:enterprise_linux:9::baseos", "openssl-libs", "1:3.0.7-27.el9", true)]
    [InlineData(Rhel9, "openssl-libs", "1", "3.0.7-27.el9", "openssl-3.0.7-27.el9.src.rpm", "Red Hat:enterprise_linux:9::baseos", "openssl-libs", "1:3.0.7-27.el9", false)]
    [InlineData(Rhel9, "thunderbird", null, "115.5.0-1.el9", "thunderbird-115.5.0-1.el9.src.rpm", "Red Hat:enterprise_linux:9::appstream", "thunderbird", "0:115.6.0-1.el9_3", true)]
    [InlineData(Rhel9, "openssl-libs", "1", "3.0.7-24.el9", "openssl-3.0.7-24.el9.src.rpm", "Red Hat:enterprise_linux:9::baseos", "openssl", "1:3.0.7-27.el9", false)]
    [InlineData(Rhel9, "openssl-libs", "1", "3.0.7-24.el9", "openssl-3.0.7-24.el9.src.rpm", "Red Hat:enterprise_linux:8::baseos", "openssl-libs", "1:3.0.7-27.el9", false)]
    [InlineData(Rhel9, "openssl-libs", "1", "3.0.7-24.el9", "openssl-3.0.7-24.el9.src.rpm", "Red Hat:rhel_eus:9.2::baseos", "openssl-libs", "1:3.0.7-27.el9", false)]
    [InlineData(Rhel9, "openssl-libs", "1", "3.0.7-24.el9", "openssl-3.0.7-24.el9.src.rpm", "Red Hat:jboss_core_services:1::el9", "openssl-libs", "1:3.0.7-27.el9", false)]
    [InlineData(Rhel10, "libxml2", null, "2.12.5-4.el10", "libxml2-2.12.5-4.el10.src.rpm", "Red Hat:enterprise_linux:10.0", "libxml2", "0:2.12.5-7.el10_0", true)]
    [InlineData(Rocky9, "python3.12-lxml", null, "4.9.3-2.el9", "python3.12-lxml-4.9.3-2.el9.src.rpm", "Rocky Linux:9", "python3.12-lxml", "0:4.9.3-2.el9_8.1", true)]
    [InlineData(Rocky9, "openssl-libs", "1", "3.0.7-24.el9", "openssl-3.0.7-24.el9.src.rpm", "Rocky Linux:9", "openssl", "1:3.0.7-27.el9", true)]
    [InlineData(Rocky9, "openssl-libs", "1", "3.0.7-27.el9", "openssl-3.0.7-27.el9.src.rpm", "Rocky Linux:9", "openssl", "1:3.0.7-27.el9", false)]
    [InlineData(Alma9, "openssl-libs", "1", "3.0.7-24.el9", "openssl-3.0.7-24.el9.src.rpm", "AlmaLinux:9", "openssl-libs", "1:3.0.7-27.el9", true)]
    [InlineData(Alma9, "openssl-libs", "1", "3.0.7-24.el9", "openssl-3.0.7-24.el9.src.rpm", "AlmaLinux:8", "openssl-libs", "1:3.0.7-27.el9", false)]
    // SUSE: named by what was built from, no epochs; Enterprise by module, and by what support there is.
    [InlineData(Leap, "libopenssl3", null, "3.1.4-150600.5.7.1", "openssl-3-3.1.4-150600.5.7.1.src.rpm", "openSUSE:Leap 15.6", "openssl-3", "3.1.4-150600.5.10.1", true)]
    [InlineData(Leap, "libopenssl3", null, "3.1.4-150600.5.10.1", "openssl-3-3.1.4-150600.5.10.1.src.rpm", "openSUSE:Leap 15.6", "openssl-3", "3.1.4-150600.5.10.1", false)]
    [InlineData(Leap, "libopenssl3", null, "3.1.4-150600.5.7.1", "openssl-3-3.1.4-150600.5.7.1.src.rpm", "openSUSE:Leap 15.5", "openssl-3", "3.1.4-150600.5.10.1", false)]
    [InlineData(Sles, "libz1", null, "1.2.13-150500.4.3.1", "zlib-1.2.13-150500.4.3.1.src.rpm", "SUSE:Linux Enterprise Module for Basesystem 15 SP5", "zlib", "1.2.13-150500.4.6.1", true)]
    [InlineData(Sles, "libz1", null, "1.2.13-150500.4.3.1", "zlib-1.2.13-150500.4.3.1.src.rpm", "SUSE:Linux Enterprise Server 15 SP5-LTSS", "zlib", "1.2.13-150500.4.6.1", true)]
    [InlineData(Sles, "libz1", null, "1.2.13-150500.4.3.1", "zlib-1.2.13-150500.4.3.1.src.rpm", "SUSE:Linux Enterprise Server 15 SP4", "zlib", "1.2.13-150500.4.6.1", false)]
    [InlineData(Sles, "libz1", null, "1.2.13-150500.4.3.1", "zlib-1.2.13-150500.4.3.1.src.rpm", "SUSE:Linux Enterprise High Availability Extension 15 SP5", "zlib", "1.2.13-150500.4.6.1", false)]
    [InlineData(Azure, "zlib", null, "1.2.13-1.azl3", "zlib-1.2.13-1.azl3.src.rpm", "Azure Linux:3", "zlib", "1.3.1-1", true)]
    [InlineData(Azure, "libgcc", null, "13.2.0-6.azl3", "gcc-13.2.0-6.azl3.src.rpm", "Azure Linux:3", "gcc", "13.2.0-7", true)]
    [InlineData(Azure, "shadow-utils", "2", "4.14.3-1.azl3", "shadow-utils-4.14.3-1.azl3.src.rpm", "Azure Linux:3", "shadow-utils", "4.14.3-2", true)]
    public void Are_matched_as_their_distribution_writes_them(string osRelease, string name, string? epoch, string version, string source, string ecosystem, string advised, string fix, bool affected)
    {
        var os = OsRelease.Parse(osRelease)!;
        var component = new Component
        {
            Kind = ComponentKind.Library, Name = name, Version = version, Locations = [], Layer = Digest.Of("layer"u8),
            Advisory = RpmAdvisories.IdentityOf(os.Ecosystem!, name, epoch, version, source),
        };
        var json = $$"""{"id":"A-1","upstream":["CVE-1"],"affected":[{"package":{"ecosystem":"{{ecosystem}}","name":"{{advised}}"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"{{fix}}"}]}]}]}""";
        var advisories = new AdvisorySet([OsvReader.Read(Encoding.UTF8.GetBytes(json), "a.json")!], Digest.Of("x"u8));

        var found = AdvisoryMatcher.Match([component], advisories, "osv").ToImmutableArray();

        found.Select(vulnerability => vulnerability.Fix).ShouldBe(affected ? [fix] : []);
    }

    [Theory]
    [InlineData(Rhel9, "Red Hat:enterprise_linux:9::appstream", true)]
    [InlineData(Rhel9, "Red Hat:enterprise_linux:8::appstream", false)]
    [InlineData(Sles, "SUSE:Linux Enterprise Module for Basesystem 15 SP5", true)]
    [InlineData(Sles, "SUSE:Linux Enterprise Module for Basesystem 15 SP6", false)]
    public void A_source_that_speaks_of_one_repository_speaks_of_the_release(string osRelease, string ecosystem, bool covers)
    {
        var json = $$"""{"id":"A-1","affected":[{"package":{"ecosystem":"{{ecosystem}}","name":"x"},"versions":["1-1"]}]}""";

        new AdvisorySet([OsvReader.Read(Encoding.UTF8.GetBytes(json), "a.json")!], Digest.Of("x"u8)).Covers(OsRelease.Parse(osRelease)!.Ecosystem!).ShouldBe(covers);
    }

    [Fact]
    public void A_package_whose_source_name_says_nothing_is_known_by_its_own_name_alone()
    {
        foreach (var source in (string?[])[null, "", "x", "a-1.src.rpm", "(none)", "-1-1.src.rpm"])
        {
            RpmAdvisories.IdentityOf("Rocky Linux:9", "bash", null, "5.1-1", source).ShouldBe(new AdvisoryIdentity("Rocky Linux:9", "bash", "5.1-1"), source);
        }
    }
}
