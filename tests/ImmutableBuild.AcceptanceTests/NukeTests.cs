using System.Text.RegularExpressions;
using ImmutableBuild.AcceptanceTests.Infrastructure;

namespace ImmutableBuild.AcceptanceTests;

/// <summary>A user's build class over the packed components, on the stand-in for NUKE: the same text compiles with NUKE.</summary>
public sealed partial class NukeTests(PackedPackage package)
{
    [Fact]
    public async Task A_build_class_releases_puts_traffic_back_when_its_own_check_fails_and_rolls_back()
    {
        await using var repository = new ScratchRepository(package);
        WebApp.Write(repository, "one", "<ImmutableKeep>1</ImmutableKeep>", "<ImmutableSecret Include=\"API_KEY\" />");
        var build = await NukeBuild.WriteAsync(package, repository, WebApp.Project, """
                [Parameter("A key of the app's"), Secret] readonly string ApiKey = null!;
                [Parameter("What the check expects")] readonly string Expected = "";

                IReadOnlyDictionary<string, string?> IHazRelease.SecretValues => new Dictionary<string, string?> { ["API_KEY"] = ApiKey };

                Target Smoke => _ => _
                    .DependsOn<IHealthGate>()
                    .DependentFor<IDestroyOld>()
                    .Executes(async () =>
                    {
                        using var client = new HttpClient();
                        var found = await client.GetStringAsync(((IHazRecord)this).Url);
                        Assert.True(found == Expected, $"expected {Expected}, found {found}");
                    });
            """);
        await repository.CommitAsync();

        // What the first run makes has no place in git, so nothing stands in the way of a release.
        var first = (await build.RunAsync("Release", "--api-key", "correct horse", "--expected", "one")).ShouldSucceed();
        var url = UrlIn(first);
        (await WebApp.GetAsync(url)).ShouldBe("one");
        (await WebApp.GetAsync(url, "env/API_KEY")).ShouldBe("correct horse");
        first.ShouldNotSay("correct horse").ShouldSay("RequestsLost: 0");
        (await repository.GitAsync("status", "--porcelain")).ShouldBeEmpty();

        // The check fails with all traffic on the new generation: the old one has it again, and the new one is a failed one that is gone, whatever is kept.
        WebApp.WriteProgram(repository, "two");
        await repository.CommitAsync();
        var failed = await build.RunAsync("Release", "--api-key", "correct horse", "--expected", "three");
        failed.ExitCode.ShouldNotBe(0);
        failed.ShouldSay("expected three, found two").ShouldSay("Outcome: RoutedBack");
        (await WebApp.GetAsync(url)).ShouldBe("one");
        repository.Generations().ShouldHaveSingleItem();
        (await repository.BuildAsync(WebApp.Project, "History")).ShouldSucceed().ShouldSay("The check Smoke failed on generation").ShouldSay("Rollback");

        // Another job has the record alone, and goes on stage by stage.
        (await build.RunAsync("Deploy", "--api-key", "correct horse")).ShouldSucceed();
        (await build.RunAsync("HealthGate", "--skip", "--api-key", "correct horse")).ShouldSucceed();
        (await build.RunAsync("DestroyOld", "--skip", "--api-key", "correct horse")).ShouldSucceed().ShouldSay("Kept: 1");
        (await WebApp.GetAsync(url)).ShouldBe("two");

        // A workflow's run is told as by MSBuild's tasks.
        repository.SetVariable("GITHUB_ACTIONS", "true");
        repository.SetVariable("GITHUB_OUTPUT", repository.PathOf("bin/output.txt"));
        repository.SetVariable("GITHUB_STEP_SUMMARY", repository.PathOf("bin/summary.md"));
        repository.Write("bin/output.txt", "");
        repository.Write("bin/summary.md", "");
        (await build.RunAsync("Rollback")).ShouldSucceed();
        (await WebApp.GetAsync(url)).ShouldBe("one");
        File.ReadAllText(repository.PathOf("bin/output.txt")).ShouldContain("generation");
        File.ReadAllText(repository.PathOf("bin/summary.md")).ShouldContain(url.ToString().TrimEnd('/'));
        (await build.RunAsync("Stop")).ShouldSucceed();
    }

    [Fact]
    public async Task A_project_without_the_package_is_told_what_is_missing()
    {
        await using var repository = new ScratchRepository(package);
        repository.Write("App.csproj", "<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><TargetFramework>net10.0</TargetFramework><OutputType>Exe</OutputType></PropertyGroup></Project>");
        var build = await NukeBuild.WriteAsync(package, repository, "App.csproj", "");
        await repository.CommitAsync();

        var run = await build.RunAsync("Status");

        run.ExitCode.ShouldNotBe(0);
        run.ShouldSay("IMB1502").ShouldSay("MSB4057");
    }

    private static Uri UrlIn(CommandResult run) => new(Url.Match(run.Output).Groups["url"].Value);

    [GeneratedRegex(@"Url: (?<url>http://127\.0\.0\.1:\d+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 300_000)]
    private static partial Regex Url { get; }
}
