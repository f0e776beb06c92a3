using ImmutableBuild.AcceptanceTests.Infrastructure;

namespace ImmutableBuild.AcceptanceTests;

public sealed class MovedSourceTests(PackedPackage package)
{
    [Fact]
    [Trait("Fault", "F35")]
    public async Task A_commit_made_while_the_project_is_published_is_no_label_for_what_was_published()
    {
        await using var repository = new ScratchRepository(package);
        WebApp.Write(repository, "v");
        repository.Write("Directory.Build.targets", """
            <Project>
              <Target Name="CommitMeanwhile" AfterTargets="Publish">
                <Exec Command="git commit -q --allow-empty -m meanwhile" />
              </Target>
            </Project>
            """);
        await repository.CommitAsync();
        var before = await repository.GitAsync("rev-parse", "HEAD");

        var refused = await repository.BuildAsync(WebApp.Project, "Bake");

        refused.ShouldFailWith("IMB1107").ShouldSay(before).ShouldSay(await repository.GitAsync("rev-parse", "HEAD"));
        refused.ShouldNotSay("  Bake ");
    }
}
