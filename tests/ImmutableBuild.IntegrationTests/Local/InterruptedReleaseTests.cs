using ImmutableBuild.Generations;

namespace ImmutableBuild.IntegrationTests.Local;

/// <summary>Where a release is when it is interrupted.</summary>
public enum ReleaseStep
{
    Creating,
    Gate,
    Judging,
    Soaking,
}

/// <summary>Releases in processes of their own that get Ctrl-C.</summary>
public sealed class InterruptedReleaseTests : OnLocalBed
{
    [Theory, Trait("Fault", "F02")]
    [InlineData(ReleaseStep.Creating)]
    [InlineData(ReleaseStep.Gate)]
    [InlineData(ReleaseStep.Judging)]
    [InlineData(ReleaseStep.Soaking)]
    public async Task Interrupted_at_any_step_it_goes_back_gives_the_lease_back_and_leaves_nothing(ReleaseStep step)
    {
        var old = Bed.Spec(Bed.App, version: 1);
        await Bed.ReleaseAsync(old);
        await using var load = await Bed.LoadAsync(20);
        var next = step == ReleaseStep.Gate ? Bed.Spec(Bed.App, 2, 1, ("TESTAPP_START_DELAY_MS", "600000")) : Bed.Spec(Bed.App, version: 2);
        await using var run = DriverRun.Start(Bed.DriverPlan(next, "interrupted") with { Plan = PlanOf(step) }, Bed["plan.json"]);
        await ReachAsync(step, run, next);

        run.Interrupt();

        (await run.ExitAsync()).ShouldNotBe(0, run.Output);
        run.Output.ShouldContain("IMB6004");
        (await Bed.ObserveAsync()).Lease.ShouldBeNull("it was given back, not left to expire");
        await Bed.ShouldBeOnlyAsync(old);
        Directory.GetDirectories(Path.Combine(Bed.Layout.App(Bed.App), "generations")).Select(Path.GetFileName).ShouldBe([old.Id.ToString()]);
        var result = await load.StopAsync();
        result.Failed.ShouldBe(0, result.ToString());
    }

    [Fact, Trait("Fault", "F02")]
    public async Task Interrupted_while_the_old_one_drains_the_new_one_stays_and_no_request_is_cut()
    {
        var old = LocalReleases.Patient(Bed.Spec(Bed.App, version: 1));
        await Bed.ReleaseAsync(old);
        using var held = await Bed.HoldRequestAsync();
        var next = Bed.Spec(Bed.App, version: 2);
        await using var run = DriverRun.Start(Bed.DriverPlan(next, "interrupted"), Bed["plan.json"]);
        await Bed.UntilAsync(seen => seen.Find(old.Id)!.Phase == GenerationPhase.Destroying);

        run.Interrupt();

        (await run.ExitAsync()).ShouldNotBe(0, run.Output);
        var seen = await Bed.ObserveAsync();
        seen.Lease.ShouldBeNull();
        seen.Route.Route.ShouldBe(Route.To(next.Id));
        seen.Find(old.Id)!.InFlight.ShouldBe(1);
        await held.EndAsync();
        await Bed.ShouldBeOnlyAsync(next);
    }

    [Fact, Trait("Fault", "F02")]
    public async Task A_second_interrupt_ends_it_at_once_and_the_next_release_goes_on_from_what_is_there()
    {
        var old = Bed.Spec(Bed.App, version: 1);
        await Bed.ReleaseAsync(old);
        var next = LocalReleases.Patient(Bed.Spec(Bed.App, version: 2));
        var plan = Bed.DriverPlan(next, "interrupted", leaseSeconds: 20) with { Plan = PlanOf(ReleaseStep.Soaking) };
        await using var run = DriverRun.Start(plan, Bed["plan.json"]);
        await ReachAsync(ReleaseStep.Soaking, run, next);
        using var held = await Bed.HoldRequestAsync();

        // Going back, it waits for the request, which does not end.
        run.Interrupt();
        await Bed.UntilAsync(seen => seen.Find(next.Id)!.Phase == GenerationPhase.Destroying);
        run.Interrupt();

        (await run.ExitAsync()).ShouldNotBe(0, run.Output);
        (await Bed.ObserveAsync()).Find(next.Id)!.InFlight.ShouldBe(1, "it did not wait for it");
        (await Bed.AskAsync(Bed.App)).ShouldBe(old.Id);
        await held.EndAsync();
        var third = Bed.Spec(Bed.App, version: 3);
        await Bed.ReleaseInProcessAsync(third, "third");
        await Bed.ShouldBeOnlyAsync(third);
    }

    private static RolloutPlan PlanOf(ReleaseStep step) => step == ReleaseStep.Judging
        ? LocalReleases.LongCanary
        : LocalReleases.QuickPlan with { Soak = TimeSpan.FromMinutes(10), HealthTimeout = TimeSpan.FromMinutes(10) };

    private async Task ReachAsync(ReleaseStep step, DriverRun run, GenerationSpec next)
    {
        switch (step)
        {
            case ReleaseStep.Creating:
                await run.WaitForCallAsync("create");
                break;
            case ReleaseStep.Gate:
                await run.WaitForAsync("Created");
                break;
            default:
                await Bed.UntilAsync(seen => seen.Route.Route.PercentOf(next.Id) == (step == ReleaseStep.Judging ? 50 : 100));
                break;
        }
    }
}
