using ImmutableBuild.IntegrationTests.Rig;
using ImmutableBuild.Releases;
using ImmutableBuild.Scanning;
using ImmutableBuild.Trust.Attestations;

namespace ImmutableBuild.IntegrationTests.Scanning;

/// <summary>Our reports against the published JSON schemas of CycloneDX 1.6 and SARIF 2.1.0.</summary>
public sealed class PublishedSchemaTests
{
    private const string Deps = """
        {"runtimeTarget":{"name":"t"},
         "targets":{"t":{"Shop/1.0.0":{"dependencies":{"Newtonsoft.Json":"12.0.1"},"runtime":{"Shop.dll":{}}},"Newtonsoft.Json/12.0.1":{"runtime":{"lib/Newtonsoft.Json.dll":{}}}}},
         "libraries":{"Shop/1.0.0":{"type":"project"},"Newtonsoft.Json/12.0.1":{"type":"package","sha512":"sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg=="}}}
        """;

    [Fact]
    public async Task Both_reports_are_valid_and_the_validator_would_tell()
    {
        var root = RepositoryRoot.Find();
        Assert.SkipWhen(SystemProgram.Find("node") is null || SystemProgram.Find("npm") is null || OperatingSystem.IsWindows(), "node and npm are not on the PATH.");
        var (installed, output) = await SystemProgram.RunAsync("bash", [Path.Combine(root, "tests/rig/schemas.sh")]);
        Assert.SkipUnless(installed == 0, $"The schemas could not be had from npm: {output}");
        var schemas = output.Trim().Split('\n')[^1];

        using var image = new SmallImage(
            ("app/Shop.deps.json", Deps),
            ("app/\u001bweird name.p12", "x"),
            ("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n"),
            ("var/lib/dpkg/status", "Package: libssl3\nStatus: install ok installed\nArchitecture: amd64\nSource: openssl\nVersion: 3.0.11-1~deb12u2\n"));
        var context = image.Context(options => options with { Scan = new ScanOptions { FailOn = "none" } });
        var scan = (await new ScanStage().RunAsync(image.Record, context, TestContext.Current.CancellationToken)).Record.Scan!;

        Task<(int ExitCode, string Output)> Validate(string kind, string file) => SystemProgram.RunAsync("node", [Path.Combine(root, "tests/rig/validate.cjs"), schemas, kind, file]);
        var sbom = await Validate("cyclonedx", scan.SbomFiles[0]);
        sbom.ExitCode.ShouldBe(0, sbom.Output);
        var sarif = await Validate("sarif", scan.SarifFile);
        sarif.ExitCode.ShouldBe(0, sarif.Output);
        var attested = await Validate("cyclonedx", await AttestedAsync(image, context, scan));
        attested.ExitCode.ShouldBe(0, attested.Output);
        (await Validate("cyclonedx", scan.SarifFile)).ExitCode.ShouldBe(1);
        (await Validate("sarif", scan.SbomFiles[0])).ExitCode.ShouldBe(1);
    }

    // What stands for the bill of materials where it is attested.
    private static async Task<string> AttestedAsync(SmallImage image, StageContext context, ScanRecord scan)
    {
        var statements = await new ImageStatements(image.Record with { Scan = scan }, context).WriteAsync(TestContext.Current.CancellationToken);
        var bom = statements.Select(bytes => InTotoStatement.Parse(bytes)).Single(statement => statement.PredicateType == PredicateTypes.CycloneDx).Predicate;
        var file = Path.Combine(context.WorkDirectory, "attested.cdx.json");
        await File.WriteAllTextAsync(file, bom.GetRawText(), TestContext.Current.CancellationToken);
        return file;
    }
}
