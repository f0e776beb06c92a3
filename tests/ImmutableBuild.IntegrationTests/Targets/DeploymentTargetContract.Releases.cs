using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Rollouts;

namespace ImmutableBuild.IntegrationTests.Targets;

/// <content>Whole releases by the engine.</content>
public abstract partial class DeploymentTargetContract
{
    [Fact, Trait("Fault", "F07")]
    public async Task A_release_replaces_what_served_and_again_changes_nothing()
    {
        await ReleaseAsync(AppVariant.Healthy);
        var second = await ReleaseAsync(AppVariant.Healthy, version: 2);

        var again = await RunAsync(second.Observed.Generations[0].Spec, RolloutGoal.Live);

        (await Bed.AskAsync(App)).ShouldBe(second.Observed.Generations.ShouldHaveSingleItem().Id);
        second.Observed.Ledger.Length.ShouldBe(2);
        (second.RequestsLost ?? 0).ShouldBe(0, "a target that does not count says nothing");
        again.Unchanged.ShouldBeTrue();
    }

    [Theory, Trait("Fault", "F12"), Trait("Fault", "F14")]
    [InlineData(AppVariant.NeverListens)]
    [InlineData(AppVariant.Answers500)]
    [InlineData(AppVariant.CrashesSoon)]
    public async Task A_failed_release_leaves_nothing_and_the_old_one_serves(AppVariant broken)
    {
        var first = await ReleaseAsync(AppVariant.Healthy);
        var spec = Bed.Spec(App, broken, version: 2);

        // The one that crashes does so after four seconds, and it takes a while until it answers at all.
        var plan = new RolloutPlan { HealthTimeout = TimeSpan.FromSeconds(8), Soak = TimeSpan.FromSeconds(6) };
        var failure = await Should.ThrowAsync<ImmutableBuildException>(() => RunAsync(spec, RolloutGoal.Live, plan));

        failure.Code.ShouldStartWith("IMB7");
        var seen = await ObserveAsync();
        var serving = seen.Generations.ShouldHaveSingleItem();
        serving.Id.ShouldBe(first.Observed.Generations[0].Id);
        failure.Message.ShouldContain(serving.Id.ToString());
        seen.Ledger[^1].Event.ShouldBe(LedgerEvent.Failed);
        seen.Lease.ShouldBeNull();
        (await Bed.AskAsync(App)).ShouldBe(serving.Id);
    }

    private async Task<RolloutResult> ReleaseAsync(AppVariant variant, int version = 1)
    {
        var spec = Bed.Spec(App, variant, version);
        await RunAsync(spec, RolloutGoal.Created);
        await RunAsync(spec, RolloutGoal.Live);
        return await RunAsync(spec, RolloutGoal.Converged);
    }

    private Task<RolloutResult> RunAsync(GenerationSpec spec, RolloutGoal goal, RolloutPlan? plan = null)
    {
        var desired = new Desired
        {
            Spec = spec,
            Plan = plan ?? new RolloutPlan { HealthTimeout = Bed.Patience, Soak = TimeSpan.FromSeconds(1) },
            Goal = goal,
            Cause = LedgerCause.Release,
            Writer = "contract",
        };
        return new RolloutRunner(Target, Bed.Time, new SilentReporter(), new RolloutSettings()).RunAsync(desired, Ct);
    }
}
