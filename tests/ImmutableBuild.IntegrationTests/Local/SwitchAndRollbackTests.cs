using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.IntegrationTests.Gateway;

namespace ImmutableBuild.IntegrationTests.Local;

/// <summary>Switches under load, gates that don't open, and ways back.</summary>
public sealed class SwitchAndRollbackTests(ITestOutputHelper output) : OnLocalBed
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact, Trait("Fault", "F20")]
    public async Task A_hundred_switches_under_load_lose_nothing()
    {
        GenerationSpec[] specs = [Bed.Spec(Bed.App, version: 1), Bed.Spec(Bed.App, version: 2)];
        await Bed.ReleaseAsync(specs[0]);
        var lease = await Bed.Target.AcquireLeaseAsync(Bed.App, new LeaseRequest("switching", TimeSpan.FromMinutes(30)), Ct);
        await Bed.Target.CreateAsync(specs[1], lease, Ct);
        await Bed.UntilAsync(seen => seen.Find(specs[1].Id) is { Instances: [{ ConsecutiveHealthy: > 2 }] });
        await using var load = await Bed.LoadAsync(200);
        var calls = new List<double>();

        for (var index = 1; index <= 100; index++)
        {
            var to = specs[index % 2].Id;
            var began = Stopwatch.GetTimestamp();
            await Bed.Target.RouteAsync(Bed.App, Route.To(to), lease, Ct);
            calls.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            (await Bed.AskAsync(Bed.App)).ShouldBe(to);
        }

        var result = await load.StopAsync();
        output.WriteLine($"100 switches, median call {calls.Order().ElementAt(50):0.0} ms, slowest {calls.Max():0.0} ms; {result}");
        result.Failed.ShouldBe(0, result.ToString());
        result.Sent.ShouldBeGreaterThan(100);
    }

    [Fact, Trait("Fault", "F07")]
    public async Task Releasing_what_is_live_changes_nothing_at_all()
    {
        var spec = Bed.Spec(Bed.App, version: 1);
        await Bed.ReleaseAsync(spec);
        var before = (Processes: LocalProcesses.Of(Bed.Layout.Root), State: await StateAsync());

        var again = await Bed.ReleaseAsync(spec, writer: "another user");

        again.Unchanged.ShouldBeTrue();
        LocalProcesses.Of(Bed.Layout.Root).ShouldBe(before.Processes, ignoreOrder: true);
        (await StateAsync()).ShouldBe(before.State);
    }

    [Theory, Trait("Fault", "F12")]
    [InlineData("hang")]
    [InlineData("flap")]
    public async Task An_app_that_is_not_well_gets_no_traffic_and_leaves_nothing(string health)
    {
        var old = Bed.Spec(Bed.App, version: 1);
        await Bed.ReleaseAsync(old);
        var sick = Probed(TimeSpan.FromSeconds(2), 2, ("TESTAPP_HEALTH", health));

        var failure = await Should.ThrowAsync<ImmutableBuildException>(() => Bed.ReleaseAsync(sick, LocalReleases.QuickPlan with { HealthTimeout = TimeSpan.FromSeconds(8) }));

        failure.Code.ShouldStartWith("IMB7");
        failure.Message.ShouldContain(sick.Id.ToString());
        await Bed.ShouldBeOnlyAsync(old);
    }

    [Fact, Trait("Fault", "F14")]
    public async Task One_that_dies_after_the_switch_fails_back_to_the_warm_old_one()
    {
        var old = Bed.Spec(Bed.App, version: 1);
        await Bed.ReleaseAsync(old);
        var next = Bed.Spec(Bed.App, version: 2);
        var release = Bed.ReleaseAsync(next, LocalReleases.QuickPlan with { Soak = TimeSpan.FromMinutes(5) });
        await Bed.UntilAsync(seen => seen.Route.Route == Route.To(next.Id));
        var process = LocalProcesses.InstancesOf(Bed.Layout.Root, next.Id).ShouldHaveSingleItem();
        using var killed = Process.GetProcessById(process);

        var began = Stopwatch.GetTimestamp();
        killed.Kill();
        await Bed.UntilAsync(seen => seen.Route.Route == Route.To(old.Id));
        output.WriteLine($"From the kill to the route back: {Stopwatch.GetElapsedTime(began).TotalMilliseconds:0} ms");

        (await Should.ThrowAsync<ImmutableBuildException>(() => release)).Code.ShouldStartWith("IMB7");
        await Bed.ShouldBeOnlyAsync(old);
    }

    [Fact, Trait("Fault", "F14")]
    public async Task One_that_stands_still_for_a_probe_is_waited_for_and_one_that_does_not_go_on_fails_back()
    {
        var old = Bed.Spec(Bed.App, version: 1);
        await Bed.ReleaseAsync(old);
        var next = Probed(TimeSpan.FromSeconds(8), version: 2);
        var release = Bed.ReleaseAsync(next, LocalReleases.QuickPlan with { Soak = TimeSpan.FromSeconds(20) });
        await Bed.UntilAsync(seen => seen.Route.Route == Route.To(next.Id));

        // It has to go on before it is late three times in a row.
        var process = LocalProcesses.InstancesOf(Bed.Layout.Root, next.Id).ShouldHaveSingleItem();
        Signals.Stop(process);
        await Bed.UntilAsync(seen => seen.Find(next.Id)!.Instances[0] is { IsLate: true, ConsecutiveHealthy: 0 });
        Signals.Continue(process);

        (await release).Observed.Route.Route.ShouldBe(Route.To(next.Id));
        await Bed.ShouldBeOnlyAsync(next);

        var third = Probed(TimeSpan.FromSeconds(8), version: 3);
        release = Bed.ReleaseAsync(third, LocalReleases.QuickPlan with { Soak = TimeSpan.FromMinutes(5) });
        await Bed.UntilAsync(seen => seen.Route.Route == Route.To(third.Id));
        Signals.Stop(LocalProcesses.InstancesOf(Bed.Layout.Root, third.Id).ShouldHaveSingleItem());

        (await Should.ThrowAsync<ImmutableBuildException>(() => release)).Code.ShouldBe("IMB7004");
        await Bed.ShouldBeOnlyAsync(next);
    }

    [Fact]
    public async Task A_public_port_that_another_process_has_is_named_with_that_process()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        await using var target = Bed.Open(port);

        var refusal = await Should.ThrowAsync<ImmutableBuildException>(() =>
            target.AcquireLeaseAsync(Bed.App, new LeaseRequest("me", TimeSpan.FromMinutes(1)), Ct));

        refusal.Code.ShouldBe("IMB6051");
        refusal.Message.ShouldContain($":{port}");
        refusal.Message.ShouldContain($"process {Environment.ProcessId}");
        await LocalProcesses.UntilNoneAsync(Bed.Layout.Root);
    }

    [Fact]
    public async Task Another_public_port_than_the_one_that_serves_is_refused()
    {
        await Bed.ReleaseAsync(Bed.Spec(Bed.App, version: 1));
        var serves = (await Bed.UrlAsync(Bed.App))!.Port;
        await using var target = Bed.Open(serves == 65535 ? 65534 : serves + 1);

        var refusal = await Should.ThrowAsync<ImmutableBuildException>(() =>
            target.AcquireLeaseAsync(Bed.App, new LeaseRequest("me", TimeSpan.FromMinutes(1)), Ct));

        refusal.Code.ShouldBe("IMB6104");
        refusal.Message.ShouldContain($"{serves}");
    }

    [Fact, Trait("Fault", "F27"), Trait("Fault", "F29"), Trait("Fault", "F33")]
    public async Task A_standby_is_gone_back_to_without_a_start_and_back_again()
    {
        var plan = LocalReleases.QuickPlan with { Keep = 1 };
        var first = Bed.Spec(Bed.App, 1, 1, ("MODE", "old"));
        var second = Bed.Spec(Bed.App, 1, 1, ("MODE", "new"));
        second.Image.ShouldBe(first.Image, "only the configuration differs");
        await Bed.ReleaseAsync(first, plan);
        await Bed.ReleaseAsync(second, plan);
        var processes = LocalProcesses.Instances(Bed.Layout.Root);

        var back = await Bed.RollBackAsync(plan);

        output.WriteLine($"Rollback to a standby: {back.Elapsed.TotalMilliseconds:0} ms, switch {back.Run.SwitchTime?.TotalMilliseconds:0} ms");
        (back.To, back.WasStandby).ShouldBe((first.Id, true));
        (await Bed.AskAsync(Bed.App)).ShouldBe(first.Id);
        (await Bed.RollBackAsync(plan)).To.ShouldBe(second.Id);
        LocalProcesses.Instances(Bed.Layout.Root).ShouldBe(processes, ignoreOrder: true);
        (await Bed.ObserveAsync()).Ledger.Select(entry => (entry.Sequence, entry.Cause, entry.Spec.Id)).ShouldBe([
            (1, LedgerCause.Release, first.Id), (2, LedgerCause.Release, second.Id),
            (3, LedgerCause.Rollback, first.Id), (4, LedgerCause.Rollback, second.Id),
        ]);
    }

    [Fact, Trait("Fault", "F27"), Trait("Fault", "F28")]
    public async Task A_standby_that_stands_still_is_made_anew_and_gone_back_to()
    {
        var plan = LocalReleases.QuickPlan with { Keep = 1 };
        var first = Probed(TimeSpan.FromSeconds(2), version: 1);
        await Bed.ReleaseAsync(first, plan);
        await Bed.ReleaseAsync(Bed.Spec(Bed.App, version: 2), plan);
        var hung = LocalProcesses.InstancesOf(Bed.Layout.Root, first.Id).ShouldHaveSingleItem();
        Signals.Stop(hung);
        await Bed.UntilAsync(seen => seen.Find(first.Id)!.Instances[0] is { LastProbe.Healthy: false, IsLate: false });

        var back = await Bed.RollBackAsync(plan);

        (back.To, back.WasStandby).ShouldBe((first.Id, false));
        (await Bed.AskAsync(Bed.App)).ShouldBe(first.Id);
        LocalProcesses.InstancesOf(Bed.Layout.Root, first.Id).ShouldHaveSingleItem().ShouldNotBe(hung);
    }

    [Fact, Trait("Fault", "F28"), Trait("Fault", "F30")]
    public async Task One_that_was_destroyed_is_created_again_and_one_that_failed_is_skipped()
    {
        var first = Bed.Spec(Bed.App, version: 1);
        await Bed.ReleaseAsync(first);
        await Bed.ReleaseAsync(Bed.Spec(Bed.App, version: 2));
        await Should.ThrowAsync<ImmutableBuildException>(() => Bed.ReleaseAsync(
            Bed.Spec(Bed.App, 3, 1, ("TESTAPP_HEALTH", "unhealthy")), LocalReleases.QuickPlan with { HealthTimeout = TimeSpan.FromSeconds(5) }));

        var back = await Bed.RollBackAsync();

        (back.To, back.WasStandby).ShouldBe((first.Id, false));
        await Bed.ShouldBeOnlyAsync(first);
    }

    [Fact, Trait("Fault", "F45")]
    public async Task Children_and_ignored_signals_do_not_outlive_their_generation()
    {
        await Bed.ReleaseAsync(Bed.Spec(Bed.App, 1, 1, ("TESTAPP_CHILDREN", "1"), ("TESTAPP_IGNORE_TERM", "1")));
        LocalProcesses.Instances(Bed.Layout.Root).Count.ShouldBe(3, "the app and the two it started");
        var next = Bed.Spec(Bed.App, version: 2);

        await Bed.ReleaseAsync(next);

        await Bed.ShouldBeOnlyAsync(next);
    }

    [Fact]
    public async Task A_worker_that_listens_on_nothing_is_released_by_its_process_alone()
    {
        GenerationSpec Worker(int version)
        {
            var spec = Bed.Spec(Bed.App, version, 1, ("TESTAPP_NEVER_LISTEN", "1"));
            return spec with { Configuration = spec.Configuration with { Port = null, Probe = Probe.Default with { Kind = ProbeKind.Process } } };
        }

        await Bed.ReleaseAsync(Worker(1));

        await Bed.ReleaseAsync(Worker(2));

        var seen = await Bed.ObserveAsync();
        seen.Url.ShouldBeNull();
        seen.Generations.ShouldHaveSingleItem().Id.ShouldBe(Worker(2).Id);
        LocalProcesses.Instances(Bed.Layout.Root).ShouldHaveSingleItem();
    }

    [Fact, Trait("Fault", "F41")]
    public async Task Images_that_nothing_needs_any_more_go_and_those_of_the_history_stay()
    {
        for (var version = 1; version <= 5; version++)
        {
            await Bed.ReleaseAsync(Bed.Spec(Bed.App, version));
        }

        Directory.GetDirectories(Bed.Layout.Images).Select(Path.GetFileName).ShouldBe(
            new[] { 5, 4, 3 }.Select(version => Bed.Spec(Bed.App, version).Image.Hex), ignoreOrder: true);
    }

    /// <summary>A generation that is late after <paramref name="timeout"/>.</summary>
    private GenerationSpec Probed(TimeSpan timeout, int version, params (string Name, string Value)[] behaviour)
    {
        var spec = Bed.Spec(Bed.App, version, 1, behaviour);
        return spec with { Configuration = spec.Configuration with { Probe = Probe.Default with { Timeout = timeout } } };
    }

    private async Task<string> StateAsync() => await File.ReadAllTextAsync(Path.Combine(Bed.Layout.App(Bed.App), "state.json"), Ct);
}
