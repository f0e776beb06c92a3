using System.Text.Json;
using ImmutableBuild.AcceptanceTests.Infrastructure;

namespace ImmutableBuild.AcceptanceTests;

public sealed class MultiPlatformTests(PackedPackage package)
{
    [Fact]
    public async Task An_app_for_two_platforms_is_one_digest_and_runs_where_it_is_released()
    {
        await using var repository = new ScratchRepository(package);
        WebApp.Write(repository, "version one", "<ContainerRuntimeIdentifiers>linux-arm64;linux-x64</ContainerRuntimeIdentifiers>");
        await repository.CommitAsync();

        var release = await repository.BuildAsync(WebApp.Project, "Release");

        (await WebApp.GetAsync(WebApp.UrlIn(release))).ShouldBe("version one");
        release.ShouldSay("linux-arm64 and linux-x64").ShouldSay("linux/amd64 and linux/arm64");
        var images = ImagesIn(repository).ToArray();
        images.Select(image => image.Platform).ShouldBe(["linux/amd64", "linux/arm64"]);
        images.Select(image => image.Program).ShouldBe([0x3e, 0xb7], "the ELF machine of what was published for each");
        (await repository.BuildRestoredAsync(WebApp.Project, "Release")).ShouldSucceed().ShouldSay("was live already");
        (await repository.BuildRestoredAsync(WebApp.Project, "Stop")).ShouldSucceed();
    }

    [Fact]
    public async Task Apps_of_one_build_on_different_bases_have_the_library_they_share_compiled_once_for_each_runtime()
    {
        await using var repository = new ScratchRepository(package);
        repository.Write("src/Lib/Lib.csproj", """<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup></Project>""");
        foreach (var app in (string[])["One", "Two"])
        {
            repository.WriteProject(
                $"src/{app}/{app}.csproj",
                $"<ContainerRuntimeIdentifiers>linux-arm64;linux-x64</ContainerRuntimeIdentifiers><ContainerBaseImage>registry.example/{app.ToLowerInvariant()}:1</ContainerBaseImage>",
                """<ProjectReference Include="../Lib/Lib.csproj" />""");
            repository.Write($"src/{app}/Program.cs", "WebApplication.Create(args).Run();");
        }

        repository.Write("both.proj", """
            <Project>
              <ItemGroup>
                <App Include="src/One/One.csproj;src/Two/Two.csproj" />
              </ItemGroup>
              <Target Name="Restore">
                <MSBuild Projects="@(App)" Targets="Restore" BuildInParallel="true" />
              </Target>
              <Target Name="Both">
                <MSBuild Projects="@(App)" Targets="ImmutableCompile" BuildInParallel="true" />
              </Target>
            </Project>
            """);
        await repository.CommitAsync();

        var both = (await repository.BuildAsync("both.proj", "Both", "-m:2")).ShouldSucceed();

        both.Output.Split('\n').Where(line => line.Contains("Lib -> ", StringComparison.Ordinal)).Select(line => line.Split(['/', '\\'])[^3]).Order(StringComparer.Ordinal).ShouldBe(["linux-arm64", "linux-x64"]);
    }

    /// <summary>The platform of each image, and the processor that the published program is for (ELF, e_machine).</summary>
    private static IEnumerable<(string? Platform, int Program)> ImagesIn(ScratchRepository repository)
    {
        using var record = JsonDocument.Parse(File.ReadAllText(repository.PathOf("src/Shöp Web/obj/immutable/release.json")));
        var outputs = record.RootElement.GetProperty("compile").GetProperty("published").EnumerateArray().ToDictionary(
            output => output.GetProperty("runtimeIdentifier").GetString()!, output => Path.Combine(output.GetProperty("directory").GetString()!, output.GetProperty("entryPoint").GetString()!));
        foreach (var image in record.RootElement.GetProperty("bake").GetProperty("images").EnumerateArray())
        {
            var platform = image.GetProperty("platform").GetString();
            yield return (platform, File.ReadAllBytes(outputs[platform == "linux/arm64" ? "linux-arm64" : "linux-x64"])[18]);
        }
    }
}
