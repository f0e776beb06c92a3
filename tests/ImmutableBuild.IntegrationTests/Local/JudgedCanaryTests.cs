using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.LoadGenerator;

namespace ImmutableBuild.IntegrationTests.Local;

/// <summary>Canaries judged by what a real gateway counted of real requests.</summary>
public sealed class JudgedCanaryTests(ITestOutputHelper output) : OnLocalBed
{
    /// <summary>Bounds that the noise of a loaded machine keeps well within, and the misbehaviour below far exceeds.</summary>
    private static readonly RolloutPlan s_canary = LocalReleases.QuickPlan with
    {
        Strategy = RolloutStrategy.Canary,
        Steps = [50],
        StepDuration = TimeSpan.FromSeconds(6),
        Judge = new JudgeOptions { MinimumRequests = 20, LatencyTolerance = 20 },
    };

    [Fact]
    public async Task A_good_one_passes_with_the_numbers_of_what_was_served()
    {
        var next = Bed.Spec(Bed.App, version: 2);
        await Bed.ReleaseAsync(Bed.Spec(Bed.App, version: 1));
        await using var load = await LoadAsync();

        var run = await Bed.ReleaseAsync(next, s_canary);

        foreach (var decision in run.Decisions)
        {
            output.WriteLine(decision);
        }

        run.Decisions.ShouldContain(decision => decision.Contains("100%", StringComparison.Ordinal) && decision.Contains("(Mann-Whitney)", StringComparison.Ordinal));
        run.RequestsLost.ShouldBe(0);
        (await load.StopAsync()).Failed.ShouldBe(0);
        await Bed.ShouldBeOnlyAsync(next);
    }

    [Theory]
    [InlineData("TESTAPP_ERROR_EVERY", "3", "below the floor")]
    [InlineData("TESTAPP_DELAY_MS", "2500", "slower")]
    public async Task A_bad_one_goes_back(string behaviour, string value, string why)
    {
        var old = Bed.Spec(Bed.App, version: 1);
        await Bed.ReleaseAsync(old);
        await using var load = await LoadAsync();

        var failure = await RefusedAsync(Bed.Spec(Bed.App, 2, 1, (behaviour, value)));

        failure.Code.ShouldBe("IMB7006");
        failure.Message.ShouldContain(why);
        await Bed.ShouldBeOnlyAsync(old);
    }

    [Fact, Trait("Fault", "F19")]
    public async Task One_that_is_no_worse_than_a_bad_old_one_is_still_below_the_floor()
    {
        var old = Bed.Spec(Bed.App, 1, 1, ("TESTAPP_ERROR_EVERY", "3"));
        await Bed.ReleaseAsync(old);
        await using var load = await LoadAsync();

        (await RefusedAsync(Bed.Spec(Bed.App, 2, 1, ("TESTAPP_ERROR_EVERY", "3")))).Message.ShouldContain("below the floor");
        (await Bed.ObserveAsync()).Route.Route.ShouldBe(Route.To(old.Id));
    }

    [Fact, Trait("Fault", "F17"), Trait("Fault", "F18")]
    public async Task Without_traffic_nobody_can_tell()
    {
        var old = Bed.Spec(Bed.App, version: 1);
        await Bed.ReleaseAsync(old);

        var failure = await RefusedAsync(Bed.Spec(Bed.App, version: 2));

        failure.Code.ShouldBe("IMB7007");
        (await Bed.ObserveAsync()).Ledger.ShouldHaveSingleItem("not judged is not failed").Event.ShouldBe(LedgerEvent.Live);
        await Bed.ShouldBeOnlyAsync(old);
    }

    [Fact, Trait("Fault", "F14")]
    public async Task One_that_fails_its_users_after_a_blue_green_switch_goes_back_although_its_probes_pass()
    {
        var old = Bed.Spec(Bed.App, version: 1);
        await Bed.ReleaseAsync(old);
        await using var load = await LoadAsync();

        var failure = await Should.ThrowAsync<ImmutableBuildException>(() =>
            Bed.ReleaseAsync(Bed.Spec(Bed.App, 2, 1, ("TESTAPP_ERROR_EVERY", "1")), LocalReleases.QuickPlan with { Soak = TimeSpan.FromMinutes(1) }));

        failure.Code.ShouldBe("IMB7006");
        failure.Message.ShouldContain("with 100 % of the traffic");
        await Bed.ShouldBeOnlyAsync(old);
    }

    private Task<OpenLoopLoad> LoadAsync() => Bed.LoadAsync(40);

    private async Task<ImmutableBuildException> RefusedAsync(GenerationSpec spec)
    {
        var failure = await Should.ThrowAsync<ImmutableBuildException>(() => Bed.ReleaseAsync(spec, s_canary));
        output.WriteLine(failure.Message);
        return failure;
    }
}
