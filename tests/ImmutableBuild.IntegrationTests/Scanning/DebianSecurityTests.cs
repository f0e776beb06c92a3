using System.Text.Json;
using ImmutableBuild.IntegrationTests.Rig;
using ImmutableBuild.Scanning;

namespace ImmutableBuild.IntegrationTests.Scanning;

/// <summary>The real index of a Debian security suite, as apt has fetched and verified it, packed as Debian's mirrors have it.</summary>
public sealed class DebianSecurityTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("immutable-debian-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task An_old_openssl_lacks_the_update_that_is_out()
    {
        SystemProgram.SkipUnlessInstalled("apt-get");
        SystemProgram.SkipUnlessInstalled("xz");
        var index = (await SystemProgram.SucceedAsync("apt-get", ["indextargets", "--format", "$(FILENAME)", "Created-By: Packages", "Codename: bookworm-security"])).Trim().Split('\n')[0];
        Assert.SkipUnless(File.Exists(index), "apt has no index of bookworm-security (apt-get update).");
        var plain = Path.Combine(_directory, "bookworm-security_Packages");
        await File.WriteAllTextAsync(plain, await SystemProgram.SucceedAsync("/usr/lib/apt/apt-helper", ["cat-file", index]), TestContext.Current.CancellationToken);
        await SystemProgram.SucceedAsync("xz", ["--keep", plain]);
        using var image = new SmallImage(
            ("app/Shop.deps.json", """{"runtimeTarget":{"name":"t"},"targets":{"t":{}},"libraries":{}}"""),
            ("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n"),
            ("var/lib/dpkg/status", "Package: libssl3\nStatus: install ok installed\nArchitecture: amd64\nSource: openssl\nVersion: 3.0.11-1~deb12u2\n"));

        var context = image.Context(options => options with { Scan = new ScanOptions { FailOn = "none", DebianSecurity = [$"{plain}.xz"] } }, new Dictionary<string, string> { ["PATH"] = Environment.GetEnvironmentVariable("PATH")! });
        await new ScanStage().RunAsync(image.Record, context, TestContext.Current.CancellationToken);

        using var report = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(context.WorkDirectory, "scan.json"), TestContext.Current.CancellationToken));
        var finding = report.RootElement.GetProperty("findings").EnumerateArray().ShouldHaveSingleItem(report.RootElement.ToString());
        finding.GetProperty("id").GetString()!.ShouldStartWith("debian-security:openssl@3.0.");
        var fix = finding.GetProperty("fix").GetString()!;
        (await SystemProgram.RunAsync("dpkg", ["--compare-versions", fix, "gt", "3.0.11-1~deb12u2"])).ExitCode.ShouldBe(0);
        report.RootElement.GetProperty("sources")[0].GetProperty("advisories").GetInt32().ShouldBeGreaterThan(100);
    }
}
