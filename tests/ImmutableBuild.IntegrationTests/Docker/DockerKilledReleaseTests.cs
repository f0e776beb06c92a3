using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.IntegrationTests.Local;
using ImmutableBuild.IntegrationTests.Targets;
using ImmutableBuild.LoadGenerator;

namespace ImmutableBuild.IntegrationTests.Docker;

/// <summary>Releases in processes of their own that are killed, or get Ctrl-C.</summary>
[Collection(DockerReleasesCollection.Name)]
public sealed class DockerKilledReleaseTests(DockerEngine engine, DockerApps apps) : IDisposable
{
    // Seconds; long enough for most machines to renew the lease. A release that loses its lease ends before the test kills it, and the test takes another one.
    private const double ShortLease = 13;
    private const int MostLost = 5;

    private readonly string _directory = Directory.CreateTempSubdirectory("ib-killed-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    [Trait("Fault", "F01")]
    [Trait("Fault", "F03")]
    public async Task Killed_before_and_after_each_change_another_run_converges_and_no_request_is_lost()
    {
        (string Call, bool After)[] points = [("create", true), ("route", false), ("route", true), ("destroy", false), ("destroy", true)];
        await using var bed = new DockerTargetBed(engine, apps);
        await WholeRelease.RunAsync(bed.Target, bed.Spec(1), LocalReleases.QuickPlan);
        await using var load = await LoadAsync(bed);

        for (var (point, version) = (0, 2); point < points.Length; version++)
        {
            version.ShouldBeLessThanOrEqualTo(2 + point + MostLost);
            var (call, after) = points[point];
            var spec = bed.Spec(version);
            var plan = await bed.DriverPlanAsync(spec, $"killed-{version}", ShortLease) with { PauseOn = call, PauseAfter = after };
            await using var killed = DriverRun.Start(plan, Path.Combine(_directory, $"{version}.json"));
            if (await killed.PausesAsync())
            {
                await killed.KillAsync();
                point++;
            }

            await AgainAsync(bed, spec);

            await bed.ShouldBeOnlyAsync(spec, $"{(call, after)}");
        }

        var result = await load.StopAsync();
        result.Failed.ShouldBe(0, result.ToString());
    }

    [Fact]
    [Trait("Fault", "F01")]
    public async Task Killed_while_it_creates_containers_another_run_converges()
    {
        await using var bed = new DockerTargetBed(engine, apps);
        await WholeRelease.RunAsync(bed.Target, bed.Spec(1), LocalReleases.QuickPlan);
        var spec = bed.Spec(2);

        // With a long soak time the release keeps both generations, so that they can be seen however slow the machine is.
        var plan = await bed.DriverPlanAsync(spec, "killed", 30) with { Plan = LocalReleases.QuickPlan with { Soak = TimeSpan.FromMinutes(10) } };
        await using var killed = DriverRun.Start(plan, Path.Combine(_directory, "plan.json"));
        while ((await bed.ContainersAsync()).Count < 3)
        {
            await Task.Delay(10, Token);
        }

        await killed.KillAsync();

        await AgainAsync(bed, spec);
        await bed.ShouldBeOnlyAsync(spec);
    }

    [Theory]
    [Trait("Fault", "F02")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Interrupted_before_or_after_the_switch_it_goes_back_gives_the_lease_back_and_leaves_nothing(bool switched)
    {
        await using var bed = new DockerTargetBed(engine, apps);
        var old = bed.Spec(1);
        await WholeRelease.RunAsync(bed.Target, old, LocalReleases.QuickPlan);
        await using var load = await LoadAsync(bed);
        var next = switched ? bed.Spec(2) : bed.Spec(2, ("TESTAPP_START_DELAY_MS", "600000"));
        var plan = await bed.DriverPlanAsync(next, "interrupted", 30) with { Plan = LocalReleases.QuickPlan with { Soak = TimeSpan.FromMinutes(10), HealthTimeout = TimeSpan.FromMinutes(10) } };
        await using var run = DriverRun.Start(plan, Path.Combine(_directory, "plan.json"));
        if (switched)
        {
            while ((await bed.Elsewhere.ObserveAsync(bed.App, Token)).Route.Route != Route.To(next.Id))
            {
                await Task.Delay(100, Token);
            }
        }
        else
        {
            await run.WaitForAsync("Created");
        }

        run.Interrupt();

        (await run.ExitAsync()).ShouldNotBe(0, run.Output);
        run.Output.ShouldContain("IMB6004");
        (await bed.Elsewhere.ObserveAsync(bed.App, Token)).Lease.ShouldBeNull("it was given back, not left to expire");
        await bed.ShouldBeOnlyAsync(old);
        (await EngineWitness.HasAsync(bed.Client, plan.Docker!.Image)).ShouldBeFalse("its image went too");
        (await load.StopAsync()).Failed.ShouldBe(0);
    }

    private static async Task<OpenLoopLoad> LoadAsync(DockerTargetBed bed) =>
        await OpenLoopLoad.StartAsync(new Uri(new Uri((await bed.Target.ObserveAsync(bed.App, Token)).Url!), "/whoami"), 20, cancellationToken: Token);

    /// <summary>Runs it again until the killed one's lease has expired.</summary>
    private static async Task AgainAsync(DockerTargetBed bed, GenerationSpec spec)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await WholeRelease.RunAsync(bed.Target, spec, LocalReleases.QuickPlan, "again");
                return;
            }
            catch (ImmutableBuildException held) when (held.Code == "IMB6001" && attempt < 120)
            {
                await Task.Delay(500, Token);
            }
        }
    }
}
