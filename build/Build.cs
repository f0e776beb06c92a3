using ImmutableBuild.Nuke;
using Nuke.Common;
using Nuke.Common.IO;
using Nuke.Common.Tooling;

/// <summary>This repository's own build: its solution and packages, and the release of a sample by the components it makes.</summary>
internal sealed class Build : NukeBuild, IRelease
{
    [Parameter("The configuration that BuildSolution and Pack build")]
    private readonly string Configuration = "Debug";

    public static int Main() => Execute<Build>(x => x.BuildSolution);

    private static AbsolutePath Artifacts => RootDirectory / "artifacts";

    private Target BuildSolution => _ => _
        .Description("Builds the solution")
        .Executes(() => Dotnet($"build ImmutableBuild.sln --configuration {Configuration}"));

    private Target Test => _ => _
        .Description("Runs every test whose system is there")
        .Executes(() => Dotnet("test"));

    private Target Pack => _ => _
        .Description("Makes the packages, in artifacts/")
        .Produces(Artifacts / "*.nupkg")
        .Executes(
            () => Dotnet($"pack src/ImmutableBuild.MSBuild --configuration Release --output {Artifacts}"),
            () => Dotnet($"pack src/ImmutableBuild.Nuke --configuration Release --output {Artifacts}"),
            () => Dotnet($"pack src/ImmutableBuild.Tool --configuration Release --output {Artifacts}"));

    private static void Dotnet(ArgumentStringHandler arguments) =>
        ProcessTasks.StartProcess("dotnet", arguments, workingDirectory: RootDirectory).AssertZeroExitCode();
}
