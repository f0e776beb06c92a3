using ImmutableBuild.Errors;
using ImmutableBuild.Releases;
using ImmutableBuild.Releases.Source;
using ImmutableBuild.Scanning.Packages;
using ImmutableBuild.Tests.Images;

namespace ImmutableBuild.Tests.Releases.Source;

public sealed class PackageDescriptionsTests : IDisposable
{
    private const string Sha512 = "z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Each_package_is_described_by_its_nuspec()
    {
        WriteNuspec("polly.core", "8.8.1", "<authors>App vNext</authors><license type=\"expression\">BSD-3-Clause</license>");

        var packages = Read().Packages;

        packages.Select(package => package.Id).ShouldBe(["Analyzer", "Microsoft.NETCore.App.Runtime.linux-x64", "Polly.Core"]);
        var polly = packages[2];
        (polly.Version, polly.License, polly.Authors, polly.IsPublished, polly.IsRuntime).ShouldBe(("8.8.1", new License("BSD-3-Clause", true), "App vNext", true, false));
        polly.Sha512.ShouldStartWith("cf83e1357eefb8bd");
        polly.DependsOn.ShouldBe(["Analyzer"]);
        packages[0].IsPublished.ShouldBeFalse("'_._' says that it has nothing for this framework");
        packages[1].Version.ShouldBe("10.0.12");
    }

    [Theory]
    [InlineData("<license type=\"file\">LICENSE.txt</license>", "in the package's file LICENSE.txt", false)]
    [InlineData("<license type=\"expression\">MIT OR Apache-2.0</license>", "MIT OR Apache-2.0", true)]
    [InlineData("<licenseUrl>https://licenses.nuget.org/MIT%20OR%20Apache-2.0</licenseUrl>", "MIT OR Apache-2.0", true)]
    [InlineData("<licenseUrl>https://example.com/license</licenseUrl>", "https://example.com/license", false)]
    [InlineData("<licenseUrl>https://aka.ms/deprecateLicenseUrl</licenseUrl>", null, false)]
    [InlineData("", null, false)]
    public void A_license_in_every_spelling_of_a_nuspec(string metadata, string? text, bool isExpression)
    {
        WriteNuspec("polly.core", "8.8.1", metadata);

        Read().Packages[2].License.ShouldBe(text is null ? null : new License(text, isExpression));
    }

    [Theory]
    [InlineData("<!DOCTYPE x [<!ENTITY e \"e\">]><package><metadata><license type=\"expression\">&e;</license></metadata></package>")]
    [InlineData("<package><metadata>")]
    [InlineData("")]
    public void A_nuspec_that_is_none_says_nothing(string xml)
    {
        File.WriteAllText(Path.Combine(PackageFolder("polly.core", "8.8.1"), "polly.core.nuspec"), xml);

        Read().Packages[2].License.ShouldBeNull();
    }

    [Fact]
    public void Runtime_packs_are_published_with_a_self_contained_app_only()
    {
        Read(selfContained: true).Packages[1].ShouldSatisfyAllConditions(pack => pack.IsRuntime.ShouldBeTrue(), pack => pack.IsPublished.ShouldBeTrue());
        Read(selfContained: false).Packages[1].IsPublished.ShouldBeFalse();
    }

    [Fact]
    public void The_file_is_read_as_it_was_written()
    {
        WriteNuspec("polly.core", "8.8.1", "<authors>App vNext</authors>");
        File.WriteAllText(_directory["project.assets.json"], Assets());
        PackageDescriptions.Write(_directory["project.assets.json"], Published(true), _directory["packages.json"]);

        BuiltPackages.TryRead(_directory["packages.json"])!.ToJson().ShouldBe(Read().ToJson());
        BuiltPackages.TryRead(_directory["nothing"]).ShouldBeNull();
    }

    [Fact]
    public void Assets_that_are_none_are_refused()
    {
        File.WriteAllText(_directory["project.assets.json"], "{}");

        Should.Throw<ImmutableBuildException>(() => PackageDescriptions.Read(_directory["project.assets.json"], Published(true))).Code.ShouldBe("IMB1403");
    }

    private BuiltPackages Read(bool selfContained = true)
    {
        File.WriteAllText(_directory["project.assets.json"], Assets());
        return PackageDescriptions.Read(_directory["project.assets.json"], Published(selfContained));
    }

    private static PublishRecord Published(bool selfContained) => new() { Directory = "/publish", RuntimeIdentifier = "linux-x64", SelfContained = selfContained, EntryPoint = "Shop" };

    private string Assets() => $$"""
        {
          "targets": {
            "net10.0": { "Polly.Core/8.8.1": { "type": "package" } },
            "net10.0/linux-x64": {
              "Analyzer/1.0.0": { "type": "package", "runtime": { "lib/_._": {} } },
              "Polly.Core/8.8.1": { "type": "package", "dependencies": { "Analyzer": "1.0.0" }, "runtime": { "lib/net8.0/Polly.Core.dll": {} } },
              "Shared/1.0.0": { "type": "project" }
            }
          },
          "libraries": { "Polly.Core/8.8.1": { "sha512": "{{Sha512}}", "type": "package" } },
          "packageFolders": { "{{_directory["packages"].Replace("\\", "\\\\", StringComparison.Ordinal)}}": {} },
          "project": { "frameworks": { "net10.0": { "downloadDependencies": [
            { "name": "Microsoft.NETCore.App.Runtime.linux-x64", "version": "[10.0.12, 10.0.12]" },
            { "name": "Microsoft.NETCore.App.Runtime.linux-arm64", "version": "[10.0.12, 10.0.12]" },
            { "name": "runtime.linux-x64.Microsoft.DotNet.ILCompiler", "version": "[10.0.12, 10.0.12]" } ] } } }
        }
        """;

    private void WriteNuspec(string id, string version, string metadata) => File.WriteAllText(
        Path.Combine(PackageFolder(id, version), $"{id}.nuspec"),
        $"""<package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd"><metadata><id>{id}</id>{metadata}</metadata></package>""");

    private string PackageFolder(string id, string version) => Directory.CreateDirectory(Path.Combine(_directory["packages"], id, version)).FullName;
}
