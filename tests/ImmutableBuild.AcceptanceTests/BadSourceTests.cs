using ImmutableBuild.AcceptanceTests.Infrastructure;

namespace ImmutableBuild.AcceptanceTests;

/// <summary>What is released is a commit, and nothing beside it.</summary>
public sealed class BadSourceTests(PackedPackage package)
{
    [Fact]
    public async Task The_source_has_to_be_a_clean_commit()
    {
        await using var repository = new ScratchRepository(package);
        WebApp.Write(repository, "v");
        (await repository.BuildAsync(WebApp.Project, "Bake")).ShouldFailWith("IMB1102");

        await repository.GitAsync("init", "-q");
        (await repository.BuildRestoredAsync(WebApp.Project, "Bake")).ShouldFailWith("IMB1103");

        await repository.CommitAsync();
        repository.Write("left over.txt", "");
        (await repository.BuildRestoredAsync(WebApp.Project, "Bake")).ShouldFailWith("IMB1104").ShouldSay("left over.txt");
        (await repository.BuildRestoredAsync(WebApp.Project, "Bake", "-p:ImmutableAllowDirty=true", "-p:ImmutableProtected=true")).ShouldFailWith("IMB1004");
        (await repository.BuildRestoredAsync(WebApp.Project, "Bake", "-p:ImmutableAllowDirty=true")).ShouldSucceed().ShouldSay("warning IMB1106");
    }

    [Fact]
    public async Task What_git_ignores_does_not_get_into_the_image_unless_the_build_makes_it()
    {
        await using var repository = new ScratchRepository(package);
        repository.WriteProject("Lib/Lib.csproj", sdk: "Microsoft.NET.Sdk");
        repository.Write("Lib/Lib.cs", "public static class Lib;");
        WebApp.Write(repository, "v", items: "<ProjectReference Include=\"../../Lib/Lib.csproj\" />");
        repository.Write(".gitignore", "bin/\nobj/\nappsettings.Local.json\ndist/\nSecrets.cs\n");
        repository.Write(InApp("wwwroot/dist/main.js"), "console.log(1)");
        await repository.CommitAsync();
        (await repository.BuildAsync(WebApp.Project, "Bake", "-p:ImmutableBuildOutputs=wwwroot/dist")).ShouldSucceed().ShouldNotSay("IMB1108");
        (await repository.BuildRestoredAsync(WebApp.Project, "Bake")).ShouldFailWith("IMB1108").ShouldSay("wwwroot/dist/main.js");

        repository.Write(InApp("appsettings.Local.json"), "{}");
        repository.Write(InApp("Secrets.cs"), "class Secrets;");
        (await repository.BuildRestoredAsync(WebApp.Project, "Bake", "-p:ImmutableBuildOutputs=wwwroot/dist"))
            .ShouldFailWith("IMB1108").ShouldSay("appsettings.Local.json").ShouldSay("Secrets.cs").ShouldNotSay("  Bake ");
        (await repository.BuildRestoredAsync(WebApp.Project, "Bake", "-p:ImmutableAllowDirty=true")).ShouldSucceed().ShouldSay("warning IMB1108").ShouldSay("main.js");

        static string InApp(string file) => Path.Combine(Path.GetDirectoryName(WebApp.Project)!, file);
    }

    [Fact]
    public async Task Git_has_to_be_there()
    {
        await using var repository = new ScratchRepository(package);
        WebApp.Write(repository, "v");
        await repository.CommitAsync();

        var path = Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator).Where(place => !File.Exists(Path.Combine(place, "git")));
        var withoutGit = new Dictionary<string, string?> { ["PATH"] = string.Join(Path.PathSeparator, path.Append(DirectoryOfDotnet())) };
        (await repository.BuildAsync(WebApp.Project, "Release", withoutGit)).ShouldFailWith("IMB1101").ShouldSay("install git");
    }

    private static string DirectoryOfDotnet()
    {
        var dotnet = Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator).Select(place => Path.Combine(place, "dotnet")).First(File.Exists);
        return Path.GetDirectoryName(File.ResolveLinkTarget(dotnet, returnFinalTarget: true)?.FullName ?? dotnet)!;
    }
}
