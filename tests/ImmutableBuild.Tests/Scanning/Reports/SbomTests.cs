using System.Text;
using System.Text.Json;
using ImmutableBuild.Scanning.Packages;
using ImmutableBuild.Scanning.Reports;
using ImmutableBuild.Tests.Scanning.Packages;

namespace ImmutableBuild.Tests.Scanning.Reports;

/// <summary>Both bills of materials of one image, against the published schemas and against each other.</summary>
public sealed class SbomTests
{
    [Fact]
    public async Task Both_are_valid()
    {
        var (inventory, subject) = await ListAsync();

        PublishedSchema.CycloneDx16.Faults(CycloneDx.Write(inventory, subject)).ShouldBeEmpty();
        PublishedSchema.Spdx23.Faults(Spdx.Write(inventory, subject)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("\"type\": \"library\"", "\"type\": \"libary\"")]
    [InlineData("\"bomFormat\": \"CycloneDX\"", "\"bomFormat\": \"Cyclone\"")]
    [InlineData("\"alg\": \"SHA-256\"", "\"alg\": \"SHA-257\"")]
    [InlineData("\"serialNumber\": \"urn:uuid:", "\"serialNumber\": \"uuid:")]
    [InlineData("\"supplier\": {", "\"suppliers\": {")]
    public async Task The_schema_of_CycloneDX_would_tell(string right, string wrong)
    {
        var (inventory, subject) = await ListAsync();
        var document = Encoding.UTF8.GetString(CycloneDx.Write(inventory, subject));

        document.ShouldContain(right);
        PublishedSchema.CycloneDx16.Faults(Encoding.UTF8.GetBytes(document.Replace(right, wrong, StringComparison.Ordinal))).ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("\"SPDXID\": \"SPDXRef-DOCUMENT\",", "")]
    [InlineData("\"relationshipType\": \"DEPENDS_ON\"", "\"relationshipType\": \"NEEDS\"")]
    [InlineData("\"referenceCategory\": \"PACKAGE-MANAGER\"", "\"referenceCategory\": \"PACKAGES\"")]
    [InlineData("\"filesAnalyzed\": false", "\"filesAnalysed\": false")]
    public async Task The_schema_of_SPDX_would_tell(string right, string wrong)
    {
        var (inventory, subject) = await ListAsync();
        var document = Encoding.UTF8.GetString(Spdx.Write(inventory, subject));

        document.ShouldContain(right);
        PublishedSchema.Spdx23.Faults(Encoding.UTF8.GetBytes(document.Replace(right, wrong, StringComparison.Ordinal))).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Both_list_the_same_packages_and_every_reference_leads_to_one()
    {
        var (inventory, subject) = await ListAsync();
        using var cyclone = JsonDocument.Parse(CycloneDx.Write(inventory, subject));
        using var spdx = JsonDocument.Parse(Spdx.Write(inventory, subject));

        var purls = cyclone.RootElement.GetProperty("components").EnumerateArray().Where(c => c.TryGetProperty("purl", out _)).Select(c => c.GetProperty("purl").GetString()).ToArray();
        purls.Length.ShouldBeGreaterThan(40);
        spdx.RootElement.GetProperty("packages").EnumerateArray().Where(p => p.TryGetProperty("externalRefs", out _))
            .Select(p => p.GetProperty("externalRefs")[0].GetProperty("referenceLocator").GetString()).ShouldBe(purls);

        var references = cyclone.RootElement.GetProperty("components").EnumerateArray().Select(c => c.GetProperty("bom-ref").GetString()!).ToArray();
        references.ShouldBeUnique();
        cyclone.RootElement.GetProperty("dependencies").EnumerateArray().SelectMany(d => d.GetProperty("dependsOn").EnumerateArray()).ShouldAllBe(r => references.Contains(r.GetString()));
        var ids = spdx.RootElement.GetProperty("packages").EnumerateArray().Select(p => p.GetProperty("SPDXID").GetString()!).Append("SPDXRef-DOCUMENT").ToArray();
        ids.ShouldBeUnique();
        spdx.RootElement.GetProperty("relationships").EnumerateArray().ShouldAllBe(r => ids.Contains(r.GetProperty("spdxElementId").GetString()) && ids.Contains(r.GetProperty("relatedSpdxElement").GetString()));
    }

    [Fact]
    public async Task The_same_image_gives_the_same_bytes()
    {
        var (first, subject) = await ListAsync();
        var (second, _) = await ListAsync();

        CycloneDx.Write(second, subject).ShouldBe(CycloneDx.Write(first, subject));
        Spdx.Write(second, subject).ShouldBe(Spdx.Write(first, subject));
    }

    // Of everything something: dpkg and rpm, a single-file app, a name that has to be escaped.
    private static async Task<(Inventory Inventory, SbomSubject Subject)> ListAsync()
    {
        using var image = new ScannedImage();
        image.Base.File("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n")
            .File("var/lib/dpkg/status", "Package: libc6\nVersion: 2.36-9\nArchitecture: amd64\nMaintainer: GNU Libc Maintainers <a@b.c>\n\nPackage: we\u001bird\nVersion: 1:1~+\nDepends: libc6\n")
            .Entry('0', "var/lib/rpm/rpmdb.sqlite", RpmDatabaseTests.Real);
        image.App.Entry('0', "app/tool", BundleBytes.Make(ScannedImage.DepsJson.Replace("Newtonsoft.Json", "Polly", StringComparison.Ordinal)), mode: 0x1ED);
        var inventory = (await image.ScanAsync()).Inventory;
        return (inventory, new SbomSubject("shop", new string('a', 40), ImmutableBuild.Images.Digest.Of("image"u8), DateTimeOffset.UnixEpoch, "0.1.0"));
    }
}
