using System.IO;
using System.Linq;
using ImmutableBuild.Nuke;
using Nuke.Common;
using Nuke.Common.IO;
using Nuke.Common.Tooling;

/// <summary>This repository's own build: its solution and packages, and the release of a sample by the components it makes.</summary>
internal sealed class Build : NukeBuild, IRelease
{
    [Parameter("The configuration that BuildSolution builds. Default: Debug")]
    private readonly string Configuration = "Debug";

    [Parameter("The project of tests that Test runs, such as tests/ImmutableBuild.Tests. Default: all of them")]
    private readonly AbsolutePath? TestProject;

    [Parameter("The classes of TestProject that Test runs, such as *LayerTests. Default: all of them")]
    private readonly string? TestClass;

    public static int Main() => Execute<Build>(x => x.BuildSolution);

    private static AbsolutePath Artifacts => RootDirectory / "artifacts";

    private Target BuildSolution => _ => _
        .Description("Builds the solution")
        .Executes(() => Dotnet($"build ImmutableBuild.sln --configuration {Configuration}"));

    private Target Test => _ => _
        .Description("Runs every test whose system is there")
        .Requires(() => TestClass == null || TestProject != null)
        .Executes(() =>
        {
            if (TestProject is null)
            {
                Dotnet("test");
            }
            else
            {
                Dotnet($"test --project {TestProject} --filter-class {TestClass ?? "*"}");
            }
        });

    private Target Pack => _ => _
        .Description("Makes the packages, in artifacts/")
        .Produces(Artifacts / "*.nupkg")
        .Executes(() =>
        {
            foreach (var project in (RootDirectory / "src").GlobFiles("**/*.csproj").Where(IsPackable))
            {
                Dotnet($"pack {project} --configuration Release --output {Artifacts}");
            }
        });

    private static bool IsPackable(AbsolutePath project) => File.ReadAllText(project).Contains("<IsPackable>true</IsPackable>");

    private static void Dotnet(ArgumentStringHandler arguments) =>
        ProcessTasks.StartProcess("dotnet", arguments, workingDirectory: RootDirectory).AssertZeroExitCode();
}
