using ImmutableBuild.Errors;
using ImmutableBuild.Images;

namespace ImmutableBuild.Tests.Images;

/// <summary>What Bake makes no image of.</summary>
public sealed class BakeRefusalTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("root")]
    [InlineData("0")]
    [InlineData("00:1654")]
    [InlineData("")]
    [InlineData("root:app")]
    [Trait("SdkDefect", "root-user")]
    public async Task Root_is_refused(string user) =>
        (await Refusal(new BakeOptions { User = user })).Code.ShouldBe("IMB2017");

    [Fact]
    public async Task Properties_of_a_wrong_form_are_refused()
    {
        (await Refusal(new BakeOptions { Ports = ["70000"] })).Code.ShouldBe("IMB2019");
        (await Refusal(new BakeOptions { Ports = ["80/icmp"] })).Code.ShouldBe("IMB2019");
        (await Refusal(new BakeOptions { WorkingDirectory = "app" })).Code.ShouldBe("IMB2019");
        (await Refusal(new BakeOptions { WorkingDirectory = "/a/../b" })).Code.ShouldBe("IMB2019");
        (await Refusal(new BakeOptions { User = "a b" })).Code.ShouldBe("IMB2019");
    }

    [Fact]
    public async Task A_framework_dependent_app_needs_a_base_image()
    {
        var compile = Baking.Compile(PublishOutput.Write(_directory["out"])).Published(output => output with { SelfContained = false });

        (await Should.ThrowAsync<ImmutableBuildException>(() => Baking.RunAsync(_directory, compile))).Code.ShouldBe("IMB2018");
    }

    [Fact]
    public async Task An_output_without_its_program_is_refused()
    {
        var compile = Baking.Compile(PublishOutput.Write(_directory["out"])).Published(output => output with { EntryPoint = "Other" });

        (await Should.ThrowAsync<ImmutableBuildException>(() => Baking.RunAsync(_directory, compile))).Code.ShouldBe("IMB2010");
    }

    private async Task<ImmutableBuildException> Refusal(BakeOptions bake)
    {
        var compile = Baking.Compile(PublishOutput.Write(_directory["out"]));
        return await Should.ThrowAsync<ImmutableBuildException>(() => Baking.RunAsync(_directory, compile, options: Baking.Options(_directory) with { Bake = bake }));
    }
}
