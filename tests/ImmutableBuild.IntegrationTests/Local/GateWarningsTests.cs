using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Rollouts;
using ImmutableBuild.Releases;

namespace ImmutableBuild.IntegrationTests.Local;

/// <summary>What passes the gate with a warning, and what passes without any change.</summary>
public sealed class GateWarningsTests : OnLocalBed
{
    [Fact]
    public async Task An_app_without_a_health_path_is_asked_for_a_connection_and_the_release_says_so()
    {
        var spec = Bed.Spec(Bed.App, 1, 1, ("TESTAPP_HEALTH", "missing"));
        var warnings = new Warnings();
        var desired = new Desired { Spec = spec, Plan = LocalReleases.QuickPlan, Goal = RolloutGoal.Live, Cause = LedgerCause.Release, Writer = "test" };

        await new RolloutRunner(Bed.Target, Bed.Time, warnings, new RolloutSettings()).RunAsync(desired, TestContext.Current.CancellationToken);

        var warning = warnings.Seen.ShouldHaveSingleItem();
        (warning.Code, warning.Severity).ShouldBe(("IMB7012", Severity.Warning));
        warning.Message.ShouldContain(spec.Id.ToString());
        (await Bed.ObserveAsync()).Find(spec.Id)!.Instances[0].UsesTcpFallback.ShouldBeTrue();
        (await Bed.AskAsync(Bed.App)).ShouldBe(spec.Id);
    }

    [Fact, Trait("Fault", "F07")]
    public async Task Another_process_that_releases_what_is_live_makes_no_call_that_changes_anything()
    {
        var spec = Bed.Spec(Bed.App, version: 1);
        await Bed.ReleaseAsync(spec);
        var processes = LocalProcesses.Of(Bed.Layout.Root);

        var said = await Bed.ReleaseInProcessAsync(spec, "someone else");

        foreach (var goal in Enum.GetNames<RolloutGoal>())
        {
            said.ShouldContain($"{goal} unchanged");
        }

        said.ShouldNotContain("call ");
        LocalProcesses.Of(Bed.Layout.Root).ShouldBe(processes, ignoreOrder: true);
        (await Bed.ObserveAsync()).Ledger.Length.ShouldBe(1);
    }

    private sealed class Warnings : IReporter
    {
        public List<Diagnostic> Seen { get; } = [];

        public void Started(StageName stage)
        {
        }

        public void Finished(StageName stage, TimeSpan elapsed, string summary)
        {
        }

        public void Detail(string message)
        {
        }

        public void Warn(Diagnostic warning) => Seen.Add(warning);
    }
}
