using ImmutableBuild.Errors;
using ImmutableBuild.Generations;

namespace ImmutableBuild.IntegrationTests.Local;

/// <summary>Releases in processes of their own that are killed, or meet each other.</summary>
public sealed class KilledReleaseTests : OnLocalBed
{
    // Seconds; long enough for most machines to renew the lease. A release that loses its lease ends before the test kills it, and the test takes another one.
    private const double ShortLease = 8;
    private const int MostLost = 5;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, Trait("Fault", "F01")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Killed_at_any_call_and_run_again_it_converges_and_loses_nothing(bool afterTheCall)
    {
        await Bed.ReleaseInProcessAsync(Bed.Spec(Bed.App, version: 1), "first");
        var calls = (await Bed.ReleaseInProcessAsync(Bed.Spec(Bed.App, version: 2), "counting")).Split('\n').Count(line => line.StartsWith("call ", StringComparison.Ordinal));
        calls.ShouldBeGreaterThanOrEqualTo(5);
        await using var load = await Bed.LoadAsync(20);

        for (var (call, version) = (1, 3); call <= calls; version++)
        {
            version.ShouldBeLessThanOrEqualTo(2 + call + MostLost);
            var spec = Bed.Spec(Bed.App, version);
            var plan = Bed.DriverPlan(spec, $"killed-{version}", ShortLease) with { PauseAt = call, PauseAfter = afterTheCall };
            await using var killed = DriverRun.Start(plan, Bed[$"killed-{version}.json"]);
            if (await killed.PausesAsync())
            {
                await killed.KillAsync();
                call++;
            }

            await Bed.ReleaseInProcessAsync(spec, $"again-{version}");

            await Bed.ShouldBeOnlyAsync(spec);
        }

        var result = await load.StopAsync();
        result.Failed.ShouldBe(0, result.ToString());
    }

    [Fact, Trait("Fault", "F03")]
    public async Task An_abandoned_release_never_switches_later()
    {
        var old = Bed.Spec(Bed.App, version: 1);
        await Bed.ReleaseAsync(old);
        var next = Bed.Spec(Bed.App, version: 2);
        await using var abandoned = DriverRun.Start(Bed.DriverPlan(next, "abandoned", leaseSeconds: 25) with { PauseOn = "create", PauseAfter = true }, Bed["plan.json"]);
        await abandoned.WaitForAsync(ReleaseDriver.DriverPlan.Paused);
        await abandoned.KillAsync();

        await Bed.UntilAsync(seen => seen.Find(next.Id) is { Instances: [{ ConsecutiveHealthy: > 5 }] });
        var seen = await Bed.UntilAsync(seen => seen.Lease is null);

        seen.Route.Route.ShouldBe(Route.To(old.Id));
        (await Bed.AskAsync(Bed.App)).ShouldBe(old.Id);
    }

    [Fact, Trait("Fault", "F04"), Trait("Fault", "F06")]
    public async Task Of_two_releases_at_once_one_wins_and_the_other_names_it()
    {
        await Bed.ReleaseAsync(Bed.Spec(Bed.App, version: 1));
        GenerationSpec[] specs = [Bed.Spec(Bed.App, version: 2), Bed.Spec(Bed.App, version: 3)];
        await using var load = await Bed.LoadAsync(20);

        var outcomes = await Task.WhenAll(specs.Select((spec, index) => Task.Run(async () =>
        {
            try
            {
                await Bed.ReleaseAsync(spec, LocalReleases.QuickPlan with { Soak = TimeSpan.FromSeconds(15) }, $"writer-{index}");
                return null;
            }
            catch (ImmutableBuildException refused)
            {
                return refused;
            }
        }, Ct)));

        var loser = outcomes.OfType<ImmutableBuildException>().ShouldHaveSingleItem();
        loser.Code.ShouldBe("IMB6001");
        var winner = Array.IndexOf(outcomes, null);
        loser.Message.ShouldContain($"writer-{winner}");
        await Bed.ShouldBeOnlyAsync(specs[winner]);
        (await load.StopAsync()).Failed.ShouldBe(0);
    }

    [Fact]
    public async Task A_build_whose_output_is_piped_ends_and_the_gateway_has_nothing_of_it()
    {
        var secret = $"s3cret-{Guid.NewGuid():N}";
        await using var run = DriverRun.Start(
            Bed.DriverPlan(Bed.Spec(Bed.App, version: 1), "piped"), Bed["plan.json"], ("BUILD_SECRET", secret), ("MSBUILDDISABLENODEREUSE", "1"));

        (await run.ExitAsync()).ShouldBe(0, run.Output);

        var left = LocalProcesses.Of(Bed.Layout.Root);
        left.Count.ShouldBe(3, "keeper, gateway and instance");
        foreach (var process in left)
        {
            var environment = await File.ReadAllTextAsync($"/proc/{process}/environ", Ct);
            environment.ShouldNotContain(secret);
            environment.ShouldNotContain("MSBUILD");
            Directory.GetFiles($"/proc/{process}/fd").Select(path => new FileInfo(path).LinkTarget ?? "").ShouldNotContain(target => target.StartsWith("/dev/pts", StringComparison.Ordinal));
        }
    }
}
