using ImmutableBuild.Tool;

namespace ImmutableBuild.Tests.Tool;

public sealed class BuildErrorsTests
{
    [Fact]
    public void An_error_of_several_lines_is_one_and_its_repetition_none()
    {
        string[] error =
        [
            "/src/Shop.csproj : error IMB7001: The new generation never became healthy. [/src/Shop.csproj]",
            "/src/Shop.csproj : error IMB7001:   this is version three [/src/Shop.csproj]",
        ];
        string[] other =
        [
            "/src/Shop.csproj(7,5): error IMB1001: ImmutableSoak is 'soon'. [/src/Shop.csproj]",
            "/src/Shop.csproj(8,5): error IMB1001: ImmutableKeep is 'none'. [/src/Shop.csproj]",
        ];

        Read([.. error, "  Something else", .. other, "Build FAILED.", .. error, .. other]).ShouldBe(
        [
            ("IMB7001", "The new generation never became healthy.\n  this is version three"),
            ("IMB1001", "ImmutableSoak is 'soon'."),
            ("IMB1001", "ImmutableKeep is 'none'."),
        ]);
    }

    [Fact]
    public void Warnings_and_other_lines_are_none() =>
        Read(["/src/Shop.csproj : warning IMB1106: A dirty tree. [/src/Shop.csproj]", "    0 Error(s)", "error: none of ours"]).ShouldBeEmpty();

    private static IEnumerable<(string, string)> Read(string[] lines)
    {
        var errors = new BuildErrors();
        Array.ForEach(lines, errors.Read);
        return errors.All.Select(error => (error.Code, error.Message));
    }
}
