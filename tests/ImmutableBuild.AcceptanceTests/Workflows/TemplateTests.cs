using ImmutableBuild.AcceptanceTests.Infrastructure;

namespace ImmutableBuild.AcceptanceTests.Workflows;

/// <summary>A repository that <c>dotnet new immutable</c> has set up, released by its script, by its solution and by its workflows.</summary>
public sealed class TemplateTests(PackedPackage package)
{
    private const string App = "src/Shöp Web";

    [Fact]
    public async Task A_project_takes_part_with_one_line_and_its_pipeline_releases_looks_and_goes_back()
    {
        await using var repository = new ScratchRepository(package);
        var runner = await WorkflowRunner.InstallAsync(repository);
        var templates = await InstalledTemplates.InstallAsync(package, repository);
        (await templates.NewAsync(repository, "--name", "Shop", "--app", App, "--flow", "matrix")).ShouldSucceed().ShouldSay("GetPathOfFileAbove('immutable.props'");
        TemplateApp.Write(repository, App, "one");
        repository.Write("src/Library/Library.csproj", "<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><TargetFramework>net10.0</TargetFramework><NuGetAudit>false</NuGetAudit></PropertyGroup></Project>");
        (await repository.RunAsync("dotnet", ".", "new", "sln", "--name", "Shop")).ShouldSucceed();
        (await repository.RunAsync("dotnet", ".", "sln", "add", App, "src/Library")).ShouldSucceed();
        await repository.CommitAsync();

        var first = await runner.RunAsync("release.yml", "push", new Dictionary<string, string> { ["APP_SECRETS"] = $"DATABASE={TemplateApp.Secret}\n" });

        first.Command.ShouldSucceed();
        first.ResultOf("release / code-scanning").ShouldBe("success");
        var url = new Uri(first.Output("release", "url"));
        (await WebApp.GetAsync(url)).ShouldBe($"one {TemplateApp.Secret.Length}");
        first.Output("release", "digest").ShouldStartWith("sha256:");
        first.Output("release", "image").ShouldEndWith($"@{first.Output("release", "digest")}");
        first.Summary.ShouldContain($"`{first.Output("release", "generation")}`");
        first.Asked.ShouldContain(request => request.StartsWith("POST /repos/acme/shop/statuses/", StringComparison.Ordinal));
        first.Masked.ShouldBe(0, "no line of a build has a secret in it");
        first.Files.Select(Path.GetFileName).ShouldContain("sbom.cdx.json");
        first.Files.Select(Path.GetFileName).ShouldContain("release.html");

        // The callers for one service, in place of those for several.
        (await templates.NewAsync(repository, "--name", "Shop", "--app", App, "--flow", "single", "--force")).ShouldSucceed();
        TemplateApp.Write(repository, App, "two");
        await repository.CommitAsync();
        var second = await runner.RunAsync("release.yml", "push", new Dictionary<string, string> { ["APP_SECRETS"] = $"DATABASE={TemplateApp.Secret}\n" });
        second.Command.ShouldSucceed();
        (second.Output("release", "url"), second.Masked).ShouldBe((first.Output("release", "url"), 0));
        second.Output("release", "generation").ShouldNotBe(first.Output("release", "generation"));
        (await WebApp.GetAsync(url)).ShouldBe($"two {TemplateApp.Secret.Length}");

        repository.SetVariable("DATABASE", TemplateApp.Secret);
        (await repository.RunAsync(repository.PathOf("build.sh"), ".", "Release", "-p:ImmutableEnvironment=production")).ShouldSucceed().ShouldSay("was live already");
        (await repository.RunAsync("dotnet", ".", "build", "-t:Release", "-p:ImmutableEnvironment=production", "-p:UseRazorBuildServer=false", "-nodeReuse:false")).ShouldSucceed().ShouldSay("was live already");
        await RescansWhatIsLiveAsync(repository, runner);

        (await runner.RunAsync("drift.yml", "schedule", new Dictionary<string, string>())).Command.ShouldSucceed().ShouldSay("runs as it was released");
        var back = await runner.RunAsync("rollback.yml", "workflow_dispatch", new Dictionary<string, string> { ["APP_SECRETS"] = $"DATABASE={TemplateApp.Secret}" }, "environment=production", $"generation={first.Output("release", "generation")}");
        back.Command.ShouldSucceed();
        (await WebApp.GetAsync(url)).ShouldBe($"one {TemplateApp.Secret.Length}");

        await RefusesWhatIsHostileAsync(runner);
        (await repository.RunAsync(repository.PathOf("build.sh"), ".", "Stop", "-p:ImmutableEnvironment=production")).ShouldSucceed();
        await Eventually.HoldsAsync(() => repository.Processes().Count == 0, "nothing runs any more");
    }

    /// <summary>What is live stands by what is known, until an advisory speaks of its runtime.</summary>
    private static async Task RescansWhatIsLiveAsync(ScratchRepository repository, WorkflowRunner runner)
    {
        var advisories = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(repository.Root)!, $"advisories-{Guid.NewGuid():N}")).FullName;
        repository.SetVariable("IMMUTABLE_ADVISORIES", advisories);
        Advisory.Write(advisories, "Some.Package");
        (await runner.RunAsync("rescan.yml", "schedule", new Dictionary<string, string>())).Command.ShouldSucceed().ShouldSay("pass");

        Advisory.Write(advisories, Advisory.Runtime);
        var refused = await runner.RunAsync("rescan.yml", "schedule", new Dictionary<string, string>());

        (refused.ResultOf("rescan"), refused.Masked).ShouldBe(("failure", 0));
        refused.Command.ShouldSay("would be refused today").ShouldSay("GHSA-test");
        repository.SetVariable("IMMUTABLE_ADVISORIES", "");
    }

    private static async Task RefusesWhatIsHostileAsync(WorkflowRunner runner)
    {
        foreach (var (environment, generation, secrets, why) in (ValueTuple<string, string, string, string>[])
            [
                ("production\";touch owned;\"", "", "", "The input 'environment'"),
                ("production;ImmutableAllowDirty=true", "", "", "The input 'environment'"),
                ("production", "$(touch owned)", "", "The input 'generation'"),
                ("production", "", "PATH=.", "Line 1 of APP_SECRETS would change the build itself"),
                ("production", "", "A=fine\nwhat is this", "Line 2 of APP_SECRETS is not NAME=value"),
            ])
        {
            var run = await runner.RunAsync("rollback.yml", "workflow_dispatch", new Dictionary<string, string> { ["APP_SECRETS"] = secrets }, $"environment={environment}", $"generation={generation}");
            run.ResultOf("rollback").ShouldBe("failure");
            run.Command.ShouldSay($"::error title=immutable-run::{why}").ShouldNotSay("Build FAILED");
        }
    }
}
