using ImmutableBuild.AcceptanceTests.Infrastructure;

namespace ImmutableBuild.AcceptanceTests.Workflows;

/// <summary>A repository that <c>dotnet new immutable --nuke</c> has set up, against the stand-in of NUKE's documented API.</summary>
public sealed class TemplateWithNukeTests(PackedPackage package)
{
    [Fact]
    public async Task Its_build_project_deploys_and_releases_from_either_shell()
    {
        var shell = await PowerShell.InstallAsync();
        await using var repository = new ScratchRepository(package);
        await NukeBuild.PackAsync(package);
        var templates = await InstalledTemplates.InstallAsync(package, repository);
        (await templates.NewAsync(repository, "--name", "Shop", "--nuke", "--ci", "none")).ShouldSucceed();
        TemplateApp.Write(repository, "src/Shop", "one");
        await repository.CommitAsync();
        repository.SetVariable("DATABASE", TemplateApp.Secret);

        (await repository.RunAsync(repository.PathOf("build.sh"), ".", "Deploy")).ShouldSucceed();
        (await repository.BuildAsync("src/Shop", "Status")).ShouldSucceed().ShouldNotSay("Live");
        (await shell.RunAsync(repository, "./build.ps1 --immutable-soak 1s")).ShouldSucceed().ShouldSay("Build succeeded.");
        (await repository.GitAsync("status", "--porcelain")).ShouldBeEmpty("a build leaves the working tree clean");
        (await repository.BuildAsync("src/Shop", "Status")).ShouldSucceed().ShouldSay("Live");
        (await repository.RunAsync(repository.PathOf("build.sh"), ".", "Stop")).ShouldSucceed();
        await Eventually.HoldsAsync(() => repository.Processes().Count == 0, "nothing runs any more");
    }
}
