using ImmutableBuild.AcceptanceTests.Infrastructure;
using ImmutableBuild.IntegrationTests.GitHub;

namespace ImmutableBuild.AcceptanceTests;

/// <summary>Releases as the steps of a workflow's run, with a GitHub that holds every request against its own description.</summary>
public sealed class GitHubTests(PackedPackage package)
{
    [Fact]
    public async Task Steps_of_a_workflow_release_fail_and_roll_back_and_GitHub_shows_it()
    {
        await using var github = await GitHubMock.StartOrSkipAsync(Repository.Root);
        await using var repository = new ScratchRepository(package);
        WebApp.Write(repository, "one");
        await repository.CommitAsync("feat: the first");
        var first = await repository.GitAsync("rev-parse", "HEAD");
        RunsInActions(repository, github);

        var url = WebApp.UrlIn(await StepAsync(repository, "Release"));
        var generation = Outputs(repository)["generation"];
        Outputs(repository)["url"].ShouldStartWith(url.GetLeftPart(UriPartial.Authority));
        Outputs(repository)["replaced"].ShouldBe("");
        Summary(repository).ShouldContain($"| Generation | `{generation}` |");

        WebApp.Write(repository, "two");
        await repository.CommitAsync("feat: the second");
        var second = await repository.GitAsync("rev-parse", "HEAD");
        await github.SetCommitsAsync([new { sha = second, message = "feat: the second" }]);
        var detailed = (await StepAsync(repository, "Release", "-v:n")).ShouldSucceed().Output.Split('\n').Select(line => line.Trim()).ToList();
        detailed.IndexOf("::group::Scan").ShouldBeInRange(1, detailed.IndexOf("::group::Sign"), "a stage's details are folded");
        detailed.Count(line => line.StartsWith("::group::", StringComparison.Ordinal)).ShouldBeLessThanOrEqualTo(detailed.Count(line => line == "::endgroup::"));
        Outputs(repository)["replaced"].ShouldBe(generation);
        Summary(repository).ShouldContain("- the second (");

        WebApp.Write(repository, "three", health: "Results.StatusCode(500)");
        await repository.CommitAsync("feat: the third");
        var failed = await StepAsync(repository, "Release", "-p:ImmutableHealthTimeout=5s");
        failed.ExitCode.ShouldNotBe(0);
        failed.Output.Split('\n').ShouldContain(line => line.StartsWith("::error title=IMB7", StringComparison.Ordinal));
        Outputs(repository).Keys.ShouldNotContain("url");
        Summary(repository).ShouldContain("HealthGate failed");

        (await StepAsync(repository, "Rollback")).ShouldSucceed();
        Outputs(repository)["generation"].ShouldBe(generation);
        (await StepAsync(repository, "Stop")).ShouldSucceed();

        (await github.RequestsAsync()).ShouldAllBe(request => request.Status < 300);
        (await github.DeploymentsAsync()).Select(deployment => (deployment.Sha, deployment.Task, States(deployment.Statuses))).ShouldBe(
        [
            (first, "deploy:shop", "success"),
            (await repository.GitAsync("rev-parse", "HEAD"), "deploy:shop", "in_progress failure"),
            (second, "deploy:shop", "in_progress success inactive"),
            (first, "deploy:shop", "in_progress success inactive"),
        ]);
        States((await github.StatusesAsync()).Where(status => status.Sha == first)).ShouldBe("success pending success pending success pending success pending success pending success pending success pending success");
    }

    private static void RunsInActions(ScratchRepository repository, GitHubMock github)
    {
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["GITHUB_ACTIONS"] = "true",
            ["GITHUB_TOKEN"] = GitHubMock.Writer,
            ["GITHUB_REPOSITORY"] = "octocat/shop",
            ["GITHUB_API_URL"] = github.Api,
            ["GITHUB_SERVER_URL"] = "https://github.com",
            ["GITHUB_RUN_ID"] = "99",
            ["GITHUB_WORKSPACE"] = repository.Root,
            ["GITHUB_OUTPUT"] = OutputFile(repository),
            ["GITHUB_STEP_SUMMARY"] = SummaryFile(repository),

            // What GitHub is not told in time it is not told, and here it is asked for all of it.
            ["IMMUTABLE_GIT_HUB_TIMEOUT"] = "10m",
        })
        {
            repository.SetVariable(name, value);
        }
    }

    /// <summary>A step, whose files are its own.</summary>
    private static Task<CommandResult> StepAsync(ScratchRepository repository, string target, params string[] arguments)
    {
        File.Delete(OutputFile(repository));
        File.Delete(SummaryFile(repository));
        return repository.BuildAsync(WebApp.Project, target, arguments);
    }

    private static string OutputFile(ScratchRepository repository) => repository.DataDirectory + ".output";

    private static string SummaryFile(ScratchRepository repository) => repository.DataDirectory + ".summary";

    private static string Summary(ScratchRepository repository) => File.ReadAllText(SummaryFile(repository));

    private static string States(IEnumerable<MockStatus> statuses) => string.Join(' ', statuses.Select(status => status.State));

    private static Dictionary<string, string> Outputs(ScratchRepository repository)
    {
        var outputs = new Dictionary<string, string>();
        var lines = File.ReadAllLines(OutputFile(repository));
        for (var line = 0; line < lines.Length; line += 3)
        {
            var (name, end) = (lines[line].Split("<<")[0], lines[line].Split("<<")[1]);
            lines[line + 2].ShouldBe(end);
            outputs[name] = lines[line + 1];
        }

        return outputs;
    }
}
