using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Releases.Options;
using ImmutableBuild.Shells;

namespace ImmutableBuild.Tests.Shells;

/// <summary>What a project says of itself to a shell in another process, and what that shell says beside it.</summary>
public sealed class ProjectDescriptionTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("describe ").FullName;

    private string File => Path.Combine(_directory, "temp", "project.json");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task It_is_read_as_it_was_written_and_gives_the_options_of_the_project()
    {
        await ProjectDescriptionFile.WriteAsync(Description(), File, Ct);

        var options = ReleaseOptionsParser.Parse((await ProjectDescriptionFile.ReadAsync(File, Ct)).Raw(OptionSettings.None, _ => null));

        (options.App.App, options.App.Environment, options.Rollout.Keep).ShouldBe(("shop", "staging", 2));
        options.Runtime.Environment["GREETING"].ShouldBe("grüß; Gott");
    }

    [Fact]
    public async Task What_the_shell_was_told_wins_and_adds()
    {
        await ProjectDescriptionFile.WriteAsync(Description(), File, Ct);
        var settings = OptionSettings.None.Set(OptionCatalogue.Keep, "1").Set("immutableenvironment", "production").Set(OptionCatalogue.Soak, null).Add(OptionCatalogue.InstanceVariable, "COLOUR", "green");

        var options = ReleaseOptionsParser.Parse((await ProjectDescriptionFile.ReadAsync(File, Ct)).Raw(settings, _ => null));

        (options.App.Environment, options.Rollout.Keep).ShouldBe(("production", 1));
        options.Runtime.Environment.Keys.ShouldBe(["COLOUR", "GREETING"]);
    }

    [Fact]
    public void An_option_that_there_is_not_is_refused() =>
        Should.Throw<ImmutableBuildException>(() => OptionSettings.None.Set("ImmutableSoke", "1s")).Code.ShouldBe("IMB1504");

    [Fact]
    public async Task A_mistake_is_told_with_the_place_in_the_project()
    {
        await ProjectDescriptionFile.WriteAsync(Description() with { Properties = Description().Properties.SetItem("ImmutableKeep", "many") }, File, Ct);
        var description = await ProjectDescriptionFile.ReadAsync(File, Ct);

        var refusal = Should.Throw<ImmutableBuildException>(() => ReleaseOptionsParser.Parse(description.Raw(OptionSettings.None, _ => null)));

        refusal.Diagnostics.ShouldHaveSingleItem().Location.ShouldBe(new SourceLocation("/src/Shop.csproj", 7, 5));
    }

    [Fact]
    public async Task Packages_of_two_versions_do_not_work_together()
    {
        await ProjectDescriptionFile.WriteAsync(Description() with { Version = "0.0.9.0" }, File, Ct);

        var refusal = await Should.ThrowAsync<ImmutableBuildException>(() => ProjectDescriptionFile.ReadAsync(File, Ct));

        refusal.Code.ShouldBe("IMB1503");
        refusal.Message.ShouldContain("0.0.9.0");
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{ \"version\": null }")]
    [InlineData("[[[[[[[[")]
    public async Task A_damaged_one_is_refused(string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        await System.IO.File.WriteAllTextAsync(File, content, Ct);

        (await Should.ThrowAsync<ImmutableBuildException>(() => ProjectDescriptionFile.ReadAsync(File, Ct))).Code.ShouldBe("IMB1503");
    }

    [Fact]
    public async Task One_that_is_missing_is_refused() =>
        (await Should.ThrowAsync<ImmutableBuildException>(() => ProjectDescriptionFile.ReadAsync(File, Ct))).Code.ShouldBe("IMB1503");

    [Fact]
    public void A_value_begins_no_other_property() =>
        DotnetBuild.Property(new("ImmutableCanarySteps", "10,50;x=100%")).ShouldBe("-p:ImmutableCanarySteps=10%2C50%3Bx=100%25");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static ProjectDescription Description() => new()
    {
        Version = ProjectDescription.OwnVersion,
        ProjectFile = "/src/Shop.csproj",
        WorkDirectory = "/src/obj/immutable",
        GatewayProgram = "/gateway.dll",
        ListensOnHttp = true,
        Properties = ImmutableSortedDictionary<string, string>.Empty.Add("ImmutableEnvironment", "staging").Add("ImmutableKeep", "2"),
        Items = [new RawItem("ImmutableEnvironmentVariable", "GREETING", "grüß; Gott")],
        Places = ImmutableSortedDictionary<string, SourceLocation>.Empty.Add("ImmutableKeep", new SourceLocation("/src/Shop.csproj", 7, 5)),
    };
}
