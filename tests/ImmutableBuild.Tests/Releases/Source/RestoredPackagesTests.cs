using ImmutableBuild.Errors;
using ImmutableBuild.Releases.Source;

namespace ImmutableBuild.Tests.Releases.Source;

public sealed class RestoredPackagesTests : IDisposable
{
    private static readonly string Hash = Convert.ToBase64String(new byte[64]);

    private readonly ScratchDirectory _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Packages_of_the_project_and_those_that_the_SDK_had_downloaded_are_named_once()
    {
        var runtime = Directory.CreateDirectory(_scratch["packages", "microsoft.netcore.app.runtime.linux-x64", "10.0.1"]).FullName;
        File.WriteAllText(Path.Combine(runtime, ".nupkg.metadata"), $$"""{"version":2,"contentHash":"{{Hash}}"}""");

        Read("""
            {"name":"Microsoft.NETCore.App.Runtime.linux-x64","version":"[10.0.1, 10.0.1]"},
            {"name":"Not.Unpacked","version":"[1.0.0, 1.0.0]"},
            {"name":"../../escape","version":"[../.., ../..]"}
            """).ShouldBe([new("Autofac", "8.0.0", Hash), new("Microsoft.NETCore.App.Runtime.linux-x64", "10.0.1", Hash)]);
    }

    [Fact]
    public void A_damaged_file_is_IMB1403() =>
        Should.Throw<ImmutableBuildException>(() => Read("""{"version":"[1.0.0]"}""")).Code.ShouldBe("IMB1403");

    private IEnumerable<Package> Read(string downloads)
    {
        var file = _scratch["project.assets.json"];
        File.WriteAllText(file, $$"""
            {
              "targets": { "net10.0": { "Autofac/8.0.0": { "type": "package" } }, "net10.0/linux-x64": { "Autofac/8.0.0": { "type": "package" }, "Shop.Core/1.0.0": { "type": "project" } } },
              "libraries": { "Autofac/8.0.0": { "sha512": "{{Hash}}", "type": "package" }, "Shop.Core/1.0.0": { "type": "project" } },
              "packageFolders": { "{{_scratch["packages"].Replace("\\", "\\\\", StringComparison.Ordinal)}}": {} },
              "project": { "frameworks": { "net10.0": { "downloadDependencies": [ {{downloads}} ] } } }
            }
            """);
        return RestoredPackages.Read(file);
    }
}
