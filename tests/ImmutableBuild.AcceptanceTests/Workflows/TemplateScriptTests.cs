using ImmutableBuild.AcceptanceTests.Infrastructure;

namespace ImmutableBuild.AcceptanceTests.Workflows;

/// <summary>The script for PowerShell that <c>dotnet new immutable</c> brings; <c>build.sh</c> has its turn in <see cref="TemplateTests"/>.</summary>
public sealed class TemplateScriptTests(PackedPackage package)
{
    [Fact]
    public async Task PowerShell_releases_with_properties_as_MSBuild_takes_them()
    {
        var shell = await PowerShell.InstallAsync();
        await using var repository = new ScratchRepository(package);
        var templates = await InstalledTemplates.InstallAsync(package, repository);
        (await templates.NewAsync(repository, "--name", "Shop", "--ci", "none")).ShouldSucceed();
        TemplateApp.Write(repository, "src/Shop", "one");
        await repository.CommitAsync();
        repository.SetVariable("DATABASE", TemplateApp.Secret);

        var release = await shell.RunAsync(repository, "./build.ps1 Release -p:ImmutableEnvironment=production '-p:Description=a b' -v:m");

        (await WebApp.GetAsync(WebApp.UrlIn(release))).ShouldBe($"one {TemplateApp.Secret.Length}");
        (await shell.RunAsync(repository, "./build.ps1 NoSuchTarget")).ShouldFailWith("MSB4057");
        (await shell.RunAsync(repository, "./build.ps1 Stop -p:ImmutableEnvironment=production")).ShouldSucceed();
        await Eventually.HoldsAsync(() => repository.Processes().Count == 0, "nothing runs any more");
    }
}
