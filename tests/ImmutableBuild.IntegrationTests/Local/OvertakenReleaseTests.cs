using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.LoadGenerator;

namespace ImmutableBuild.IntegrationTests.Local;

/// <summary>A release that meets another one on its way, or sleeps while another one passes it.</summary>
public sealed class OvertakenReleaseTests : OnLocalBed
{
    // Seconds; long enough for most machines to renew the lease. A release that loses its lease ends before it is overtaken, and the test takes another one.
    private const double ShortLease = 13;
    private const int MostLost = 5;

    [Fact, Trait("Fault", "F06"), Trait("Fault", "F04")]
    public async Task One_that_arrives_while_another_judges_is_told_so_and_the_other_goes_live()
    {
        await Bed.ReleaseAsync(Bed.Spec(Bed.App, version: 1));
        var next = Bed.Spec(Bed.App, version: 2);
        var first = Bed.ReleaseAsync(next, LocalReleases.LongCanary with { StepDuration = TimeSpan.FromSeconds(1) }, "first");
        await Bed.UntilAsync(seen => seen.Route.Route.PercentOf(next.Id) == 50);

        // Without traffic the judge holds, as long as this takes.
        await ShouldBeRefusedAsync("first");

        await using var load = await Bed.LoadAsync(40);
        await first;
        await Bed.ShouldBeOnlyAsync(next);
        await NothingLostAsync(load);
    }

    [Fact, Trait("Fault", "F06"), Trait("Fault", "F04")]
    public async Task One_that_arrives_while_another_drains_is_told_so_and_cuts_no_request()
    {
        var old = LocalReleases.Patient(Bed.Spec(Bed.App, version: 1));
        await Bed.ReleaseAsync(old);
        using var held = await Bed.HoldRequestAsync();
        var next = Bed.Spec(Bed.App, version: 2);
        var first = Bed.ReleaseAsync(next, writer: "first");
        await Bed.UntilAsync(seen => seen.Find(old.Id)!.Phase == GenerationPhase.Destroying);

        await ShouldBeRefusedAsync("first");

        var seen = await Bed.ObserveAsync();
        seen.Route.Route.ShouldBe(Route.To(next.Id));
        seen.Find(old.Id)!.InFlight.ShouldBe(1);
        await held.EndAsync();
        await first;
        await Bed.ShouldBeOnlyAsync(next);
    }

    [Theory, Trait("Fault", "F06"), Trait("Fault", "F05"), Trait("Fault", "F03")]
    [InlineData("route", true)]
    [InlineData("record", false)]
    [InlineData("destroy", false)]
    public async Task One_that_slept_while_another_went_live_never_touches_what_serves(string call, bool afterIt)
    {
        var old = Bed.Spec(Bed.App, version: 1);
        await Bed.ReleaseAsync(old);
        await using var load = await Bed.LoadAsync(40);
        var plan = Bed.DriverPlan(Bed.Spec(Bed.App, version: 2), "sleeper", ShortLease) with
        {
            PauseOn = call,
            PauseAfter = afterIt,
            Suspends = true,
            Plan = afterIt ? LocalReleases.LongCanary : LocalReleases.QuickPlan,
        };
        await using var sleeper = await AsleepAsync(plan, old);
        await Bed.UntilAsync(seen => seen.Lease is null);
        var third = Bed.Spec(Bed.App, version: 3);
        await Bed.ReleaseAsync(third, writer: "second");

        sleeper.Continue();

        (await sleeper.ExitAsync()).ShouldNotBe(0, sleeper.Output);
        sleeper.Output.ShouldContain("IMB6002", customMessage: sleeper.Output);
        await Bed.ShouldBeOnlyAsync(third);
        await NothingLostAsync(load);
    }

    [Theory, Trait("Fault", "F05"), Trait("Fault", "F03")]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task A_holder_whose_clock_is_an_hour_off_has_its_lease_as_long_as_any_other_and_is_fenced_off_when_it_wakes(int hours)
    {
        var old = Bed.Spec(Bed.App, version: 1);
        await Bed.ReleaseAsync(old);
        var plan = Bed.DriverPlan(Bed.Spec(Bed.App, version: 2), "sleeper", ShortLease) with { PauseOn = "route", Suspends = true, ClockHours = hours };
        await using var sleeper = await AsleepAsync(plan, old);

        // Nobody unlocks anything: the lease ends, and whoever asks next has it.
        await Bed.UntilAsync(seen => seen.Lease is null);
        (await Bed.AskAsync(Bed.App)).ShouldBe(old.Id);
        var third = Bed.Spec(Bed.App, version: 3);
        await Bed.ReleaseAsync(third, writer: "second");
        sleeper.Continue();

        (await sleeper.ExitAsync()).ShouldNotBe(0, sleeper.Output);
        sleeper.Output.ShouldContain("IMB6002", customMessage: sleeper.Output);
        await Bed.ShouldBeOnlyAsync(third);
    }

    [Theory, Trait("Fault", "F05")]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task A_release_whose_clock_is_an_hour_off_goes_live_like_any_other(int hours)
    {
        await Bed.ReleaseAsync(Bed.Spec(Bed.App, version: 1));
        var next = Bed.Spec(Bed.App, version: 2);

        // Within its soak time it has to renew its lease.
        var plan = Bed.DriverPlan(next, "shifted", leaseSeconds: 24) with { ClockHours = hours, Plan = LocalReleases.QuickPlan with { Soak = TimeSpan.FromSeconds(10) } };
        await using var run = DriverRun.Start(plan, Bed["plan.json"]);

        (await run.ExitAsync()).ShouldBe(0, run.Output);

        await Bed.ShouldBeOnlyAsync(next);
    }

    [Fact, Trait("Fault", "F13")]
    public async Task One_that_was_healthy_and_died_before_the_switch_is_looked_at_once_more_and_refused()
    {
        var old = Bed.Spec(Bed.App, version: 1);
        await Bed.ReleaseAsync(old);
        await using var load = await Bed.LoadAsync(40);
        var next = Bed.Spec(Bed.App, 2, 1, ("TESTAPP_ONCE", "1"));
        await using var run = DriverRun.Start(Bed.DriverPlan(next, "release") with { PauseOn = "route", Suspends = true }, Bed["plan.json"]);

        // The gate is open: the release is about to ask for the switch.
        await run.WaitForSuspensionAsync();
        await LocalProcesses.KillAsync(LocalProcesses.InstancesOf(Bed.Layout.Root, next.Id));
        run.Continue();

        (await run.ExitAsync()).ShouldNotBe(0, run.Output);
        run.Output.ShouldContain("IMB7051");
        run.Output.ShouldContain("instance 0");
        await Bed.ShouldBeOnlyAsync(old);
        await NothingLostAsync(load);
    }

    /// <summary>A release that stands still where <paramref name="plan"/> says; each that loses its lease before is cleared up after, with <paramref name="old"/> serving.</summary>
    private async Task<DriverRun> AsleepAsync(ReleaseDriver.DriverPlan plan, GenerationSpec old)
    {
        for (var attempt = 1; ; attempt++)
        {
            var run = DriverRun.Start(plan with { Holder = $"{plan.Holder}-{attempt}" }, Bed[$"plan-{attempt}.json"]);
            try
            {
                if (await run.PausesAsync())
                {
                    await run.WaitForSuspensionAsync();
                    return run;
                }

                attempt.ShouldBeLessThanOrEqualTo(MostLost, run.Output);
                await run.ExitAsync();
            }
            catch
            {
                await run.DisposeAsync();
                throw;
            }

            await run.DisposeAsync();
            await Bed.ReleaseAsync(old);
        }
    }

    private async Task ShouldBeRefusedAsync(string holder)
    {
        var refused = await Should.ThrowAsync<ImmutableBuildException>(() => Bed.ReleaseAsync(Bed.Spec(Bed.App, version: 3), writer: "second"));
        refused.Code.ShouldBe("IMB6001");
        refused.Message.ShouldContain(holder);
    }

    private static async Task NothingLostAsync(OpenLoopLoad load)
    {
        var result = await load.StopAsync();
        result.Failed.ShouldBe(0, result.ToString());
    }
}
