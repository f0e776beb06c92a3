using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Releases.Options;

namespace ImmutableBuild.Tests.Releases.Options;

public sealed class DockerfileOptionsTests
{
    private static readonly string s_project = Path.GetFullPath("/src/shop");

    [Fact]
    public void Without_the_option_the_image_is_made_of_the_publish_output()
    {
        ReleaseOptionsParser.Parse(Raw([])).Bake.Dockerfile.ShouldBeNull();
        ReleaseOptionsParser.Parse(Raw([("ImmutableBake", "publish")])).Bake.Dockerfile.ShouldBeNull();
    }

    [Fact]
    public void Dockerfile_and_context_are_the_projects_by_default_and_no_base_image_is_asked_for()
    {
        var options = ReleaseOptionsParser.Parse(Raw([("ImmutableBake", "dockerfile"), ("ImmutableTarget", "docker"), ("ImmutableKeyFile", "key.pem")]));

        var dockerfile = options.Bake.Dockerfile.ShouldNotBeNull();
        (dockerfile.File, dockerfile.Context, dockerfile.Target).ShouldBe((Path.Combine(s_project, "Dockerfile"), s_project, null));
        dockerfile.Arguments.ShouldBeEmpty();
    }

    [Fact]
    public void Paths_are_the_projects_and_arguments_are_taken()
    {
        var dockerfile = ReleaseOptionsParser.Parse(
            Raw([("ImmutableBake", "dockerfile"), ("ImmutableDockerfile", "build/App.Dockerfile"), ("ImmutableDockerContext", ".."), ("ImmutableDockerTarget", "final")]) with
            {
                Items = [new RawItem("ImmutableBuildArgument", "VERSION", "1.2"), new RawItem("ImmutableBuildArgument", "EMPTY")],
            }).Bake.Dockerfile!;

        (dockerfile.File, dockerfile.Context, dockerfile.Target).ShouldBe((Path.Combine(s_project, "build", "App.Dockerfile"), Path.GetDirectoryName(s_project), "final"));
        dockerfile.Arguments.ShouldBe(new Dictionary<string, string> { ["VERSION"] = "1.2", ["EMPTY"] = "" }, ignoreOrder: true);
    }

    [Theory]
    [InlineData("ContainerBaseImage", "mcr.microsoft.com/dotnet/aspnet:10.0", "FROM")]
    [InlineData("ImmutableLockFile", "other.json", "FROM")]
    [InlineData("ImmutableMaxBaseAge", "30", "FROM")]
    [InlineData("ContainerUser", "app", "USER")]
    [InlineData("ContainerWorkingDirectory", "/srv", "WORKDIR")]
    [InlineData("ContainerAppCommandInstruction", "Entrypoint", "ENTRYPOINT")]
    public void A_property_that_the_Dockerfile_decides_is_refused(string name, string value, string instead) => Refused(Raw([("ImmutableBake", "dockerfile"), (name, value)]), name).ShouldContain(instead);

    [Theory]
    [InlineData("ContainerEnvironmentVariable", "ENV")]
    [InlineData("ImmutableLayer", "steps")]
    [InlineData("ContainerAppCommand", "CMD")]
    [InlineData("ContainerAppCommandArgs", "CMD")]
    [InlineData("ContainerEntrypoint", "ENTRYPOINT")]
    [InlineData("ContainerEntrypointArgs", "ENTRYPOINT")]
    [InlineData("ContainerDefaultArgs", "CMD")]
    public void An_item_that_the_Dockerfile_decides_is_refused(string item, string instead) =>
        Refused(Raw([("ImmutableBake", "dockerfile")]) with { Items = [new RawItem("ContainerEntrypoint", "/x"), new RawItem(item, "models", "*.onnx")] }, item).ShouldContain(instead);

    [Theory]
    [InlineData("ImmutableDockerfile")]
    [InlineData("ImmutableDockerContext")]
    [InlineData("ImmutableDockerTarget")]
    public void Without_a_Dockerfile_its_own_options_are_refused(string name) => Refused(Raw([(name, "x")]), name).ShouldContain("ImmutableBake=dockerfile");

    [Theory]
    [InlineData("ContainerRuntimeIdentifier")]
    [InlineData("ContainerRuntimeIdentifiers")]
    public void A_platform_is_the_engines_to_choose(string name)
    {
        ReleaseOptionsParser.Parse(Raw([(name, "linux-x64")]));
        Should.Throw<ImmutableBuildException>(() => ReleaseOptionsParser.Parse(Raw([("ImmutableBake", "dockerfile"), (name, "linux-x64")]))).Code.ShouldBe("IMB1012");
    }

    [Fact]
    public void An_argument_without_a_Dockerfile_or_without_a_name_is_refused()
    {
        var items = ImmutableArray.Create(new RawItem("ImmutableBuildArgument", "NAME", "1"));
        Refused(Raw([]) with { Items = items }, "ImmutableBuildArgument").ShouldContain("ImmutableBake=dockerfile");
        Should.Throw<ImmutableBuildException>(() => ReleaseOptionsParser.Parse(Raw([("ImmutableBake", "dockerfile")]) with { Items = [new RawItem("ImmutableBuildArgument", "A=b")] }))
            .Code.ShouldBe("IMB1001");
    }

    private static string Refused(RawOptions raw, string name)
    {
        var refusals = Should.Throw<ImmutableBuildException>(() => ReleaseOptionsParser.Parse(raw)).Diagnostics.Where(diagnostic => diagnostic.Code == "IMB1004");
        return refusals.Select(diagnostic => diagnostic.Message).First(message => message.Contains(name, StringComparison.Ordinal));
    }

    private static RawOptions Raw((string Name, string Value)[] properties) => new()
    {
        Project = new ProjectFacts("Shop", s_project, true),
        Properties = properties.ToImmutableDictionary(pair => pair.Name, pair => pair.Value, StringComparer.OrdinalIgnoreCase),
    };
}
