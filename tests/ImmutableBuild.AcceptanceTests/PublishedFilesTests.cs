using System.Runtime.InteropServices;
using ImmutableBuild.AcceptanceTests.Infrastructure;

namespace ImmutableBuild.AcceptanceTests;

/// <summary>What is in the image of an app is what the .NET SDK publishes of it, also where a step of the SDK's is spared.</summary>
public sealed class PublishedFilesTests(PackedPackage package)
{
    [Fact]
    public async Task A_self_contained_app_has_the_files_that_dotnet_publish_gives_it()
    {
        await using var repository = new ScratchRepository(package);
        repository.Write("src/Library/Library.csproj", """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <GenerateDocumentationFile>true</GenerateDocumentationFile>
              </PropertyGroup>
              <ItemGroup><None Update="words.txt" CopyToOutputDirectory="PreserveNewest" /></ItemGroup>
            </Project>
            """);
        repository.Write("src/Library/words.txt", "words");
        repository.Write("src/Library/Words.de.resx", """<root><resheader name="resmimetype"><value>text/microsoft-resx</value></resheader><resheader name="version"><value>2.0</value></resheader><resheader name="reader"><value>System.Resources.ResXResourceReader, System.Windows.Forms</value></resheader><resheader name="writer"><value>System.Resources.ResXResourceWriter, System.Windows.Forms</value></resheader><data name="Hello"><value>Hallo</value></data></root>""");
        repository.Write("src/Library/Words.cs", "namespace Library;\n/// <summary>Words.</summary>\npublic static class Words;\n");
        WebApp.Write(repository, "one", items: """<ProjectReference Include="../Library/Library.csproj" />""");
        await repository.CommitAsync();

        (await repository.BuildAsync(WebApp.Project, "Bake")).ShouldSucceed();
        (await repository.RunAsync("dotnet", ".", "publish", WebApp.Project, "-c", "Release", "-r", RuntimeInformation.RuntimeIdentifier, "--self-contained", "-o", "bin/plain", "-nodeReuse:false")).ShouldSucceed();

        var published = Files(repository, "src/Shöp Web/obj/immutable/publish");
        published.ShouldBe(Files(repository, "bin/plain"));
        published.ShouldContain("de/Library.resources.dll");
        published.ShouldContain("words.txt");
        published.ShouldContain("Library.xml");
        published.ShouldContain("System.Private.CoreLib.dll");
    }

    private static string[] Files(ScratchRepository repository, string directory) =>
        [.. Directory.GetFiles(repository.PathOf(directory), "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(repository.PathOf(directory), file)).Order(StringComparer.Ordinal)];
}
