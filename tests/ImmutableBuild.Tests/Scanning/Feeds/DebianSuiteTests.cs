using System.IO.Compression;
using System.Text;
using ImmutableBuild.Scanning;
using ImmutableBuild.Scanning.Advisories;
using ImmutableBuild.Scanning.Feeds;
using ImmutableBuild.Tests.Releases;

namespace ImmutableBuild.Tests.Scanning.Feeds;

/// <summary>A security update that is out and not installed.</summary>
public sealed class DebianSuiteTests : IDisposable
{
    // Paragraphs as bookworm-security has them.
    private const string Packages = """
        Package: libssl3
        Source: openssl
        Version: 3.0.22-1~deb12u2
        Architecture: amd64
        Description: Secure Sockets Layer toolkit - shared libraries
         more of it

        Package: openssl
        Version: 3.0.22-1~deb12u2

        Package: libc6
        Source: glibc (2.36-9+deb12u7)
        Version: 2.36-9+deb12u7+b1

        """;

    private readonly ScannedImage _image = new();

    public DebianSuiteTests() => _image.Base.File("etc/os-release", "ID=debian\nVERSION_ID=12\n").File("var/lib/dpkg/status", """
        Package: libssl3
        Status: install ok installed
        Source: openssl
        Version: 3.0.11-1~deb12u2
        Architecture: amd64

        Package: libc6
        Status: install ok installed
        Source: glibc
        Version: 2.36-9+deb12u13
        Architecture: amd64

        """);

    public void Dispose() => _image.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_older_package_lacks_the_update_and_a_newer_one_does_not(bool gzip)
    {
        var file = Write("bookworm-security_Packages", Encoding.UTF8.GetBytes(Packages), gzip);
        var result = await ScanAsync(file);

        var finding = result.Findings.ShouldHaveSingleItem();
        (finding.Id, finding.Subject, finding.Fix, finding.Severity).ShouldBe(("debian-security:openssl@3.0.22-1~deb12u2", "libssl3 3.0.11-1~deb12u2", "3.0.22-1~deb12u2", FindingSeverity.Unknown));
        finding.WayOut.ShouldStartWith("Rebase: ");
        result.NotAssessed.ShouldHaveSingleItem().ShouldContain("do not speak of NuGet");
    }

    [Theory]
    [InlineData("suite_Packages", Packages, "does not say of which release of Debian")]
    [InlineData("bookworm_Packages", "", "lists no packages")]
    [InlineData("bookworm_Packages", null, "Could not find file")]
    [InlineData("bookworm_Packages", "\u001f\u008b junk", "lists no packages")]
    public async Task N1_an_index_that_tells_nothing_is_never_one_that_found_nothing(string name, string? content, string why)
    {
        var file = content is null ? _image.Scratch[name] : Write(name, Encoding.UTF8.GetBytes(content), gzip: false);
        (await ScanAsync(file)).NotAssessed.ShouldContain(reason => reason.Contains(why, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("altered")]
    public async Task A_damaged_index_is_said(string damage)
    {
        var file = Write("bookworm_Packages.gz", Encoding.UTF8.GetBytes(Packages), gzip: true);
        var whole = File.ReadAllBytes(file);
        File.WriteAllBytes(file, damage == "cut" ? whole[..^20] : [.. whole[..30], 0xFF, 0xFF, 0xFF, .. whole[33..]]);
        (await ScanAsync(file)).NotAssessed.ShouldContain(reason => reason.Contains("is damaged", StringComparison.Ordinal));
    }

    [Fact]
    public void Of_several_versions_of_a_source_the_newest_counts()
    {
        var advisories = DebianSuite.Read("Package: a\nSource: s\nVersion: 1.9\n\nPackage: b\nSource: s\nVersion: 1.10\n\nPackage: c\nSource: s\nVersion: not one\n", "Debian:12", "f");
        advisories.ShouldHaveSingleItem().Id.ShouldBe("debian-security:s@1.10");
    }

    private string Write(string name, byte[] content, bool gzip)
    {
        using var file = File.Create(_image.Scratch[name]);
        using var stream = gzip ? new GZipStream(file, CompressionLevel.Fastest) : (Stream)file;
        stream.Write(content);
        return _image.Scratch[name];
    }

    private Task<ScanResult> ScanAsync(string file)
    {
        var context = StageContexts.Make(_image.Scratch.Path, options => options with { Scan = new ScanOptions { DebianSecurity = [file] } });
        return _image.ScanAsync(null, VulnerabilitySources.Of(context));
    }
}
