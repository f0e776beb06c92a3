using ImmutableBuild.MSBuild;

namespace ImmutableBuild.Tests.MSBuild;

public sealed class CheckEntryTests
{
    private readonly FakeBuildEngine _engine = new();

    [Theory]
    [InlineData(null, "net10.0", null, null)]
    [InlineData("net8.0;net10.0", null, "net10.0", "net10.0")]
    [InlineData("net8.0; net10.0 ;", null, "NET10.0", "net10.0")]
    [InlineData("net10.0", null, null, "net10.0")]
    [InlineData("net8.0;net10.0", "net8.0", null, "net8.0")]
    public void One_framework_is_released(string? frameworks, string? framework, string? chosen, string? released)
    {
        var task = Task(frameworks, framework, chosen);

        task.Execute().ShouldBeTrue();
        task.ReleasedFramework.ShouldBe(released);
    }

    [Theory]
    [InlineData(null, "Set ImmutableTargetFramework")]
    [InlineData("net9.0", "'net9.0'")]
    public void Several_frameworks_need_a_choice_that_exists(string? chosen, string said)
    {
        Task("net8.0;net10.0", null, chosen).Execute().ShouldBeFalse();

        var error = _engine.Errors.ShouldHaveSingleItem();
        error.Code.ShouldBe("IMB1007");
        error.File.ShouldBe("/src/App.csproj");
        error.HelpLink.ShouldEndWith("imb1007");
        error.Message.ShouldNotBeNull().ShouldContain(said);
        error.Message.ShouldContain("net8.0, net10.0");
    }

    [Fact]
    public void A_solution_is_refused_with_the_command_that_works()
    {
        var task = Task(null, "net10.0", null);
        task.BuildingSolution = "true";
        task.SolutionFile = "/src/All.sln";

        task.Execute().ShouldBeFalse();
        _engine.Errors.ShouldHaveSingleItem().Message.ShouldNotBeNull().ShouldContain("dotnet build \"/src/App.csproj\" -t:Release");
    }

    [Theory]
    [InlineData("Image")]
    [InlineData("image")]
    public void An_image_is_named_on_the_command_line(string property)
    {
        _engine.GlobalProperties[property] = "registry.example/web:1.0";

        var task = Task(null, "net10.0", null);

        task.Execute().ShouldBeTrue();
        task.NamedImage.ShouldBe("registry.example/web:1.0");
    }

    [Fact]
    public void Without_that_none_is_named_whatever_properties_a_project_has()
    {
        _engine.GlobalProperties["ImageName"] = "other";

        Task(null, "net10.0", null).NamedImage.ShouldBeNull();
    }

    private CheckEntry Task(string? frameworks, string? framework, string? chosen) =>
        new() { BuildEngine = _engine, ProjectFile = "/src/App.csproj", TargetFrameworks = frameworks, TargetFramework = framework, ChosenFramework = chosen };
}
