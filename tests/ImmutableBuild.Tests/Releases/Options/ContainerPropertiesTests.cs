using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Releases.Options;

namespace ImmutableBuild.Tests.Releases.Options;

/// <summary>Each of the .NET SDK's container properties is honoured or refused; none is ignored.</summary>
public sealed class ContainerPropertiesTests
{
    [Fact]
    public void What_starts_the_app_is_taken_as_the_SDK_takes_it()
    {
        var bake = ReleaseOptionsParser.Parse(Raw(("ContainerAppCommandInstruction", "defaultargs")) with
        {
            Items =
            [
                new RawItem("ContainerEntrypoint", "/bin/init"), new RawItem("ContainerEntrypointArgs", "--"), new RawItem("ContainerAppCommand", "dotnet"),
                new RawItem("ContainerAppCommand", "/app/Shop.dll"), new RawItem("ContainerAppCommandArgs", "--a"), new RawItem("ContainerDefaultArgs", "--d"),
            ],
        }).Bake;

        bake.Entrypoint.ShouldBe(["/bin/init"]);
        bake.EntrypointArguments.ShouldBe(["--"]);
        bake.AppCommand.ShouldBe(["dotnet", "/app/Shop.dll"]);
        bake.Arguments.ShouldBe(["--a"]);
        bake.DefaultArguments.ShouldBe(["--d"]);
        bake.Instruction.ShouldBe(AppCommandInstruction.DefaultArgs);
    }

    [Fact]
    public void Tags_stand_beside_the_commits_own()
    {
        ReleaseOptionsParser.Parse(Raw(("ContainerImageTag", "1.2.3"))).Push.Tags.ShouldBe(["1.2.3"]);
        ReleaseOptionsParser.Parse(Raw(("ContainerImageTags", "1.2.3; stable-7 ;1.2.3"))).Push.Tags.ShouldBe(["1.2.3", "stable-7"]);
        ReleaseOptionsParser.Parse(Raw()).Push.Tags.ShouldBeEmpty();
    }

    [Fact]
    public void Descriptions_become_labels_and_a_label_of_the_same_name_wins()
    {
        var labels = ReleaseOptionsParser.Parse(Raw(("ContainerDescription", "A shop"), ("ContainerVendor", "Example"), ("ContainerVersion", "7")) with
        {
            Items = [new RawItem("ContainerLabel", "org.opencontainers.image.vendor", "Other")],
        }).Bake.Labels;

        labels.ShouldBe(new Dictionary<string, string>
        {
            ["org.opencontainers.image.description"] = "A shop",
            ["org.opencontainers.image.vendor"] = "Other",
            ["org.opencontainers.image.version"] = "7",
        }, ignoreOrder: true);
    }

    [Theory]
    [InlineData("IMB1001", "ContainerImageTag", "latest")]
    [InlineData("IMB1001", "ContainerImageTags", "1.0;Latest")]
    [InlineData("IMB1001", "ContainerImageTag", "no tag")]
    [InlineData("IMB1001", "ContainerAppCommandInstruction", "Cmd")]
    [InlineData("IMB1001", "ContainerWorkingDirectory", "app")]
    [InlineData("IMB1001", "ContainerWorkingDirectory", "/a/../b")]
    [InlineData("IMB1001", "ContainerUser", "a b")]
    [InlineData("IMB1001", "ContainerRepository", "Shop")]
    [InlineData("IMB1001", "ContainerRegistry", "https://example.com")]
    [InlineData("IMB1004", "ContainerAppCommandInstruction", "None")]
    [InlineData("IMB2017", "ContainerUser", "root")]
    [InlineData("IMB2015", "ContainerBaseImage", "mcr.microsoft.com/dotnet/aspnet")]
    [InlineData("IMB2015", "ContainerBaseImage", "mcr.microsoft.com/dotnet/aspnet:latest")]
    [InlineData("IMB5001", "ContainerBaseImage", "no reference")]
    [InlineData("IMB1012", "ContainerFamily", "alpine")]
    [InlineData("IMB1012", "ContainerImageFormat", "Docker")]
    [InlineData("IMB1012", "ContainerArchiveOutputPath", "image.tar.gz")]
    [InlineData("IMB1012", "LocalRegistry", "Docker")]
    [InlineData("IMB1012", "ContainerImageName", "shop")]
    [InlineData("IMB1012", "ContainerGenerateLabels", "false")]
    public void What_can_not_be_honoured_is_refused_before_anything_happens(string code, string name, string value)
    {
        var mistake = Should.Throw<ImmutableBuildException>(() => ReleaseOptionsParser.Parse(Raw((name, value)))).Diagnostics.Single();

        mistake.Code.ShouldBe(code);
        mistake.Message.ShouldContain(code == "IMB1004" ? name : value);
    }

    [Theory]
    [InlineData("ContainerImageFormat", "OCI")]
    [InlineData("ContainerGenerateLabels", "true")]
    [InlineData("ContainerBaseImage", "mcr.microsoft.com/dotnet/aspnet:10.0.1")]
    [InlineData("ContainerBaseImage", "oci:../base:1")]
    public void What_changes_nothing_is_let_pass(string name, string value) => ReleaseOptionsParser.Parse(Raw((name, value)));

    [Fact]
    public void A_family_means_nothing_beside_a_base_image_as_in_the_SDK() =>
        ReleaseOptionsParser.Parse(Raw(("ContainerFamily", "alpine"), ("ContainerBaseImage", "example.com/base:1")));

    [Fact]
    public void One_tag_and_several_are_one_too_many() =>
        Should.Throw<ImmutableBuildException>(() => ReleaseOptionsParser.Parse(Raw(("ContainerImageTag", "1"), ("ContainerImageTags", "2;3")))).Code.ShouldBe("IMB1004");

    [Theory]
    [InlineData("eu.example.com", "us.example.com; asia.example.com:5000", null)]
    [InlineData("eu.example.com", "us.example.com/path", "IMB1001")]
    [InlineData(null, "us.example.com", "IMB1004")]
    [InlineData("eu.example.com", "eu.example.com", "IMB1004")]
    [InlineData("eu.example.com", "us.example.com;us.example.com", "IMB1004")]
    public void Mirrors_are_other_registries_beside_the_one_that_is_run_from(string? registry, string mirrors, string? code)
    {
        var raw = registry is null ? Raw(("ImmutableMirrorRegistries", mirrors)) : Raw(("ContainerRegistry", registry), ("ImmutableMirrorRegistries", mirrors));
        if (code is null)
        {
            ReleaseOptionsParser.Parse(raw).Push.Mirrors.ShouldBe(["us.example.com", "asia.example.com:5000"]);
        }
        else
        {
            Should.Throw<ImmutableBuildException>(() => ReleaseOptionsParser.Parse(raw)).Code.ShouldBe(code);
        }
    }

    private static RawOptions Raw(params (string Name, string Value)[] properties) => new()
    {
        Project = new ProjectFacts("Shop", Path.GetTempPath(), ListensOnHttp: true),
        Properties = properties.ToImmutableDictionary(pair => pair.Name, pair => pair.Value, StringComparer.OrdinalIgnoreCase),
    };
}
