using System.IO.Compression;
using System.Runtime.InteropServices;
using ImmutableBuild.AcceptanceTests.Infrastructure;

namespace ImmutableBuild.AcceptanceTests;

/// <summary>With a lock file, the same commit gives the same packages or no release.</summary>
public sealed class LockFileTests(PackedPackage package)
{
    private const string Locked = "<RestorePackagesWithLockFile>true</RestorePackagesWithLockFile>";
    private const string LockFile = "src/Shöp Web/packages.lock.json";

    [Fact]
    public async Task A_release_takes_the_packages_of_the_lock_file_or_refuses()
    {
        await using var repository = new ScratchRepository(package);
        var id = Feed(repository, "1.0.0");
        WebApp.Write(repository, "v", Locked, $"<PackageReference Include=\"{id}\" Version=\"[1.0.0]\" />");
        await LockAsync(repository);

        (await repository.BuildAsync(WebApp.Project, "Bake")).ShouldSucceed().ShouldNotSay("IMB14");
        (await repository.BuildAsync(WebApp.Project, "Bake")).ShouldSucceed();

        // The project asks for another version than the lock file names.
        Feed(repository, "1.1.0", id);
        WebApp.Write(repository, "v", Locked, $"<PackageReference Include=\"{id}\" Version=\"[1.1.0]\" />");
        await repository.CommitAsync();
        // dotnet build restores before any target runs, and NuGet brings the lock file up to date then: no commit has that.
        (await repository.BuildAsync(WebApp.Project, "Release")).ShouldFailWith("IMB1104").ShouldSay("packages.lock.json").ShouldNotSay("  Compile ");
        await repository.GitAsync("checkout", "--", ".");

        // Where nothing was restored before, the release itself refuses, and leaves the user's lock file as it is.
        var changed = await repository.BuildAsync(WebApp.Project, "Release", "--no-restore");
        changed.ShouldFailWith("IMB1401").ShouldSay($"{id} is 1.1.0, and 1.0.0 in it").ShouldSay("dotnet restore --force-evaluate").ShouldSay("packages.lock.json").ShouldNotSay("  Compile ");
        (await repository.GitAsync("status", "--porcelain")).ShouldBeEmpty();

        // The way out that it names leads out.
        await LockAsync(repository, "--force-evaluate");
        (await repository.BuildAsync(WebApp.Project, "Bake")).ShouldSucceed();
    }

    [Fact]
    public async Task Floating_versions_stay_where_the_lock_file_covers_the_runtime_and_are_refused_where_it_does_not()
    {
        await using var repository = new ScratchRepository(package);
        var id = Feed(repository, "1.0.0");
        var floats = $"<PackageReference Include=\"{id}\" Version=\"1.*\" />";
        WebApp.Write(repository, "v", Locked, floats);
        await LockAsync(repository);
        Feed(repository, "1.1.0", id);
        (await repository.BuildAsync(WebApp.Project, "Bake")).ShouldFailWith("IMB1401").ShouldSay($"{id} is 1.1.0, and 1.0.0 in it").ShouldSay("RuntimeIdentifiers");

        // With the runtime in the lock file, 1.0.0 is what is restored, in a clone that never saw another release too.
        WebApp.Write(repository, "v", Locked + $"<RuntimeIdentifiers>{RuntimeInformation.RuntimeIdentifier}</RuntimeIdentifiers>", floats.Replace("1.*", "[1.0.0]"));
        await LockAsync(repository, "--force-evaluate");
        File.WriteAllText(repository.PathOf(LockFile), File.ReadAllText(repository.PathOf(LockFile)).Replace("[1.0.0, 1.0.0]", "[1.*, )"));
        WebApp.Write(repository, "v", Locked + $"<RuntimeIdentifiers>{RuntimeInformation.RuntimeIdentifier}</RuntimeIdentifiers>", floats);
        await repository.CommitAsync();
        (await repository.BuildAsync(WebApp.Project, "Bake")).ShouldSucceed().ShouldNotSay("IMB14");
        Directory.Delete(repository.PathOf("src/Shöp Web/obj"), recursive: true);
        (await repository.BuildAsync(WebApp.Project, "Bake")).ShouldSucceed().ShouldNotSay("IMB14");
        File.ReadAllText(repository.PathOf("src/Shöp Web/obj/immutable/restore/project.assets.json")).ShouldContain($"\"{id}/1.0.0\"");
        (await repository.GitAsync("status", "--porcelain")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Packages_for_the_runtime_alone_are_published_and_warned_about()
    {
        await using var repository = new ScratchRepository(package);
        var native = Feed(repository, "1.0.0");
        var id = Feed(repository, "1.0.0", runtimes: $"\"{RuntimeInformation.RuntimeIdentifier}\":{{\"ID\":{{\"{native}\":\"1.0.0\"}}}}");
        WebApp.Write(repository, "v", Locked, $"<PackageReference Include=\"{id}\" Version=\"1.0.0\" />");
        await LockAsync(repository);

        var bake = await repository.BuildAsync(WebApp.Project, "Bake");

        bake.ShouldSucceed().ShouldSay("warning IMB1402").ShouldSay($"{native} 1.0.0");
        File.ReadAllText(repository.PathOf("src/Shöp Web/obj/immutable/restore/project.assets.json")).ShouldContain($"\"{native}/1.0.0\"");
    }

    private static async Task LockAsync(ScratchRepository repository, params string[] arguments)
    {
        await repository.CommitAsync("Before the lock file");
        (await repository.RunAsync("dotnet", ".", ["restore", WebApp.Project, .. arguments])).ShouldSucceed();
        await repository.CommitAsync("The lock file");
    }

    /// <summary>Puts a package into the repository's own feed, and returns its id.</summary>
    private static string Feed(ScratchRepository repository, string version, string? id = null, string? runtimes = null)
    {
        id ??= $"Test.{Guid.NewGuid().ToString("N")[..8]}";
        var file = repository.PathOf($"bin/feed/{id}.{version}.nupkg");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        using var zip = ZipFile.Open(file, ZipArchiveMode.Create);
        Write(zip, $"{id}.nuspec", $"""
            <?xml version="1.0"?>
            <package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd">
              <metadata><id>{id}</id><version>{version}</version><authors>a tester</authors><description>a test</description></metadata>
            </package>
            """);
        Write(zip, "content/version.txt", version);
        if (runtimes is not null)
        {
            Write(zip, "lib/net10.0/_._", "");
            Write(zip, "runtime.json", "{\"runtimes\":{" + runtimes.Replace("ID", id, StringComparison.Ordinal) + "}}");
        }

        repository.AddSource("feed", repository.PathOf("bin/feed"));
        return id;
    }

    private static void Write(ZipArchive zip, string name, string content)
    {
        using var writer = new StreamWriter(zip.CreateEntry(name).Open());
        writer.Write(content);
    }
}
