using System.Diagnostics;
using ImmutableBuild.Docker;
using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.IntegrationTests.Targets;

namespace ImmutableBuild.IntegrationTests.Docker;

/// <summary>Processes in containers killed, containers removed by hand.</summary>
[Collection(DockerAppsCollection.Name)]
public sealed class DockerFaultTests(DockerEngine engine, DockerApps apps)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Fault", "F08")]
    [Trait("Fault", "F44")]
    public async Task A_killed_gateway_is_started_again_with_its_route()
    {
        await using var bed = new DockerTargetBed(engine, apps);
        var (spec, _) = await ServeAsync(bed);

        var before = await bed.Client.Containers.InspectContainerAsync(new AppNames(bed.App).Gateway, Token);
        Kill(before);
        while ((await bed.Client.Containers.InspectContainerAsync(before.ID, Token)) is not { State.Running: true, RestartCount: 1 })
        {
            await Task.Delay(50, Token);
        }

        await UntilAsync(bed, seen => seen.Route.Route == Route.To(spec.Id) && seen.Find(spec.Id)!.Instances[0].ConsecutiveHealthy > 0);
        (await bed.AskAsync(bed.App)).ShouldBe(spec.Id);
    }

    [Fact]
    [Trait("Fault", "F14")]
    public async Task A_killed_instance_is_seen_with_how_it_ended_and_started_again()
    {
        await using var bed = new DockerTargetBed(engine, apps);
        var (spec, _) = await ServeAsync(bed);

        Kill(await bed.Client.Containers.InspectContainerAsync(new AppNames(bed.App).Instance(spec.Id, "0"), Token));

        var seen = await UntilAsync(bed, seen => seen.Find(spec.Id)!.Instances is [{ Restarts: 1, ConsecutiveHealthy: > 0 }]);
        seen.Find(spec.Id)!.Instances[0].ExitCode.ShouldBe(137);

        // The engine may have started it again before a probe missed it: then what is seen of its health is from before.
        while (await bed.AskAsync(bed.App) != spec.Id)
        {
            await Task.Delay(50, Token);
        }
    }

    [Fact]
    [Trait("Fault", "F02")]
    public async Task What_a_killed_release_left_half_created_is_resumed()
    {
        await using var bed = new DockerTargetBed(engine, apps);
        var (spec, lease) = (bed.Spec(bed.App, AppVariant.Healthy, instances: 2), await LeaseAsync(bed));
        await bed.Target.CreateAsync(spec, lease, Token);
        await RemoveAsync(bed, new AppNames(bed.App).Instance(spec.Id, "1"));
        (await bed.Target.ObserveAsync(bed.App, Token)).Find(spec.Id)!.Instances.Single(instance => instance.Name == "1").State.ShouldBe(InstanceState.Exited);

        await bed.Elsewhere.CreateAsync(spec, lease, Token);

        await UntilAsync(bed, seen => seen.Find(spec.Id)!.Instances.All(instance => instance.ConsecutiveHealthy > 0));
    }

    [Fact]
    [Trait("Fault", "F03")]
    public async Task Containers_that_no_gateway_knows_are_removed_by_who_holds_the_lease()
    {
        await using var bed = new DockerTargetBed(engine, apps);
        var (serving, lease) = await ServeAsync(bed);
        var orphan = bed.Spec(bed.App, AppVariant.Healthy, version: 2);
        await bed.Target.CreateAsync(orphan, lease, Token);
        await RemoveAsync(bed, new AppNames(bed.App).Gateway);
        await RemoveStateAsync(bed);

        // The state is lost with the volume: nothing of before is known, and nothing of it may stay.
        await bed.Target.AcquireLeaseAsync(bed.App, new LeaseRequest("contract", TimeSpan.FromMinutes(5)), Token);
        var seen = await bed.Target.ObserveAsync(bed.App, Token);
        seen.Generations.Select(generation => generation.Id).ShouldBe([serving.Id, orphan.Id], ignoreOrder: true);
        seen.Generations.ShouldAllBe(generation => generation.Phase == GenerationPhase.Destroying);
        await UntilAsync(bed, now => now.Generations.IsEmpty);
    }

    [Fact]
    [Trait("Fault", "F08")]
    public async Task A_gateway_removed_by_hand_comes_back_with_what_it_had_committed()
    {
        await using var bed = new DockerTargetBed(engine, apps);
        var (spec, lease) = await ServeAsync(bed);
        await RemoveAsync(bed, new AppNames(bed.App).Gateway);

        (await bed.Target.AcquireLeaseAsync(bed.App, new LeaseRequest(lease.Holder, TimeSpan.FromMinutes(5)), Token)).FencingToken.ShouldBe(lease.FencingToken);

        await UntilAsync(bed, seen => seen.Route.Route == Route.To(spec.Id) && seen.Find(spec.Id)!.Instances[0].ConsecutiveHealthy > 0);
        (await bed.AskAsync(bed.App)).ShouldBe(spec.Id);
    }

    [Fact]
    [Trait("Fault", "F40")]
    public async Task A_port_that_is_taken_is_told_and_leaves_nothing()
    {
        await using var bed = new DockerTargetBed(engine, apps);
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        await using var target = bed.Open(((System.Net.IPEndPoint)taken.LocalEndpoint).Port);

        var failure = await Should.ThrowAsync<ImmutableBuildException>(() => target.AcquireLeaseAsync(bed.App, new LeaseRequest("contract", TimeSpan.FromMinutes(5)), Token));

        failure.Code.ShouldBe("IMB6230");
        failure.Message.ShouldContain("address already in use");
        (await bed.ContainersAsync()).ShouldBeEmpty();
        (await bed.Client.Networks.ListNetworksAsync(new AppNames(bed.App).Mine, Token)).ShouldBeEmpty();
        (await bed.Client.Volumes.ListAsync(new AppNames(bed.App).Mine, Token)).Volumes.ShouldBeEmpty();
    }

    [Fact]
    public async Task Containers_can_write_nothing_and_have_no_capability()
    {
        await using var bed = new DockerTargetBed(engine, apps);
        var (spec, _) = await ServeAsync(bed);

        foreach (var name in new[] { new AppNames(bed.App).Gateway, new AppNames(bed.App).Instance(spec.Id, "0") })
        {
            var container = await bed.Client.Containers.InspectContainerAsync(name, Token);
            container.HostConfig.ReadonlyRootfs.ShouldBe(true);
            container.HostConfig.Privileged.ShouldBe(false);
            container.HostConfig.CapDrop.ShouldBe(["ALL"]);
            container.HostConfig.SecurityOpt.ShouldBe(["no-new-privileges"]);
            container.Config.User.ShouldStartWith("1654");
            (await File.ReadAllTextAsync($"/proc/{container.State.Pid}/status", Token)).ShouldContain("CapEff:\t0000000000000000");
        }
    }

    [Fact]
    public async Task Instances_are_limited_as_configured()
    {
        await using var bed = new DockerTargetBed(engine, apps);
        var plain = bed.Spec(bed.App, AppVariant.Healthy);
        var spec = plain with { Configuration = plain.Configuration with { Memory = 256 * 1024 * 1024, Cpus = 0.5 } };
        await bed.Target.CreateAsync(spec, await LeaseAsync(bed), Token);

        await UntilAsync(bed, seen => seen.Find(spec.Id)!.Instances is [{ ConsecutiveHealthy: > 0 }]);

        var container = await bed.Client.Containers.InspectContainerAsync(new AppNames(bed.App).Instance(spec.Id, "0"), Token);
        (container.HostConfig.Memory, container.HostConfig.NanoCpus).ShouldBe((268435456, 500000000));
    }

    [Fact]
    public async Task A_worker_is_healthy_while_it_runs()
    {
        await using var bed = new DockerTargetBed(engine, apps);
        var web = bed.Spec(bed.App, AppVariant.NeverListens);
        var spec = web with { Configuration = web.Configuration with { Port = null, Probe = Probe.Default with { Kind = ProbeKind.Process } } };
        var lease = await bed.Target.AcquireLeaseAsync(bed.App, new LeaseRequest("contract", TimeSpan.FromMinutes(5)) { Listens = false }, Token);

        await bed.Target.CreateAsync(spec, lease, Token);

        var seen = await UntilAsync(bed, seen => seen.Find(spec.Id)!.Instances is [{ ConsecutiveHealthy: >= 3, Identity: InstanceIdentity.Confirmed }]);
        seen.Url.ShouldBeNull("it listens on nothing");
        await bed.Target.RouteAsync(bed.App, Route.To(spec.Id), lease, Token);
        Kill(await bed.Client.Containers.InspectContainerAsync(new AppNames(bed.App).Instance(spec.Id, "0"), Token));
        await UntilAsync(bed, now => now.Find(spec.Id)!.Instances is [{ Restarts: 1, ConsecutiveHealthy: >= 1 }]);

        await bed.Target.ReleaseLeaseAsync(bed.App, lease, Token);
        (await new StopApp(bed.Elsewhere, TimeProvider.System, QuietReporter.Instance).RunAsync(bed.App, Token)).ShouldBe([spec.Id]);
    }

    [Fact]
    [Trait("Fault", "F04")]
    public async Task Two_first_releases_at_once_share_one_gateway_and_one_gets_the_lease()
    {
        await using var bed = new DockerTargetBed(engine, apps);
        Task<Lease>[] both =
        [
            bed.Target.AcquireLeaseAsync(bed.App, new LeaseRequest("first", TimeSpan.FromMinutes(5)), Token),
            bed.Elsewhere.AcquireLeaseAsync(bed.App, new LeaseRequest("second", TimeSpan.FromMinutes(5)), Token),
        ];

        await Task.WhenAny(Task.WhenAll(both));

        both.Count(lease => lease.IsCompletedSuccessfully).ShouldBe(1, string.Join(Environment.NewLine, both.Select(lease => lease.Exception?.InnerException?.ToString())));
        both.Single(lease => lease.IsFaulted).Exception!.InnerException.ShouldBeOfType<ImmutableBuildException>().Message.ShouldStartWith("IMB6001");
        (await bed.Client.Containers.ListContainersAsync(new ContainersListParameters { All = true, Filters = new AppNames(bed.App).Mine }, Token)).ShouldHaveSingleItem();
    }

    private static Task<Lease> LeaseAsync(DockerTargetBed bed) => bed.Target.AcquireLeaseAsync(bed.App, new LeaseRequest("contract", TimeSpan.FromMinutes(5)), Token);

    private static async Task<(GenerationSpec Spec, Lease Lease)> ServeAsync(DockerTargetBed bed)
    {
        var (spec, lease) = (bed.Spec(bed.App, AppVariant.Healthy), await LeaseAsync(bed));
        await bed.Target.CreateAsync(spec, lease, Token);
        await UntilAsync(bed, seen => seen.Find(spec.Id)!.Instances is [{ ConsecutiveHealthy: > 2 }]);
        await bed.Target.RouteAsync(bed.App, Route.To(spec.Id), lease, Token);
        return (spec, lease);
    }

    private static async Task<Observation> UntilAsync(DockerTargetBed bed, Func<Observation, bool> holds)
    {
        var began = Stopwatch.GetTimestamp();
        Observation? last = null;
        while (Stopwatch.GetElapsedTime(began) < s_patience)
        {
            try
            {
                last = await bed.Target.ObserveAsync(bed.App, Token);
                if (holds(last))
                {
                    return last;
                }
            }
            catch (ImmutableBuildException fault) when (fault.IsTransient)
            {
                // The gateway is on its way back.
            }

            await Task.Delay(100, Token);
        }

        throw new TimeoutException($"Still not so: {string.Join("; ", (last?.Generations ?? []).Select(generation => $"{generation.Id} {generation.Phase} {string.Join(',', generation.Instances)}"))}");
    }

    /// <summary>kill -9 of a container's first process, by the host: the engine does not know why.</summary>
    private static void Kill(ContainerInspectResponse container)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Directory.Exists($"/proc/{container.State.Pid}"), "the engine's processes are not this machine's");
        using var process = Process.GetProcessById(container.State.Pid);
        process.Kill();
        process.WaitForExit();
    }

    private static Task RemoveAsync(DockerTargetBed bed, string container) =>
        bed.Client.Containers.RemoveContainerAsync(container, new ContainerRemoveParameters { Force = true }, Token);

    private static Task RemoveStateAsync(DockerTargetBed bed) => bed.Client.Volumes.RemoveAsync(new AppNames(bed.App).StateVolume, Token);
}
