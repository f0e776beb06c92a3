using ImmutableBuild.AcceptanceTests.Infrastructure;

namespace ImmutableBuild.AcceptanceTests.Workflows;

/// <summary>The package of templates, packed and installed as a user installs it, into a place of its own, once for all tests.</summary>
internal sealed class InstalledTemplates
{
    private readonly string _hive;

    private InstalledTemplates(string hive) => _hive = hive;

    public static async Task<InstalledTemplates> InstallAsync(PackedPackage package, ScratchRepository repository)
    {
        await package.PackAsync("src/ImmutableBuild.Templates", package.Version);
        return new InstalledTemplates(await package.OnceAsync("templates", async place =>
            (await repository.RunAsync("dotnet", ".", "new", "install", Path.Combine(package.Feed, $"ImmutableBuild.Templates.{package.Version}.nupkg"), "--debug:custom-hive", place)).ShouldSucceed()));
    }

    /// <summary><c>dotnet new immutable</c>, at the root of the repository.</summary>
    public Task<CommandResult> NewAsync(ScratchRepository repository, params string[] options) =>
        repository.RunAsync("dotnet", ".", ["new", "immutable", "--debug:custom-hive", _hive, .. options]);
}
