using ImmutableBuild.Docker.Builds;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Tests.Docker.Builds;

public sealed class IgnoreFileTests
{
    [Theory]
    [InlineData("docs\n!docs/README.md", "docs/README.md", false)]
    [InlineData("docs/\n!docs/README.md", "docs/README.md", false)]
    [InlineData("docs/*\n!docs/README.md", "docs/README.md", false)]
    [InlineData("docs\n!docs/README.md", "docs/other.md", true)]
    [InlineData("!main.go\n*.go", "main.go", true)]
    [InlineData("*.go\n!main.go", "main.go", false)]
    [InlineData("**\n!util/docker/web", "util/docker/web/foo", false)]
    [InlineData("**\n!util/docker/web\nutil/docker/web/foo", "util/docker/web/foo", true)]
    [InlineData("**\n!dist/*.whl", "dist/a+b.whl", false)]
    [InlineData("*.md\n!README*.md\nREADME-secret.md", "README-secret.md", true)]
    [InlineData("*.md\nREADME-secret.md\n!README*.md", "README-secret.md", false)]
    public void The_last_pattern_that_matches_decides(string text, string path, bool ignored) => Parse(text).Ignores(path).ShouldBe(ignored);

    [Fact]
    public void Comments_empty_lines_and_spaces_around_say_nothing()
    {
        var file = Parse("\uFEFF# comment\r\n\r\n  bin  \r\n ! bin/keep \r\n #not-a-comment\r\n");

        file.Ignores("bin/App").ShouldBeTrue();
        file.Ignores("bin/keep").ShouldBeFalse();
        file.Ignores("# comment").ShouldBeFalse();
        file.Ignores("#not-a-comment").ShouldBeTrue("only in the first column '#' begins a comment");
        file.Ignores("src/bin").ShouldBeFalse("a pattern begins at the context's root");
    }

    [Fact]
    public void A_line_that_is_no_pattern_is_refused_with_its_place()
    {
        var fault = Should.Throw<ImmutableBuildException>(() => Parse("bin\n\n# a comment\nsrc/[a-\n"));

        fault.Code.ShouldBe("IMB2042");
        fault.Message.ShouldContain("src/[a-");
        (fault.Diagnostics[0].Location!.File, fault.Diagnostics[0].Location!.Line).ShouldBe(("here/.dockerignore", 4));
    }

    [Fact]
    public void A_directory_is_passed_over_unless_an_exception_may_bring_something_back()
    {
        Parse("docs\n!src/a").IgnoresAllWithin("docs").ShouldBeTrue();
        Parse("docs\n!docs/a").IgnoresAllWithin("docs").ShouldBeFalse();
        Parse("*\n!**/*.cs").IgnoresAllWithin("docs").ShouldBeFalse();
    }

    private static IgnoreFile Parse(string text) => IgnoreFile.Parse(text, "here/.dockerignore");
}
