using ImmutableBuild.Errors;
using ImmutableBuild.Releases.Source;
using ImmutableBuild.Tests.Images;

namespace ImmutableBuild.Tests.Releases.Source;

public sealed class LockComparisonTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void What_is_locked_and_nothing_else_is_in_order()
    {
        var compared = Compare(
            """{"net10.0":{"Alpha":{"type":"Direct","requested":"[1.*, )","resolved":"1.0.0","contentHash":"a"},"My.Library":{"type":"Project"}},"net10.0/linux-x64":{}}""",
            ["net10.0", "net10.0/linux-x64"], ("alpha", "1.0.0", "a"));

        compared.Differences.ShouldBeEmpty();
        compared.NotLocked.ShouldBeEmpty();
    }

    [Fact]
    public void Another_version_another_content_a_new_and_an_unused_package_are_each_named_once()
    {
        var compared = Compare(
            """{"net10.0":{"Alpha":{"type":"Direct","resolved":"1.0.0","contentHash":"a"},"Beta":{"type":"Transitive","resolved":"2.0.0","contentHash":"b"},"Gone":{"type":"Direct","resolved":"3.0.0","contentHash":"c"}}}""",
            ["net10.0", "net10.0/linux-x64"], ("Alpha", "1.1.0", "a"), ("Beta", "2.0.0", "other"), ("New", "4.0.0", "d"));

        compared.Differences.ShouldBe(
            [
                "Alpha is 1.1.0, and 1.0.0 in it", "Beta 2.0.0 has another content than the package that was locked",
                "New 4.0.0 is not in it", "Gone 3.0.0 is in it, and not used",
            ]);
    }

    [Fact]
    public void A_package_for_the_runtime_alone_is_a_difference_only_where_the_runtime_is_covered()
    {
        const string Locked = """{"net10.0":{}}""";
        const string Covering = """{"net10.0":{},"net10.0/linux-x64":{}}""";

        Compare(Locked, ["net10.0/linux-x64"], ("runtime.native", "1.0.0", "a")).ShouldSatisfyAllConditions(
            compared => compared.Differences.ShouldBeEmpty(),
            compared => compared.NotLocked.ShouldBe(["runtime.native 1.0.0"]));
        Compare(Covering, ["net10.0/linux-x64"], ("runtime.native", "1.0.0", "a")).Differences.ShouldBe(["runtime.native 1.0.0 is not in it"]);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("""{"version":1}""")]
    [InlineData("""{"dependencies":{"net10.0":{"Alpha":{}}}}""")]
    public void What_is_no_lock_file_is_IMB1403(string content)
    {
        File.WriteAllText(_directory["packages.lock.json"], content);

        Should.Throw<ImmutableBuildException>(() => PackageSet.OfLockFile(_directory["packages.lock.json"])).Code.ShouldBe("IMB1403");
    }

    private LockComparison Compare(string locked, string[] targets, params (string Id, string Version, string Hash)[] restored)
    {
        File.WriteAllText(_directory["packages.lock.json"], $$"""{"version":1,"dependencies":{{locked}}}""");
        var packages = string.Join(',', restored.Select(package => $$"""
            "{{package.Id}}/{{package.Version}}":{"type":"package"}
            """));
        var libraries = string.Join(',', restored.Select(package => $$"""
            "{{package.Id}}/{{package.Version}}":{"sha512":"{{package.Hash}}"}
            """));
        var bodies = string.Join(',', targets.Select(target => $$"""
            "{{target}}":{ {{packages}} }
            """));
        File.WriteAllText(_directory["project.assets.json"], $$"""{"targets":{ {{bodies}} },"libraries":{ {{libraries}} } }""");
        return LockComparison.Of(PackageSet.OfLockFile(_directory["packages.lock.json"]), PackageSet.OfAssets(_directory["project.assets.json"]));
    }
}
