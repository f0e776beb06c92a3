using ImmutableBuild.AcceptanceTests.Infrastructure;

namespace ImmutableBuild.AcceptanceTests.Workflows;

/// <summary>A repository that <c>dotnet new immutable --nuke</c> has set up, against the stand-in of NUKE's documented API.</summary>
public sealed class TemplateWithNukeTests(PackedPackage package)
{
    [Fact]
    public async Task Its_build_project_deploys_and_releases()
    {
        Assert.SkipUnless(Directory.Exists(Path.Combine(Repository.Root, "src", "ImmutableBuild.Nuke")), "There are no components for NUKE here.");
        await using var repository = new ScratchRepository(package);
        await PackAsync(repository, "src/ImmutableBuild.Nuke", [.. PackedPackage.PackArguments(package.Feed, package.Version)]);
        await PackAsync(repository, "tests/ImmutableBuild.NukeStandIn", ["-c", "Release", "-o", package.Feed, "-nodeReuse:false", "-v", "q"]);
        var templates = await InstalledTemplates.InstallAsync(package, repository);
        (await templates.NewAsync(repository, "--name", "Shop", "--nuke", "--ci", "none")).ShouldSucceed();
        TemplateApp.Write(repository, "src/Shop", "one");
        await repository.CommitAsync();
        repository.SetVariable("DATABASE", TemplateApp.Secret);

        (await repository.RunAsync(repository.PathOf("build.sh"), ".", "Deploy")).ShouldSucceed();
        (await repository.BuildAsync("src/Shop", "Status")).ShouldSucceed().ShouldNotSay("Live");
        var release = await repository.RunAsync(repository.PathOf("build.sh"), ".");
        release.ShouldSucceed().ShouldSay("Build succeeded.");
        (await repository.GitAsync("status", "--porcelain")).ShouldBeEmpty("a build leaves the working tree clean");
        (await repository.BuildAsync("src/Shop", "Status")).ShouldSucceed().ShouldSay("Live");
        (await repository.RunAsync(repository.PathOf("build.sh"), ".", "Stop")).ShouldSucceed();
        await Eventually.HoldsAsync(() => repository.Processes().Count == 0, "nothing runs any more");
    }

    private static async Task PackAsync(ScratchRepository repository, string project, string[] arguments) =>
        (await repository.RunAsync("dotnet", ".", ["pack", Path.Combine(Repository.Root, project), .. arguments])).ShouldSucceed();
}
