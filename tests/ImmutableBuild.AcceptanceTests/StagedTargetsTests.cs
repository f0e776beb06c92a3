using ImmutableBuild.AcceptanceTests.Infrastructure;

namespace ImmutableBuild.AcceptanceTests;

public sealed class StagedTargetsTests(PackedPackage package)
{
    private const string Project = "Worker/Worker.csproj";

    [Fact]
    public async Task Each_stage_runs_in_a_process_of_its_own_for_a_multi_targeted_worker_with_arguments()
    {
        await using var repository = new ScratchRepository(package);
        repository.WriteProject(
            Project,
            "<OutputType Condition=\"'$(TargetFramework)' == 'net10.0'\">Exe</OutputType><LangVersion>latest</LangVersion><ImmutableTargetFramework>net10.0</ImmutableTargetFramework><Image>the project's own</Image>",
            "<ContainerAppCommandArgs Include=\"--baked in\" /><ImmutableArgument Include=\"--queue=grün\" /><Compile Remove=\"Program.cs\" Condition=\"'$(TargetFramework)' != 'net10.0'\" />",
            sdk: "Microsoft.NET.Sdk",
            frameworks: "<TargetFrameworks>netstandard2.0;net10.0</TargetFrameworks>");
        repository.Write("Worker/Program.cs", """
            System.Console.WriteLine(string.Join('|', args));
            await System.Threading.Tasks.Task.Delay(-1);
            """);
        await repository.CommitAsync();

        (await repository.BuildAsync(Project, "Scan")).ShouldFailWith("IMB1201");
        (await repository.BuildRestoredAsync(Project, "Bake")).ShouldSucceed().ShouldSay("  Bake ");
        (await repository.BuildRestoredAsync(Project, "Sign")).ShouldFailWith("IMB1204").ShouldSay("-t:Scan");
        foreach (var stage in (string[])["Scan", "Sign", "Push", "Deploy", "HealthGate", "DestroyOld"])
        {
            (await repository.BuildRestoredAsync(Project, stage)).ShouldSucceed().ShouldSay($"  {stage,-10} ");
        }

        // A property Image of the project's own is no -p:Image: the stage Scan above scanned the release, and nothing is named to Verify.
        (await repository.BuildRestoredAsync(Project, "Verify")).ShouldFailWith("IMB4037");
        (await repository.BuildRestoredAsync(Project, "Status")).ShouldSucceed().ShouldSay("Live");
        repository.Processes().Select(CommandLine).ShouldContain(line => line.Contains("--baked in") && line.Contains("--queue=grün"));

        // Another commit: the record is not of it.
        repository.Write("README.md", "new");
        await repository.CommitAsync();
        (await repository.BuildRestoredAsync(Project, "Scan")).ShouldFailWith("IMB1203");
        (await repository.BuildRestoredAsync(Project, "Stop")).ShouldSucceed();
        await Eventually.HoldsAsync(() => repository.Processes().Count == 0, "nothing runs any more");
    }

    private static string CommandLine(int id) => File.ReadAllText($"/proc/{id}/cmdline").Replace('\0', ' ');
}
