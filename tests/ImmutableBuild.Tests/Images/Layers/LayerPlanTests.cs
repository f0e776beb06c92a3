using ImmutableBuild.Errors;
using ImmutableBuild.Images.Layers;

namespace ImmutableBuild.Tests.Images.Layers;

public sealed class LayerPlanTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Files_go_into_layers_by_their_origin()
    {
        var plan = LayerPlan.Make(PublishOutput.Write(_directory["out"]), "Web");

        plan.Select(layer => $"{layer.Name}: {string.Join(' ', layer.Files.Select(file => file.Path))}").ShouldBe([
            "runtime: System.Runtime.dll libcoreclr.so",
            "packages: Json.dll Json.pdb de/Json.resources.dll",
            "projects: Shared.dll Shared.xml",
            "static: wwwroot/.well-known/security.txt wwwroot/index.html",
            "host: Web Web.deps.json appsettings.json run.sh",
            "app: Web.dll Web.pdb",
        ]);
    }

    [Fact]
    public void Files_that_the_user_names_have_layers_of_their_own()
    {
        CustomLayer[] custom = [new("texts", ["wwwroot/*.txt", "*.json"]), new("web", ["wwwroot/*"]), new("nothing", ["*.onnx"])];

        var plan = LayerPlan.Make(PublishOutput.Write(_directory["out"]), "Web", [.. custom]);

        plan.Select(layer => $"{layer.Name}: {string.Join(' ', layer.Files.Select(file => file.Path))}").ShouldBe([
            "runtime: System.Runtime.dll libcoreclr.so",
            "packages: Json.dll Json.pdb de/Json.resources.dll",
            "texts: Web.deps.json appsettings.json wwwroot/.well-known/security.txt",
            "web: wwwroot/index.html",
            "projects: Shared.dll Shared.xml",
            "host: Web run.sh",
            "app: Web.dll Web.pdb",
        ]);
    }

    [Fact]
    public void What_the_app_compiles_to_is_its_own_in_every_language_and_nothing_that_only_looks_like_it()
    {
        (string, string)[] files = [("Web.dll", "x"), ("de/Web.resources.dll", "x"), ("Web.xml", "x"), ("Web.Data.dll", "y"), ("Web.runtimeconfig.json", "y"), ("data/Web.json", "y")];

        var plan = LayerPlan.Make(PublishOutput.Write(_directory["out"], files), "Web.dll");

        plan.Select(layer => $"{layer.Name}: {string.Join(' ', layer.Files.Select(file => file.Path))}").ShouldBe([
            "host: Web.Data.dll Web.runtimeconfig.json data/Web.json",
            "app: Web.dll Web.xml de/Web.resources.dll",
        ]);
    }

    [Fact]
    public void An_executable_that_the_app_is_within_is_the_app()
    {
        var plan = LayerPlan.Make(PublishOutput.Write(_directory["out"], [("Web", "x"), ("Web.dbg", "x"), ("libsql.so", "y")]), "Web");

        plan.Select(layer => $"{layer.Name}: {string.Join(' ', layer.Files.Select(file => file.Path))}").ShouldBe(["host: libsql.so", "app: Web Web.dbg"]);
    }

    [Fact]
    public void Platform_specific_assets_of_a_portable_app_belong_to_their_package()
    {
        var json = """{"runtimeTarget":{"name":"t"},"targets":{"t":{"Web/1":{},"Sql/1":{"runtimeTargets":{"runtimes/linux-x64/native/libsql.so":{}}}}},"libraries":{"Web/1":{"type":"project"},"Sql/1":{"type":"package"}}}""";
        var plan = LayerPlan.Make(PublishOutput.Write(_directory["out"], [("Web.dll", "x"), ("Web.deps.json", json), ("runtimes/linux-x64/native/libsql.so", "s")]), "Web.dll");

        plan.Select(layer => layer.Name).ShouldBe(["packages", "host", "app"]);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{}")]
    [InlineData("""{"runtimeTarget":{"name":5},"libraries":[],"targets":{}}""")]
    public void Damaged_dependencies_are_an_error(string json)
    {
        PublishOutput.Write(_directory["out"], [("Web.deps.json", json)]);

        Should.Throw<ImmutableBuildException>(() => LayerPlan.Make(_directory["out"], "Web")).Code.ShouldBe("IMB2013");
    }

    [Fact]
    public void An_empty_or_missing_output_is_an_error()
    {
        Should.Throw<ImmutableBuildException>(() => LayerPlan.Make(_directory["none"], "Web")).Code.ShouldBe("IMB2010");
        Directory.CreateDirectory(_directory["empty"]);
        Should.Throw<ImmutableBuildException>(() => LayerPlan.Make(_directory["empty"], "Web")).Code.ShouldBe("IMB2010");
    }

    [Fact]
    public void Links_that_lead_outside_are_refused_and_those_within_are_files()
    {
        PublishOutput.Write(_directory["out"]);
        File.CreateSymbolicLink(Path.Combine(_directory["out"], "inside"), Path.Combine(_directory["out"], "Web.dll"));
        LayerPlan.Make(_directory["out"], "Web").Single(layer => layer.Name == "host").Files.ShouldContain(file => file.Path == "inside");

        File.WriteAllText(_directory["secret"], "secret");
        File.CreateSymbolicLink(Path.Combine(_directory["out"], "outside"), _directory["secret"]);
        Should.Throw<ImmutableBuildException>(() => LayerPlan.Make(_directory["out"], "Web")).Code.ShouldBe("IMB2011");
    }

    [Fact]
    public void A_linked_directory_is_refused()
    {
        PublishOutput.Write(_directory["out"]);
        Directory.CreateSymbolicLink(Path.Combine(_directory["out"], "linked"), _directory.Path);

        Should.Throw<ImmutableBuildException>(() => LayerPlan.Make(_directory["out"], "Web")).Code.ShouldBe("IMB2011");
    }
}
