using ImmutableBuild.Docker.Images;
using ImmutableBuild.Errors;
using ImmutableBuild.Tests.Images;

namespace ImmutableBuild.Tests.Docker.Images;

public sealed class GatewayFilesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void What_lies_beside_the_gateway_is_not_of_its_image()
    {
        var files = GatewayFiles.Find(AppContext.BaseDirectory);
        var paths = files.Layers.SelectMany(layer => layer.Files).Select(file => file.Path).ToList();
        paths.ShouldContain("ImmutableBuild.Gateway.dll");
        paths.ShouldContain("ImmutableBuild.Gateway.deps.json");
        paths.ShouldContain("ImmutableBuild.Gateway.runtimeconfig.json");
        paths.ShouldContain("ImmutableBuild.Core.dll");
        paths.ShouldContain("Polly.Core.dll");
        paths.ShouldNotContain("ImmutableBuild.Tests.dll");
        paths.ShouldNotContain("Shouldly.dll");
        paths.ShouldAllBe(path => !path.EndsWith(".pdb", StringComparison.Ordinal));
        files.Layers.Select(layer => layer.Name).ShouldBe(["packages", "projects", "host", "app"]);
        files.Version!.ShouldStartWith("0.1.0");
    }

    [Theory]
    [InlineData("ImmutableBuild.Gateway.dll")]
    [InlineData("ImmutableBuild.Gateway.deps.json")]
    [InlineData("ImmutableBuild.Gateway.runtimeconfig.json")]
    public void A_gateway_that_is_not_whole_is_refused(string missing)
    {
        foreach (var name in new[] { "ImmutableBuild.Gateway.dll", "ImmutableBuild.Gateway.deps.json", "ImmutableBuild.Gateway.runtimeconfig.json" }.Where(name => name != missing))
        {
            File.Copy(Path.Combine(AppContext.BaseDirectory, name), _directory[name]);
        }

        var fault = Should.Throw<ImmutableBuildException>(() => GatewayFiles.Find(_directory.Path));
        fault.Code.ShouldBe("IMB6222");
        fault.Message.ShouldContain(missing);
    }
}
