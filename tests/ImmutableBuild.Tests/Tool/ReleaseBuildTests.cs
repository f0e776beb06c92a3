using ImmutableBuild.Releases;
using ImmutableBuild.Tool;

namespace ImmutableBuild.Tests.Tool;

public sealed class ReleaseBuildTests
{
    [Theory]
    [InlineData("  Compile       5.23 s  commit 3f2a9c41d07b, linux-x64", StageName.Bake)]
    [InlineData("  Deploy        0.36 s  3f2a9c41d07b-0c1d2e3f", StageName.HealthGate)]
    public void The_line_of_a_stage_says_which_is_next(string line, StageName next) => ReleaseBuild.NextStage(line).ShouldBe(next);

    [Theory]
    [InlineData("  DestroyOld    1.02 s  1 destroyed")]
    [InlineData("  WebApi -> /tmp/WebApi.dll")]
    [InlineData("Time Elapsed 00:00:03.12")]
    public void Other_lines_say_nothing(string line) => ReleaseBuild.NextStage(line).ShouldBeNull();
}
