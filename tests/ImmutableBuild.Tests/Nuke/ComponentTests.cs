namespace ImmutableBuild.Tests.Nuke;

/// <summary>The components in a build class: one stage is one target.</summary>
public sealed class ComponentTests : IDisposable
{
    private const string Secret = "s3cr3t of the app";

    private readonly NukeRepository _repository = new("ComponentBuild", """{ "ImmutableProject": "src/App.csproj" }""");

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task Release_runs_every_stage_in_order_under_one_lease_and_tells_what_is_live()
    {
        var run = await _repository.RunAsync("Release");

        run.ExitCode.ShouldBe(0, run.Output);
        run.Asked.ShouldBe(["Compile", "Bake", "Scan", "Sign", "Push", "Deploy, keeps the lease", "HealthGate, keeps the lease", "DestroyOld"]);
        run.RowOf("Bake").ShouldContain("Digest: sha256:");
        run.RowOf("Release").ShouldContain("Generation: ");
        run.RowOf("Release").ShouldContain("Url: http://127.0.0.1:1");
        run.RowOf("Release").ShouldContain("RequestsLost: 0");
        run.RowOf("RouteBack").ShouldStartWith("Skipped");
    }

    [Fact]
    public async Task A_stage_brings_those_before_it_and_keeps_no_lease_where_none_follows()
    {
        var run = await _repository.RunAsync("Deploy");

        run.Asked.ShouldBe(["Compile", "Bake", "Scan", "Sign", "Push", "Deploy"]);
        run.RowOf("HealthGate").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_single_stage_goes_on_from_the_record_in_another_process()
    {
        await _repository.RunAsync("Deploy");

        var run = await _repository.RunAsync("HealthGate", "--skip");

        run.ExitCode.ShouldBe(0, run.Output);
        run.Asked.ShouldBe(["HealthGate"]);
    }

    [Fact]
    public async Task A_stage_without_those_before_it_is_refused_by_the_record()
    {
        var run = await _repository.RunAsync("HealthGate", "--skip");

        run.ExitCode.ShouldBe(255);
        run.RowOf("HealthGate").ShouldContain("IMB1201");
    }

    [Fact]
    public async Task A_project_is_asked_for_before_anything_runs()
    {
        using var repository = new NukeRepository("ComponentBuild");

        var run = await repository.RunAsync("Release");

        run.ExitCode.ShouldBe(255);
        run.Asked.ShouldBeEmpty();
        run.Output.ShouldContain("IMB1501");
        run.Output.ShouldContain("--immutable-project");
        (await repository.RunAsync("Status", "--immutable-project", "src/None.csproj")).Output.ShouldContain("found none at");
    }

    [Fact]
    public async Task What_NUKE_writes_at_every_run_is_ignored_by_git_where_the_repository_does_not_say_what_is()
    {
        await _repository.RunAsync("Compile");

        var ignored = File.ReadAllLines(Path.Combine(_repository.Root, ".nuke", ".gitignore"));
        ignored.ShouldContain(".gitignore");
        ignored.ShouldContain("build.schema.json");
        ignored.ShouldContain("temp/");

        _repository.Write(".nuke/.gitignore", "temp/\n");
        (await _repository.RunAsync("Bake")).ExitCode.ShouldBe(0);
        File.ReadAllText(Path.Combine(_repository.Root, ".nuke", ".gitignore")).ShouldBe("temp/\n");
    }

    [Fact]
    public async Task A_stage_that_fails_is_left_to_the_engine_and_its_record_is_continued()
    {
        var failed = await _repository.RunWithAsync(new() { ["FAILING_STAGE"] = "HealthGate" }, "Release");
        var again = await _repository.RunAsync("Release", "--continue");

        failed.ExitCode.ShouldBe(255);
        failed.Asked.ShouldNotContain("RouteBack");
        failed.RowOf("HealthGate").ShouldContain("ImmutableBuildException: IMB5001");
        failed.RowOf("DestroyOld").ShouldBe("NotRun");
        again.ExitCode.ShouldBe(0, again.Output);
        again.Asked.ShouldBe(["HealthGate, keeps the lease", "DestroyOld"]);
    }

    [Fact]
    public async Task Parameters_and_settings_become_options_of_all_stages_from_Compile_on()
    {
        var run = await _repository.RunAsync("Release", "--immutable-environment", "staging", "--container-registry", "ghcr.io", "--immutable-keep", "2");

        run.ExitCode.ShouldBe(0, run.Output);
        run.Output.IndexOf("set ImmutableEnvironment=staging", StringComparison.Ordinal).ShouldBeInRange(0, run.Output.IndexOf("asked for Compile", StringComparison.Ordinal));
        run.Output.ShouldContain("set ContainerRegistry=ghcr.io");
        run.Output.ShouldContain("set ImmutableKeep=2");
        run.Output.ShouldContain("set ImmutableSoak=7s", customMessage: "the build class sets it");
    }

    [Fact]
    public async Task A_variable_of_an_option_yields_to_the_project_as_it_does_for_MSBuild()
    {
        var run = await _repository.RunWithAsync(new() { ["IMMUTABLE_KEEP"] = "3" }, "Compile");

        run.ExitCode.ShouldBe(0, run.Output);
        run.Output.ShouldNotContain("set ImmutableKeep");
    }

    [Fact]
    public async Task An_option_that_a_build_can_not_have_is_refused_as_the_engine_refuses_it()
    {
        var run = await _repository.RunAsync("Compile", "--immutable-keep", "many");

        run.ExitCode.ShouldBe(255);
        run.RowOf("Compile").ShouldContain("IMB1001");
    }

    [Fact]
    public async Task A_secret_reaches_the_engine_and_nothing_that_is_told()
    {
        var run = await _repository.RunWithAsync(new() { ["FAILING_STAGE"] = "Push", ["IMMUTABLE_REGISTRY_USER"] = "somebody", ["IMMUTABLE_REGISTRY_PASSWORD"] = "another one" }, "Release", "--app-key", Secret);

        run.Output.ShouldContain("did it with ***", customMessage: "the engine had it, or it could not have told it");
        run.Output.ShouldContain("set ImmutableRegistryPasswordVariable=IMMUTABLE_REGISTRY_PASSWORD");
        run.Output.ShouldContain("the registry says: who is ***?");
        run.Output.ShouldNotContain(Secret);
        run.Output.ShouldNotContain("another one");
    }

    [Fact]
    public async Task The_runner_of_GitHub_is_told_to_mask_secrets_before_anything_else()
    {
        var run = await _repository.RunWithAsync(new() { ["GITHUB_ACTIONS"] = "true" }, "Release", "--app-key", Secret);

        var mask = run.Output.IndexOf($"::add-mask::{Secret}", StringComparison.Ordinal);
        mask.ShouldBeInRange(0, run.Output.IndexOf("asked for Compile", StringComparison.Ordinal));
        run.Output.Split(Secret).Length.ShouldBe(2, "in that line alone");
    }

    [Theory]
    [InlineData("Status", "Live: 0123456789ab-00000001, Url: http://127.0.0.1:1")]
    [InlineData("Drift", "Drifted: 0")]
    [InlineData("Stop", "Gone: 1")]
    [InlineData("Promote", "Generation: ")]
    [InlineData("Rescan", "")]
    public async Task A_verb_needs_no_stage(string verb, string summary)
    {
        var run = await _repository.RunAsync(verb, "--immutable-promote-from", "staging");

        run.ExitCode.ShouldBe(0, run.Output);
        run.Asked.ShouldNotContain("Compile");
        run.RowOf(verb).ShouldStartWith("Succeeded");
        run.RowOf(verb).ShouldContain(summary);
    }

    [Fact]
    public async Task Rollback_goes_where_it_is_told_and_fails_as_the_engine_does()
    {
        var run = await _repository.RunAsync("Rollback", "--immutable-rollback-to", "0123456789ab-00000002");

        run.Asked.ShouldBe(["Rollback, 0123456789ab-00000002"]);
        run.ExitCode.ShouldBe(255);
        run.RowOf("Rollback").ShouldContain("IMB8001");
    }

    [Fact]
    public async Task Help_describes_every_target_and_parameter()
    {
        var run = await _repository.RunAsync("--help");

        foreach (var target in (string[])["Compile", "Bake", "Scan", "Sign", "Push", "Deploy", "HealthGate", "DestroyOld", "Release", "Rollback", "Promote", "Status", "Drift", "Rescan", "Stop"])
        {
            run.Output.ShouldMatch($@"\n  {target}( |\r|\n).*\n    [A-Z]");
        }

        run.Output.ShouldNotContain("<no description>");
        run.Output.ShouldNotContain("RouteBack");
    }
}
