using System.IO.Compression;
using ImmutableBuild.AcceptanceTests.Infrastructure;

namespace ImmutableBuild.AcceptanceTests;

/// <summary>What a release takes over from the one before, and what it never does.</summary>
public sealed class EditedCommitTests(PackedPackage package)
{
    private const string Published = "src/Shöp Web/obj/immutable/publish";

    [Fact]
    public async Task The_runtime_stays_in_the_publish_folder_and_a_package_in_another_version_or_none_does_not()
    {
        await using var repository = new ScratchRepository(package);
        Feed(repository, "1.0.0");
        Feed(repository, "1.1.0");
        repository.Write("Directory.Build.props", """
            <Project>
              <PropertyGroup Condition="'$(EVALUATIONS)' != ''">
                <_Counted>$([System.IO.File]::AppendAllText('$(EVALUATIONS)', '.'))</_Counted>
              </PropertyGroup>
            </Project>
            """);
        WebApp.Write(repository, "one", items: Reference("1.0.0"));
        await repository.CommitAsync();
        (await repository.BuildAsync(WebApp.Project, "Bake")).ShouldSucceed();
        var runtime = new FileInfo(repository.PathOf($"{Published}/System.Private.CoreLib.dll")).CreationTimeUtc;
        var restored = RestoredAt(repository);
        File.WriteAllText(repository.PathOf($"{Published}/left over.txt"), "");

        WebApp.Write(repository, "two", items: Reference("1.0.0"));
        await repository.CommitAsync();
        (await repository.BuildAsync(WebApp.Project, "Bake,Scan,Sign,Push", CountsEvaluations(repository))).ShouldSucceed();
        Evaluations(repository).ShouldBe(5, "two for the build's own restore, one each as the user asked, for the stages, and to publish");
        new FileInfo(repository.PathOf($"{Published}/System.Private.CoreLib.dll")).CreationTimeUtc.ShouldBe(runtime, "it was not copied again");
        RestoredAt(repository).ShouldBe(restored, "nothing was restored again");
        File.Exists(repository.PathOf($"{Published}/left over.txt")).ShouldBeFalse();
        File.ReadAllText(repository.PathOf($"{Published}/version.txt")).ShouldBe("1.0.0");

        // Of the same size and time as the other version's.
        WebApp.Write(repository, "two", items: Reference("1.1.0"));
        await repository.CommitAsync();
        (await repository.BuildAsync(WebApp.Project, "Bake")).ShouldSucceed();
        File.ReadAllText(repository.PathOf($"{Published}/version.txt")).ShouldBe("1.1.0");

        WebApp.Write(repository, "two");
        await repository.CommitAsync();
        (await repository.BuildAsync(WebApp.Project, "Bake")).ShouldSucceed();
        File.Exists(repository.PathOf($"{Published}/version.txt")).ShouldBeFalse();
        new FileInfo(repository.PathOf($"{Published}/System.Private.CoreLib.dll")).CreationTimeUtc.ShouldBe(runtime);
    }

    [Fact]
    public async Task An_edited_line_takes_60_KB_with_all_that_is_signed_of_it()
    {
        await using var repository = new ScratchRepository(package);
        WebApp.Write(repository, "one");
        await repository.CommitAsync();
        var first = await repository.BuildAsync(WebApp.Project, "Bake,Scan,Sign,Push", "-v:normal");
        first.ShouldSucceed();
        first.Output.ShouldContain("The layer of the runtime was made while the project was compiled.");
        Directory.GetFiles(repository.PathOf("src/Shöp Web/obj/immutable/layers")).Length.ShouldBe(4, "root, runtime, host and app, and Bake has made no other one of the runtime");
        var before = Stored(repository);

        WebApp.WriteProgram(repository, "two");
        await repository.CommitAsync();
        (await repository.BuildRestoredAsync(WebApp.Project, "Bake,Scan,Sign,Push")).ShouldSucceed();

        (Stored(repository) - before).ShouldBeInRange(1, 60_000);
    }

    // Blobs and manifests are all that is sent, and each once.
    private static long Stored(ScratchRepository repository) =>
        Directory.EnumerateDirectories(Path.Combine(repository.DataDirectory, "store"))
            .SelectMany(store => new DirectoryInfo(Path.Combine(store, "blobs", "sha256")).EnumerateFiles())
            .Sum(blob => blob.Length);

    // Every evaluation of the project costs a tenth of a second.
    private static Dictionary<string, string?> CountsEvaluations(ScratchRepository repository) => new() { ["MSBUILDENABLEALLPROPERTYFUNCTIONS"] = "1", ["EVALUATIONS"] = EvaluationsFile(repository) };

    private static int Evaluations(ScratchRepository repository) => File.ReadAllText(EvaluationsFile(repository)).Length;

    private static string EvaluationsFile(ScratchRepository repository) => repository.PathOf("src/Shöp Web/obj/evaluations.txt");

    // Written by each restore for the released runtime that was not passed over.
    private static DateTime RestoredAt(ScratchRepository repository) => File.GetLastWriteTimeUtc(repository.PathOf("src/Shöp Web/obj/immutable/restore.txt"));

    private static string Reference(string version) => $"<PackageReference Include=\"Test.Edited\" Version=\"{version}\" />";

    private static void Feed(ScratchRepository repository, string version)
    {
        var file = repository.PathOf($"bin/feed/Test.Edited.{version}.nupkg");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        using var zip = ZipFile.Open(file, ZipArchiveMode.Create);
        Write(zip, "Test.Edited.nuspec", $"""
            <?xml version="1.0"?>
            <package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd">
              <metadata>
                <id>Test.Edited</id><version>{version}</version><authors>a tester</authors><description>a test</description>
                <contentFiles><files include="any/any/version.txt" buildAction="None" copyToOutput="true" /></contentFiles>
              </metadata>
            </package>
            """);
        Write(zip, "contentFiles/any/any/version.txt", version);
        repository.AddSource("feed", repository.PathOf("bin/feed"));
    }

    private static void Write(ZipArchive zip, string name, string content)
    {
        var entry = zip.CreateEntry(name);
        entry.LastWriteTime = new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);
        using var writer = new StreamWriter(entry.Open());
        writer.Write(content);
    }
}
