using ImmutableBuild.MSBuild;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace ImmutableBuild.Tests.MSBuild;

public sealed class CheckOptionsTests : IDisposable
{
    private readonly FakeBuildEngine _engine = new();
    private readonly string _directory = Directory.CreateTempSubdirectory("imb-task-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Mistakes_are_told_with_code_link_and_the_line_that_holds_them()
    {
        var task = Task("""
            <Project>
              <PropertyGroup>
                <ImmutableSoak>soon</ImmutableSoak>
                <ImmutableInstance>2</ImmutableInstance>
                <SomethingImmutable>2</SomethingImmutable>
                <ImmutableCollectionsVersion>10.0.0</ImmutableCollectionsVersion>
              </PropertyGroup>
            </Project>
            """, ("ImmutableSoak", "soon"));

        task.Execute().ShouldBeFalse();

        _engine.Errors.Select(error => (error.Code, error.LineNumber)).ShouldBe([("IMB1002", 4), ("IMB1001", 3)]);
        _engine.Errors.ShouldAllBe(error => error.File == Path.Combine(_directory, "App.csproj"));
    }

    [Fact]
    public void A_secret_on_the_command_line_is_refused_and_never_repeated()
    {
        _engine.GlobalProperties["immutableregistrypassword"] = "hunter2";

        Task("<Project />").Execute().ShouldBeFalse();

        _engine.Errors.ShouldHaveSingleItem().Code.ShouldBe("IMB1003");
        _engine.Errors[0].Message.ShouldNotBeNull().ShouldNotContain("hunter2");
    }

    [Fact]
    public void A_library_is_refused()
    {
        var task = Task("<Project />");
        task.Project.SetMetadata("OutputType", "Library");

        task.Execute().ShouldBeFalse();
        _engine.Errors.ShouldHaveSingleItem().Code.ShouldBe("IMB1005");
    }

    [Fact]
    public void Braces_in_a_value_are_only_text()
    {
        Task("<Project />", ("ImmutableApp", "{0} %{x}")).Execute().ShouldBeFalse();
        _engine.Errors.ShouldHaveSingleItem().Message.ShouldNotBeNull().ShouldContain("{0} %{x}");
    }

    [Fact]
    public void Good_options_pass()
    {
        var task = Task("<Project />", ("ImmutableSoak", "5s"), ("ImmutableKeep", ""));
        task.Items = [new TaskItem("team", new Dictionary<string, string> { ["ItemName"] = "ContainerLabel", ["Value"] = "shop" })];

        task.Execute().ShouldBeTrue(string.Join('\n', _engine.Errors.Select(error => error.Message)));
    }

    [Fact]
    public void A_cancelled_task_says_so_and_fails()
    {
        var task = Task("<Project />");
        task.CheckSource = true;
        task.Cancel();

        task.Execute().ShouldBeFalse();
        _engine.Errors.ShouldBeEmpty();
        _engine.Messages.ShouldContain(message => message.Importance == MessageImportance.High && message.Message!.StartsWith("Cancelled."));
    }

    private CheckOptions Task(string project, params (string Name, string Value)[] options)
    {
        var file = Path.Combine(_directory, "App.csproj");
        File.WriteAllText(file, project);
        (string Name, string Value)[] all = [.. options, ("ImmutableDataDirectory", Path.Combine(_directory, "data"))];
        return new CheckOptions
        {
            BuildEngine = _engine,
            Project = new TaskItem(file, new Dictionary<string, string>
            {
                ["WorkDirectory"] = Path.Combine(_directory, "work"), ["OutputType"] = "Exe", ["ListensOnHttp"] = "true", ["Imports"] = ";no/such/Directory.Build.props",
            }),
            Options = [.. all.Select(option => new TaskItem(option.Name, new Dictionary<string, string> { ["Value"] = option.Value }))],
        };
    }
}
