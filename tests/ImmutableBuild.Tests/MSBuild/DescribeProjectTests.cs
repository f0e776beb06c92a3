using ImmutableBuild.Errors;
using ImmutableBuild.MSBuild;
using ImmutableBuild.Releases.Options;
using ImmutableBuild.Shells;
using TaskItem = Microsoft.Build.Utilities.TaskItem;

namespace ImmutableBuild.Tests.MSBuild;

/// <summary>What a project's build writes down for a shell in another process.</summary>
public sealed class DescribeProjectTests : IDisposable
{
    private readonly FakeBuildEngine _engine = new();
    private readonly string _directory = Directory.CreateTempSubdirectory("imb-describe-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Another_process_reads_the_same_options_and_finds_mistakes_at_the_same_place()
    {
        var task = Describe("""
            <Project>
              <PropertyGroup>
                <ImmutableKeep>many</ImmutableKeep>
              </PropertyGroup>
            </Project>
            """);

        task.Execute().ShouldBeTrue();

        var description = await ProjectDescriptionFile.ReadAsync(task.File, TestContext.Current.CancellationToken);
        description.WorkDirectory.ShouldBe(Path.Combine(_directory, "work"));
        var raw = description.Raw(OptionSettings.None, _ => null);
        raw.Items.ShouldHaveSingleItem().ShouldBe(new RawItem("ContainerLabel", "team", "shop"));
        var mistake = Should.Throw<ImmutableBuildException>(() => ReleaseOptionsParser.Parse(raw)).Diagnostics.ShouldHaveSingleItem();
        (mistake.Code, mistake.Location).ShouldBe(("IMB1001", new SourceLocation(Path.Combine(_directory, "App.csproj"), 3, 6)));
    }

    [Fact]
    public async Task A_secret_that_was_passed_as_a_property_is_named_and_not_written_down()
    {
        _engine.GlobalProperties["ImmutableRegistryPassword"] = "hunter2";
        var task = Describe("<Project />");

        task.Execute().ShouldBeTrue();

        (await File.ReadAllTextAsync(task.File, TestContext.Current.CancellationToken)).ShouldNotContain("hunter2");
        var raw = (await ProjectDescriptionFile.ReadAsync(task.File, TestContext.Current.CancellationToken)).Raw(OptionSettings.None.Set(OptionCatalogue.Keep, "1"), _ => null);
        Should.Throw<ImmutableBuildException>(() => ReleaseOptionsParser.Parse(raw)).Code.ShouldBe("IMB1003");
    }

    private DescribeProject Describe(string project)
    {
        var file = Path.Combine(_directory, "App.csproj");
        File.WriteAllText(file, project);
        return new DescribeProject
        {
            BuildEngine = _engine,
            File = Path.Combine(_directory, "temp", "project.json"),
            Project = new TaskItem(file, new Dictionary<string, string>
            {
                ["WorkDirectory"] = Path.Combine(_directory, "work"), ["GatewayProgram"] = Path.Combine(_directory, "gateway.dll"), ["OutputType"] = "Exe", ["ListensOnHttp"] = "true", ["Imports"] = "",
            }),
            Options = [new TaskItem("ImmutableKeep", new Dictionary<string, string> { ["Value"] = "many" }), new TaskItem("ImmutableSoak", new Dictionary<string, string> { ["Value"] = "" })],
            Items = [new TaskItem("team", new Dictionary<string, string> { ["ItemName"] = "ContainerLabel", ["Value"] = "shop" })],
        };
    }
}
