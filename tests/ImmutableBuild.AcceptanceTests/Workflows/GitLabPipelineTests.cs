using ImmutableBuild.AcceptanceTests.Infrastructure;

namespace ImmutableBuild.AcceptanceTests.Workflows;

/// <summary>The pipeline for GitLab, run by gitlab-ci-local: each job in a directory of its own, with the artifacts of those it needs.</summary>
public sealed class GitLabPipelineTests(PackedPackage package)
{
    [Fact]
    public async Task The_pipeline_releases_and_its_manual_job_goes_back()
    {
        await using var repository = new ScratchRepository(package);
        var packages = await WorkflowRunner.InstallPackagesAsync(repository);
        Assert.SkipUnless(WorkflowRunner.HasOnPath("rsync"), "rsync is not on the PATH (tests/rig/install.sh).");
        var templates = await InstalledTemplates.InstallAsync(package, repository);
        (await templates.NewAsync(repository, "--name", "Shop", "--ci", "gitlab")).ShouldSucceed();
        TemplateApp.Write(repository, "src/Shop", "one");
        await CommitAsync(repository);
        await repository.GitAsync("remote", "add", "origin", "git@gitlab.example:acme/shop.git");

        var first = await RunAsync();
        var url = WebApp.UrlIn(first with { Output = first.Output.Replace("deploy   >", "", StringComparison.Ordinal) });
        (await WebApp.GetAsync(url)).ShouldBe($"one {TemplateApp.Secret.Length}");

        TemplateApp.Write(repository, "src/Shop", "two");
        await CommitAsync(repository);
        (await RunAsync()).ShouldSucceed();
        (await WebApp.GetAsync(url)).ShouldBe($"two {TemplateApp.Secret.Length}");
        (await RunAsync("rollback")).ShouldSucceed();
        (await WebApp.GetAsync(url)).ShouldBe($"one {TemplateApp.Secret.Length}");
        (await repository.BuildAsync("src/Shop", "Stop", "-p:ImmutableEnvironment=production")).ShouldSucceed();

        Task<CommandResult> RunAsync(params string[] jobs) => repository.RunAsync(
            Path.Combine(packages, "node_modules", ".bin", "gitlab-ci-local"),
            ".",
            ["--force-shell-executor", "--shell-isolation", "--home", repository.DataDirectory + "-gitlab", "--variable", $"DATABASE={TemplateApp.Secret}", .. jobs]);
    }

    // What gitlab-ci-local leaves is no one's to commit.
    private static Task CommitAsync(ScratchRepository repository)
    {
        repository.Write(".gitignore", "bin/\nobj/\n.gitlab-ci-local/\n");
        return repository.CommitAsync();
    }
}
