using System.Text.RegularExpressions;
using ImmutableBuild.AcceptanceTests.Infrastructure;

namespace ImmutableBuild.AcceptanceTests;

public sealed partial class ToolTests(PackedPackage package)
{
    private const string Directory = "src/Shöp Web";

    [Fact]
    [Trait("Fault", "F28")]
    public async Task The_installed_tool_releases_shows_rolls_back_and_stops_the_project_it_is_run_in()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "script(1) makes a terminal");
        await using var repository = new ScratchRepository(package);
        WebApp.Write(repository, "version one");
        await repository.CommitAsync();
        var tool = await InstalledTool.InstallAsync(package, repository);
        Task<CommandResult> RunAsync(params string[] arguments) => tool.RunAsync(repository, Directory, arguments);

        // Piped: one plain line a stage, as it ends.
        var first = await RunAsync("release");
        var url = WebApp.UrlIn(first);
        StageLines().Matches(first.StandardOutput).Select(match => match.Groups["stage"].Value)
            .ShouldBe(["Compile", "Bake", "Scan", "Sign", "Push", "Deploy", "HealthGate", "DestroyOld"]);
        first.ShouldNotSay("\u001b");
        (await WebApp.GetAsync(url)).ShouldBe("version one");

        // On a terminal: also which stage is at work.
        WebApp.WriteProgram(repository, "version two");
        await repository.CommitAsync();
        var second = await tool.RunOnTerminalAsync(repository, Directory, "release");
        second.ShouldSucceed().ShouldSay("\u001b[").ShouldSay("Compile…").ShouldSay("HealthGate…");
        (await WebApp.GetAsync(url)).ShouldBe("version two");

        // As JSON: what is live, and that nothing had to be done.
        var again = (await RunAsync("release", "--json")).ShouldSucceed().Json.GetProperty("release");
        again.GetProperty("wasLiveAlready").GetBoolean().ShouldBeTrue();
        again.GetProperty("url").GetString().ShouldBe(url.ToString().TrimEnd('/'));
        var live = again.GetProperty("live").GetString();
        live.ShouldNotBe(WebApp.GenerationIn(first));
        again.GetProperty("commit").GetString().ShouldStartWith(live![..12]);

        (await RunAsync("status", "--json")).ShouldSucceed().Json.GetProperty("live").GetString().ShouldBe(live);
        (await RunAsync("rollback")).ShouldSucceed().ShouldSay($"{WebApp.GenerationIn(first)} is live in place of {live}.");
        (await WebApp.GetAsync(url)).ShouldBe("version one");
        (await RunAsync("resume")).ShouldSucceed().ShouldSay($"shop/dev ran already: {WebApp.GenerationIn(first)} serves at {url.ToString().TrimEnd('/')}");

        // On to the next environment: the image that is live, not the commit that is checked out.
        var promoted = (await RunAsync("promote", "--from", "dev", "--environment", "production", "--json")).ShouldSucceed().Json.GetProperty("release");
        promoted.GetProperty("promotedFrom").GetString().ShouldBe("dev");
        promoted.GetProperty("commit").GetString().ShouldStartWith(WebApp.GenerationIn(first)[..12]);
        (await WebApp.GetAsync(new Uri(promoted.GetProperty("url").GetString()!))).ShouldBe("version one");
        (await RunAsync("promote", "--from", "dev", "--environment", "production")).ShouldSucceed()
            .ShouldSay("warning IMB8029").ShouldSay("was live already: nothing was changed");
        (await RunAsync("promote", "--from", "production", "--environment", "production")).ShouldFailWith("IMB8025");

        (await RunAsync("stop", "--environment", "production")).ShouldSucceed().ShouldSay("shop/production is stopped");
        (await RunAsync("stop", "--environment", "dev")).ShouldSucceed().ShouldSay("shop/dev is stopped");
        await Eventually.HoldsAsync(() => repository.Processes().Count == 0, "nothing runs any more");
    }

    [GeneratedRegex(@"^\s+(?<stage>[A-Z][A-Za-z]+) +\d+\.\d+ s  ", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 300_000)]
    private static partial Regex StageLines();
}
