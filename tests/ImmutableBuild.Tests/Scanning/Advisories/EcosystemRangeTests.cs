using System.Text;
using ImmutableBuild.Scanning.Advisories;
using ImmutableBuild.Scanning.Versions;

namespace ImmutableBuild.Tests.Scanning.Advisories;

/// <summary>Ranges of the forms that advisories have, each in the order of its ecosystem.</summary>
public sealed class EcosystemRangeTests
{
    // The fixes of openssl (CVE-2024-0727) and glibc (CVE-2023-6246) in bookworm, and an epoch.
    [Theory]
    [InlineData("3.0.11-1~deb12u1", true, """{"introduced":"0"},{"fixed":"3.0.13-1~deb12u1"}""")]
    [InlineData("3.0.11-1~deb12u2", true, """{"introduced":"0"},{"fixed":"3.0.13-1~deb12u1"}""")]
    [InlineData("3.0.13-1~deb12u1", false, """{"introduced":"0"},{"fixed":"3.0.13-1~deb12u1"}""")]
    [InlineData("3.0.13-1", false, """{"introduced":"0"},{"fixed":"3.0.13-1~deb12u1"}""")]
    [InlineData("3.0.13~rc1-1", true, """{"introduced":"0"},{"fixed":"3.0.13-1~deb12u1"}""")]
    [InlineData("2.36-9+deb12u3", true, """{"introduced":"2.36-1"},{"fixed":"2.36-9+deb12u4"}""")]
    [InlineData("2.36-9+deb12u4", false, """{"introduced":"2.36-1"},{"fixed":"2.36-9+deb12u4"}""")]
    [InlineData("2.36-9+deb12u10", false, """{"introduced":"2.36-1"},{"fixed":"2.36-9+deb12u4"}""")]
    [InlineData("2.35-4", false, """{"introduced":"2.36-1"},{"fixed":"2.36-9+deb12u4"}""")]
    [InlineData("1:1.2.13.dfsg-1", true, """{"introduced":"0"},{"fixed":"1:1.3.dfsg-3.1"}""")]
    [InlineData("2.0", true, """{"introduced":"0"},{"fixed":"1:1.3.dfsg-3.1"}""")]
    public void Debian(string version, bool affected, string events) => Affects("Debian:12", version, events).ShouldBe(affected);

    // Versions of openssl, busybox and xz as Alpine has them.
    [Theory]
    [InlineData("3.1.4-r0", true, """{"introduced":"0"},{"fixed":"3.1.4-r1"}""")]
    [InlineData("3.1.4-r1", false, """{"introduced":"0"},{"fixed":"3.1.4-r1"}""")]
    [InlineData("3.1.4-r10", false, """{"introduced":"0"},{"fixed":"3.1.4-r1"}""")]
    [InlineData("3.1.4_rc1-r5", true, """{"introduced":"0"},{"fixed":"3.1.4-r1"}""")]
    [InlineData("1.36.1-r6", true, """{"introduced":"0"},{"fixed":"1.36.1-r7"}""")]
    [InlineData("1.36.1-r29", false, """{"introduced":"0"},{"fixed":"1.36.1-r7"}""")]
    [InlineData("5.6.0-r0", true, """{"introduced":"5.6.0-r0"},{"fixed":"5.6.1-r2"}""")]
    [InlineData("5.4.5-r0", false, """{"introduced":"5.6.0-r0"},{"fixed":"5.6.1-r2"}""")]
    [InlineData("5.6.1-r2", false, """{"introduced":"5.6.0-r0"},{"fixed":"5.6.1-r2"}""")]
    public void Alpine(string version, bool affected, string events) => Affects("Alpine:v3.20", version, events).ShouldBe(affected);

    // Versions of openssl and glibc as Red Hat Enterprise Linux 9 has them, and the forms that rpm knows beside.
    [Theory]
    [InlineData("1:3.0.7-24.el9", true, """{"introduced":"0"},{"fixed":"1:3.0.7-27.el9"}""")]
    [InlineData("1:3.0.7-27.el9", false, """{"introduced":"0"},{"fixed":"1:3.0.7-27.el9"}""")]
    [InlineData("3.0.7-27.el9", true, """{"introduced":"0"},{"fixed":"1:3.0.7-27.el9"}""")]
    [InlineData("1:3.0.7-27.el9_4.1", false, """{"introduced":"0"},{"fixed":"1:3.0.7-27.el9"}""")]
    [InlineData("0:2.34-100.el9", true, """{"introduced":"0"},{"fixed":"0:2.34-100.el9_4.2"}""")]
    [InlineData("2.34-100.el9_4.2", false, """{"introduced":"0"},{"fixed":"0:2.34-100.el9_4.2"}""")]
    [InlineData("8.0~rc1-1.el9", true, """{"introduced":"0"},{"fixed":"8.0-1.el9"}""")]
    [InlineData("8.0^20260101-1.el9", false, """{"introduced":"0"},{"fixed":"8.0-1.el9"}""")]
    public void Rpm(string version, bool affected, string events) => Affects("Red Hat:enterprise_linux:9::baseos", version, events).ShouldBe(affected);

    private static bool Affects(string ecosystem, string version, string events)
    {
        var json = $$"""{"id":"a","affected":[{"package":{"ecosystem":"{{ecosystem}}","name":"x"},"ranges":[{"type":"ECOSYSTEM","events":[{{events}}]}]}]}""";
        return AffectedVersions.Include(OsvReader.Read(Encoding.UTF8.GetBytes(json), "f")!.Affected[0], version, VersionOrder.Of(ecosystem)!);
    }
}
