namespace ImmutableBuild.Tests.Nuke;

/// <summary>Traffic is put back when a target of the user's own fails between or behind the stages, and only then.</summary>
public sealed class RouteBackTargetTests : IDisposable
{
    private readonly NukeRepository _repository = new("SmokeBuild", """{ "ImmutableProject": "src/App.csproj" }""");

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task Targets_of_the_users_run_between_the_stages()
    {
        var run = await _repository.RunAsync("Announce");

        run.ExitCode.ShouldBe(0, run.Output);
        run.Ran.ShouldBe(["Unit", "Warm", "Smoke", "Announce"]);
        run.Output.IndexOf("ran Smoke", StringComparison.Ordinal).ShouldBeInRange(run.Output.IndexOf("asked for HealthGate", StringComparison.Ordinal), run.Output.IndexOf("asked for DestroyOld", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Warm", "GivenUp")]
    [InlineData("Smoke", "RoutedBack")]
    public async Task Behind_Deploy_a_failure_puts_traffic_back(string failing, string outcome)
    {
        var run = await _repository.RunAsync("Release", "--failing", failing);

        run.ExitCode.ShouldBe(255);
        run.Asked[^1].ShouldBe($"RouteBack, {failing}", "the generation failed by it");
        run.RowOf("RouteBack").ShouldContain($"Outcome: {outcome}");
        run.RowOf("DestroyOld").ShouldBe("NotRun");
    }

    [Theory]
    [InlineData("Unit", "before anything was deployed")]
    [InlineData("Announce", "when the release is over")]
    public async Task Any_other_failure_leaves_traffic_alone(string failing, string why)
    {
        await _repository.RunAsync("Deploy");

        var run = await _repository.RunAsync("Announce", "--failing", failing);

        run.ExitCode.ShouldBe(255);
        run.Asked.ShouldNotContain("RouteBack", why);
    }

    [Fact]
    public async Task What_was_undone_is_not_continued()
    {
        await _repository.RunWithAsync(new() { ["NUKE_FAILING"] = "Smoke" }, "Release");

        var again = await _repository.RunAsync("Release", "--continue");

        again.ExitCode.ShouldBe(0, again.Output);
        again.Asked[0].ShouldBe("Compile");
        again.Asked.ShouldContain("DestroyOld");
    }

    [Fact, Trait("Fault", "F02")]
    public async Task Interrupted_between_two_stages_a_release_is_undone_before_the_process_ends()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "sends a signal");

        var run = await _repository.InterruptAsync(new() { ["HANGING"] = "Warm" }, "Warm waits", "Release");

        run.ExitCode.ShouldNotBe(0);
        run.Asked[^1].ShouldBe("RouteBack", "an interruption is no verdict");
        run.Output.ShouldContain("GivenUp: 0123456789ab-00000001 has the traffic.");
        run.RowOf("RouteBack").ShouldStartWith("Succeeded");
    }

    [Fact, Trait("Fault", "F02")]
    public async Task Interrupted_within_a_stage_the_engine_puts_everything_right_itself()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "sends a signal");

        var run = await _repository.InterruptAsync(new() { ["HANGING"] = "HealthGate" }, "HealthGate waits", "Release");

        run.ExitCode.ShouldNotBe(0);
        run.Output.ShouldContain("HealthGate puts everything right");
        run.Asked[^1].ShouldStartWith("HealthGate");
    }
}
