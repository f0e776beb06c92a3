using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Rollouts;
using ImmutableBuild.IntegrationTests.Rig;
using ImmutableBuild.IntegrationTests.Targets;
using ImmutableBuild.LoadGenerator;
using ImmutableBuild.ReleaseDriver;
using ImmutableBuild.Releases;
using ImmutableBuild.Trust;

namespace ImmutableBuild.IntegrationTests.Local;

/// <summary>Whole releases and rollbacks on a <see cref="LocalBed"/>.</summary>
internal static class LocalReleases
{
    /// <summary>For releases of which nothing is asked while they watch what they made live; a test that asks for it says how long.</summary>
    public static RolloutPlan QuickPlan { get; } = new() { Soak = TimeSpan.FromMilliseconds(250), HealthTimeout = TimeSpan.FromSeconds(90) };

    /// <summary>Half of the traffic for ten minutes, however slow the machine.</summary>
    public static RolloutPlan LongCanary { get; } = QuickPlan with
    {
        Strategy = RolloutStrategy.Canary,
        Steps = [50],
        StepDuration = TimeSpan.FromMinutes(10),
        Judge = new JudgeOptions { MinimumRequests = 20, LatencyTolerance = 1000, OnInconclusive = InconclusiveAction.Hold, HoldTimeout = TimeSpan.FromMinutes(10) },
    };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Creates, switches, clears up; the run that made it live.</summary>
    public static Task<RolloutResult> ReleaseAsync(this LocalBed bed, GenerationSpec spec, RolloutPlan? plan = null, string writer = "test", IDeploymentTarget? target = null) =>
        WholeRelease.RunAsync(target ?? bed.Target, spec, plan ?? QuickPlan, writer);

    public static Task<RollbackResult> RollBackAsync(this LocalBed bed, RolloutPlan? plan = null) =>
        new Rollback(bed.Target, AcceptsAll.Instance, bed.Time, QuietReporter.Instance, _ => null).RunAsync(new RollbackRequest(bed.App, null, plan ?? QuickPlan), Ct);

    public static DriverPlan DriverPlan(this LocalBed bed, GenerationSpec spec, string holder, double leaseSeconds = 30) =>
        new(bed.Layout.Root, LocalBed.GatewayProgram, bed.ImageLayout, spec, holder, leaseSeconds);

    /// <summary>Runs a release in a process of its own until it succeeds: refused while one that was killed has its lease, it comes again once that has expired.</summary>
    public static async Task<string> ReleaseInProcessAsync(this LocalBed bed, GenerationSpec spec, string holder)
    {
        for (var attempt = 1; ; attempt++)
        {
            await using var run = DriverRun.Start(bed.DriverPlan(spec, holder), bed[$"plan-{holder}-{attempt}.json"]);
            if (await run.ExitAsync() == 0)
            {
                return run.Output;
            }

            run.Output.ShouldContain("IMB6001");
            attempt.ShouldBeLessThan(60);
            await bed.UntilAsync(seen => seen.Lease is null);
        }
    }

    /// <summary>The same, but waiting for minutes for requests in flight.</summary>
    public static GenerationSpec Patient(GenerationSpec spec) => spec with { Configuration = spec.Configuration with { DrainTimeout = TimeSpan.FromMinutes(5) } };

    public static Task<Observation> ObserveAsync(this LocalBed bed) => bed.Elsewhere.ObserveAsync(bed.App, Ct);

    public static async Task<Observation> UntilAsync(this LocalBed bed, Func<Observation, bool> condition)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        patience.CancelAfter(TimeSpan.FromMinutes(2));
        while (true)
        {
            var seen = await bed.ObserveAsync();
            if (condition(seen))
            {
                return seen;
            }

            await Task.Delay(50, patience.Token);
        }
    }

    /// <summary>A request that the generation that serves works on until it is ended.</summary>
    public static async Task<HeldUpload> HoldRequestAsync(this LocalBed bed)
    {
        var held = new HeldUpload((await bed.UrlAsync(bed.App))!);

        // Requests in flight may include the gateway's own to its public port; only clients' requests are among those that wait for an answer.
        await bed.UntilAsync(seen => seen.Find(seen.Serving!.Value)!.Traffic?.Waiting?.Total > 0);
        return held;
    }

    /// <summary>A load of <paramref name="perSecond"/> requests that goes on until it is stopped.</summary>
    public static async Task<OpenLoopLoad> LoadAsync(this LocalBed bed, double perSecond) =>
        await OpenLoopLoad.StartAsync(new Uri((await bed.UrlAsync(bed.App))!, "/whoami"), perSecond, cancellationToken: Ct);

    /// <summary>One generation serves, with one process, and nothing else is left of anything.</summary>
    public static async Task ShouldBeOnlyAsync(this LocalBed bed, GenerationSpec spec)
    {
        // The lease of a killed release that had only to give it back ends by itself.
        var seen = await bed.UntilAsync(seen => seen.Generations.Length == 1 && seen.Lease is null);
        seen.Generations[0].Id.ShouldBe(spec.Id);
        seen.Route.Route.ShouldBe(Route.To(spec.Id));
        (await bed.AskAsync(bed.App)).ShouldBe(spec.Id);
        LocalProcesses.Instances(bed.Layout.Root).Count.ShouldBe(spec.Size);
        await LocalProcesses.UntilOneKeeperAsync(bed.Layout.Root);
        LocalProcesses.Gateways(bed.Layout.Root, "serve").Count.ShouldBe(1);
    }

    private sealed class AcceptsAll : IImageVerifier
    {
        public static AcceptsAll Instance { get; } = new();

        public Task VerifyAsync(AppKey app, CommitSha commit, string repository, Images.Digest image, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
