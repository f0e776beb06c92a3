using ImmutableBuild.Releases.Source;

namespace ImmutableBuild.Tests.Releases.Source;

/// <summary>Which changes of a commit have its packages restored again.</summary>
public sealed class RestoreSourcesTests
{
    private const string Project = "100644 blob 1111111111111111111111111111111111111111\tsrc/app.csproj\0";

    [Theory]
    [InlineData("src/Program.cs")]
    [InlineData("src/Pages/Index.cshtml")]
    [InlineData("src/wwwroot/logo.PNG")]
    [InlineData("README.md")]
    public void What_is_compiled_or_served_decides_nothing(string path) => Digest(Project + Entry('2', path)).ShouldBe(Digest(Project + Entry('3', path)));

    [Theory]
    [InlineData("src/app.csproj")]
    [InlineData("Directory.Packages.props")]
    [InlineData("nuget.config")]
    [InlineData("global.json")]
    [InlineData("packages.lock.json")]
    [InlineData("Directory.Build.rsp")]
    [InlineData("eng/versions")]
    [InlineData("eng/a.cs/versions.xml")]
    public void All_else_may(string path) => Digest(Entry('2', path)).ShouldNotBe(Digest(Entry('3', path)));

    [Fact]
    public void A_file_that_comes_or_goes_counts() => Digest(Project).ShouldNotBe(Digest(Project + Entry('2', "Directory.Build.props")));

    private static string Entry(char content, string path) => $"100644 blob {new string(content, 40)}\t{path}\0";

    private static string Digest(string tree) => RestoreSources.DigestOf(tree).ToString();
}
