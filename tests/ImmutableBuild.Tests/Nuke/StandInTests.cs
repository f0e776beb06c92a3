namespace ImmutableBuild.Tests.Nuke;

/// <summary>The stand-in for NUKE does what NUKE documents: order, triggers, conditions, requirements, failures, parameters.</summary>
public sealed class StandInTests : IDisposable
{
    private readonly NukeRepository _repository = new("PlainBuild");

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task Dependencies_run_first_and_what_is_triggered_runs_behind()
    {
        var run = await _repository.RunAsync("Pack", "--word", "hello");

        run.ExitCode.ShouldBe(0, run.Output);
        run.Ran.ShouldBe(["Restore", "Compile", "Test", "Pack", "Tidy", "Announce"], ignoreOrder: true);
        run.Ran[..4].ShouldBe(["Restore", "Compile", "Test", "Pack"]);
    }

    [Fact]
    public async Task The_default_target_runs_where_none_is_named_and_an_order_alone_brings_nobody_in()
    {
        var run = await _repository.RunAsync();

        run.Ran.ShouldContain("Pack");
        run.Ran.ShouldNotContain("Clean");
        run.RowOf("Announce").ShouldStartWith("Skipped");
    }

    [Fact]
    public async Task An_order_is_kept_where_both_run() =>
        (await _repository.RunAsync("Compile", "Clean")).Ran.ShouldBe(["Clean", "Restore", "Compile", "Tidy"]);

    [Fact]
    public async Task Skip_leaves_out_what_is_named_and_what_only_that_needed()
    {
        (await _repository.RunAsync("Pack", "--skip", "Test")).Ran.ShouldBe(["Restore", "Compile", "Pack", "Tidy"], ignoreOrder: true);
        (await _repository.RunAsync("Pack", "--skip")).Ran.ShouldBe(["Pack"]);
    }

    [Fact]
    public async Task A_requirement_is_asked_for_before_anything_runs()
    {
        var run = await _repository.RunAsync("Publish");

        run.ExitCode.ShouldNotBe(0);
        run.Ran.ShouldBeEmpty();
        run.Output.ShouldContain("Target 'Publish' requires member 'ApiKey' to be not null or empty");
        (await _repository.RunAsync("Publish", "--api-key", "k")).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task A_failure_ends_the_plan_but_for_what_is_assured()
    {
        var run = await _repository.RunAsync("Pack", "--failing", "Compile");

        run.ExitCode.ShouldBe(255);
        run.Ran.ShouldBe(["Restore", "Compile", "Tidy"]);
        run.RowOf("Compile").ShouldContain("// InvalidOperationException: Compile fails as it was told to");
        run.RowOf("Pack").ShouldBe("NotRun");
    }

    [Fact]
    public async Task A_target_that_may_fail_fails_the_build_at_its_end()
    {
        var run = await _repository.RunAsync("Pack", "--failing", "Test");

        run.ExitCode.ShouldBe(255);
        run.Ran.ShouldContain("Pack");
    }

    [Fact]
    public async Task Continue_takes_up_where_the_last_attempt_of_the_same_invocation_failed()
    {
        await _repository.RunWithAsync(new() { ["NUKE_FAILING"] = "Pack" }, "Pack");

        var again = await _repository.RunAsync("Pack", "--continue");

        again.ExitCode.ShouldBe(0, again.Output);
        again.Ran.ShouldBe(["Pack"]);
        (await _repository.RunAsync("Compile", "--continue")).Ran.ShouldContain("Restore", "another invocation begins anew");
    }

    [Fact]
    public async Task A_parameter_is_taken_from_the_command_line_the_environment_or_the_file_in_this_order()
    {
        using var repository = new NukeRepository("PlainBuild", """{ "$schema": "build.schema.json", "Word": "filed", "SomeFile": "src/App.csproj" }""");

        (await repository.RunAsync("Restore")).Output.ShouldContain($"ran Restore filed {Path.Combine(repository.Root, "src", "App.csproj")}");
        (await repository.RunWithAsync(new() { ["NUKE_WORD"] = "varied" }, "Restore")).Output.ShouldContain("ran Restore varied");
        (await repository.RunWithAsync(new() { ["NUKE_WORD"] = "varied" }, "Restore", "--word", "said")).Output.ShouldContain("ran Restore said");
    }

    [Fact]
    public async Task Help_and_plan_run_nothing()
    {
        var help = await _repository.RunAsync("--help");

        help.Ran.ShouldBeEmpty();
        help.Output.ShouldContain("Pack (default)");
        help.Output.ShouldContain("--api-key");
        var plan = await _repository.RunAsync("Test", "--plan");
        plan.Ran.ShouldBeEmpty();
        plan.Output.ShouldContain("  Restore\n  Compile\n  Test\n");
    }

    [Fact]
    public async Task A_target_that_does_not_exist_is_refused_with_those_that_do()
    {
        var run = await _repository.RunAsync("Nothing");

        run.ExitCode.ShouldBe(255);
        run.Output.ShouldContain("Target with name 'Nothing' does not exist");
        run.Output.ShouldContain("  - Restore");
    }
}
