using System.Text.Json;
using ImmutableBuild.AcceptanceTests.Infrastructure;

namespace ImmutableBuild.AcceptanceTests;

public sealed class ReproducibleTests(PackedPackage package)
{
    [Fact]
    [Trait("SdkDefect", "source-paths")]
    public async Task A_commit_gives_the_same_digest_in_a_shallow_clone_a_detached_one_and_after_a_file_was_dropped()
    {
        await using var origin = new ScratchRepository(package);
        WebApp.Write(origin, "v", properties: "<RestorePackagesWithLockFile>true</RestorePackagesWithLockFile>");
        origin.Write("src/Library/Library.csproj", """<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>netstandard2.0</TargetFramework></PropertyGroup></Project>""");
        origin.Write("src/Library/Class.cs", "namespace Library { public class Class { } }");
        WebApp.Write(origin, "v", "<RestorePackagesWithLockFile>true</RestorePackagesWithLockFile>", "<ProjectReference Include=\"../Library/Library.csproj\" />");
        await origin.CommitAsync();
        (await origin.RunAsync("dotnet", ".", "restore", WebApp.Project)).ShouldSucceed();
        await origin.CommitAsync("The lock file");

        // A file is published, then dropped by the next commit: nothing of it may stay in the image.
        await using var detached = await CloneAsync(origin);
        detached.Write("src/Shöp Web/wwwroot/old.txt", "old");
        await detached.CommitAsync();
        (await detached.BuildAsync(WebApp.Project, "Bake")).ShouldSucceed();
        await detached.GitAsync("checkout", "-q", "--detach", "HEAD~1");
        (await detached.BuildAsync(WebApp.Project, "Bake")).ShouldSucceed();

        await using var shallow = await CloneAsync(origin, "--depth", "1");
        (await shallow.BuildAsync(WebApp.Project, "Bake", "-m")).ShouldSucceed();

        DigestIn(shallow).ShouldBe(DigestIn(detached));
        (await shallow.GitAsync("status", "--porcelain")).ShouldBeEmpty("the user's own lock file stays as it is");
    }

    [Fact]
    public async Task A_commit_gives_the_same_digest_to_another_user_in_other_surroundings_from_files_in_another_order()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.UserName == "root", "Only root can be someone else.");
        await using var origin = new ScratchRepository(package);
        WebApp.Write(origin, "v");
        origin.Write(".gitattributes", "* text=auto eol=lf\n");
        origin.Write("src/Shöp Web/wwwroot/index.html", "<p>\nHello\n</p>\n");
        origin.Write("src/Shöp Web/wwwroot/größe.txt", "1\n2\n");
        await origin.CommitAsync();

        await using var mine = await CloneAsync(origin);
        (await mine.BuildAsync(WebApp.Project, "Bake")).ShouldSucceed();

        await using var theirs = await CloneAsync(origin, "--config", "core.autocrlf=true", "--no-checkout");
        // What .gitattributes says counts from here on, before the file itself is there.
        await theirs.GitAsync("read-tree", "HEAD");
        foreach (var file in (await theirs.GitAsync("-c", "core.quotePath=false", "ls-tree", "-r", "--name-only", "HEAD")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Reverse())
        {
            await theirs.GitAsync("checkout", "-q", "HEAD", "--", file);
        }

        foreach (var (name, value) in ((string, string)[])[("TZ", "Asia/Kathmandu"), ("LC_ALL", "tr_TR.UTF-8"), ("LANG", "tr_TR.UTF-8")])
        {
            theirs.SetVariable(name, value);
        }

        (await SomeoneElse.BuildAsync(theirs, WebApp.Project, "Bake", umask: "077")).ShouldSucceed();

        DigestIn(theirs).ShouldBe(DigestIn(mine));
    }

    [Fact]
    public async Task A_commit_is_verified_by_baking_it_twice_and_what_differs_is_named()
    {
        await using var repository = new ScratchRepository(package);
        WebApp.Write(repository, "v");
        await repository.CommitAsync();
        (await repository.BuildAsync(WebApp.Project, "VerifyReproducible")).ShouldSucceed().ShouldSay("gave the same image: sha256:");

        var seen = repository.Root + ".seen";
        repository.Write("src/Shöp Web/Directory.Build.targets", $"""
            <Project>
              <Target Name="Stamp" AfterTargets="Publish">
                <PropertyGroup>
                  <Bake>first bake</Bake>
                  <Bake Condition="Exists('{seen}')">other bake</Bake>
                </PropertyGroup>
                <WriteLinesToFile File="$(PublishDir)stamp.txt" Lines="made by the $(Bake)" Overwrite="true" />
                <WriteLinesToFile File="{seen}" Lines="seen" Overwrite="true" />
              </Target>
            </Project>
            """);
        await repository.CommitAsync();
        (await repository.BuildAsync(WebApp.Project, "VerifyReproducible")).ShouldFailWith("IMB2024").ShouldSay("app/stamp.txt, bytes 12 to 16");
        (await repository.GitAsync("worktree", "list")).Trim().Split('\n').Length.ShouldBe(1, "nothing is left of the two");
        (await repository.GitAsync("status", "--porcelain")).ShouldBeEmpty();
    }

    private async Task<ScratchRepository> CloneAsync(ScratchRepository origin, params string[] options)
    {
        var clone = new ScratchRepository(package);
        foreach (var entry in Directory.EnumerateFiles(clone.Root))
        {
            File.Delete(entry);
        }

        await clone.GitAsync(["clone", "-q", .. options, new Uri(origin.Root).AbsoluteUri, "."]);
        return clone;
    }

    private static string DigestIn(ScratchRepository repository)
    {
        using var record = JsonDocument.Parse(File.ReadAllText(repository.PathOf("src/Shöp Web/obj/immutable/release.json")));
        return record.RootElement.GetProperty("bake").GetProperty("digest").GetString()!;
    }
}
