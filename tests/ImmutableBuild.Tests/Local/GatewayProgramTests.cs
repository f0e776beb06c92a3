using ImmutableBuild.Local;
using ImmutableBuild.Local.Gateways;
using ImmutableBuild.Tests.Images;

namespace ImmutableBuild.Tests.Local;

public sealed class GatewayProgramTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly LocalLayout _layout;
    private readonly string _program;

    public GatewayProgramTests()
    {
        _layout = new LocalLayout(_directory["data"]);
        _program = _directory["package/Gw.dll"];
        Directory.CreateDirectory(_directory["package"]);
        Write("Gw.dll", "program");
        Write("Gw.runtimeconfig.json", "{}");
        Write("Gw.deps.json", """{"targets":{".NETCoreApp,Version=v10.0":{"Gw/1.0.0":{"runtime":{"Gw.dll":{}}},"Lib/1.0.0":{"runtime":{"lib/net10.0/Lib.dll":{}}},"None/1.0.0":{}}}}""");
        Write("Lib.dll", "library");
        Write("Unrelated.dll", "not of the gateway");
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void It_is_kept_with_what_it_needs_and_nothing_else()
    {
        var kept = new GatewayProgram(_layout, _program).Keep();

        Path.GetFileName(kept).ShouldBe("Gw.dll");
        Directory.GetFiles(Path.GetDirectoryName(kept)!).Select(Path.GetFileName).Order(StringComparer.Ordinal)
            .ShouldBe(["Gw.deps.json", "Gw.dll", "Gw.runtimeconfig.json", "Lib.dll"]);
    }

    [Fact]
    public void Another_build_of_it_is_kept_beside_the_one_that_may_run()
    {
        var first = new GatewayProgram(_layout, _program).Keep();
        Write("Lib.dll", "library, changed");
        var second = new GatewayProgram(_layout, _program).Keep();

        second.ShouldNotBe(first);
        File.Exists(first).ShouldBeTrue();
        new GatewayProgram(_layout, _program).Keep().ShouldBe(second);
        Directory.GetDirectories(_layout.Gateways).Length.ShouldBe(2);
    }

    [Fact]
    public void A_copy_that_a_power_cut_left_without_content_is_mended()
    {
        var kept = new GatewayProgram(_layout, _program).Keep();
        var library = Path.Combine(Path.GetDirectoryName(kept)!, "Lib.dll");
        File.WriteAllBytes(library, []);
        File.Delete(kept);

        new GatewayProgram(_layout, _program).Keep().ShouldBe(kept);

        (File.ReadAllText(kept), File.ReadAllText(library)).ShouldBe(("program", "library"));
        Directory.GetFiles(Path.GetDirectoryName(kept)!).Length.ShouldBe(4);
    }

    private void Write(string name, string content) => File.WriteAllText(_directory[$"package/{name}"], content);
}
