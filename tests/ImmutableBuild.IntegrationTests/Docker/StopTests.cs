using ImmutableBuild.Docker;
using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Docker.Gateways;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.IntegrationTests.Local;
using ImmutableBuild.IntegrationTests.Targets;

namespace ImmutableBuild.IntegrationTests.Docker;

/// <summary>A stop, and releases that begin meanwhile or find what a killed one left.</summary>
[Collection(DockerAppsCollection.Name)]
public sealed class StopTests(DockerEngine engine, DockerApps apps)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Fault", "F04")]
    public async Task A_release_that_is_tried_all_along_a_stop_serves_once_it_gets_through()
    {
        await using var bed = new DockerTargetBed(engine, apps);
        await WholeRelease.RunAsync(bed.Target, bed.Spec(1), LocalReleases.QuickPlan);
        var next = bed.Spec(2);

        var stopping = new StopApp(bed.Target, TimeProvider.System, QuietReporter.Instance).RunAsync(bed.App, Token);
        await UntilAsync(async () => stopping.IsCompleted || (await bed.Elsewhere.ObserveAsync(bed.App, Token)).Lease is not null);
        await ReleaseAsync(bed, next);
        await stopping;

        await bed.ShouldBeOnlyAsync(next);
        (await GatewayAsync(bed))!.HostConfig.RestartPolicy!.Name.ShouldBe("always");
    }

    [Fact]
    [Trait("Fault", "F01")]
    public async Task What_a_stop_that_was_killed_before_its_last_call_left_is_gone_with_the_next_release()
    {
        await using var bed = new DockerTargetBed(engine, apps);
        await WholeRelease.RunAsync(bed.Target, bed.Spec(1), LocalReleases.QuickPlan);
        var lease = await bed.Target.AcquireLeaseAsync(bed.App, new LeaseRequest("killed", TimeSpan.FromMinutes(5)), Token);
        await bed.Target.StopAsync(bed.App, lease, Token);
        var names = new AppNames(bed.App);
        await bed.Client.Containers.UpdateContainerAsync(names.Gateway, new ContainerUpdateParameters(new RestartPolicy("no")), Token);
        await using (var controls = new Controls())
        {
            await controls.Of(bed.Client, names).StopAsync(lease, Token);
        }

        await UntilAsync(async () => await GatewayAsync(bed) is { State.Running: false });
        var seen = await bed.Elsewhere.ObserveAsync(bed.App, Token);
        (seen.Generations.Length, seen.Ledger.Length).ShouldBe((0, 1), "it is a stopped app like any other");

        var next = bed.Spec(2);
        await WholeRelease.RunAsync(bed.Elsewhere, next, LocalReleases.QuickPlan);

        await bed.ShouldBeOnlyAsync(next);
        (await GatewayAsync(bed))!.HostConfig.RestartPolicy!.Name.ShouldBe("always");
    }

    [Fact]
    [Trait("Fault", "F01")]
    public async Task A_gateway_that_a_killed_stop_had_begun_to_end_goes_on_for_the_next_release()
    {
        await using var bed = new DockerTargetBed(engine, apps);
        await WholeRelease.RunAsync(bed.Target, bed.Spec(1), LocalReleases.QuickPlan);
        await bed.Client.Containers.UpdateContainerAsync(new AppNames(bed.App).Gateway, new ContainerUpdateParameters(new RestartPolicy("no")), Token);

        await bed.Elsewhere.AcquireLeaseAsync(bed.App, new LeaseRequest("next", TimeSpan.FromMinutes(5)), Token);

        (await GatewayAsync(bed))!.HostConfig.RestartPolicy!.Name.ShouldBe("always");
        (await bed.AskAsync(bed.App)).ShouldBe(bed.Spec(1).Id);
    }

    /// <summary>Releases as soon as nobody else holds the lease.</summary>
    private static async Task ReleaseAsync(DockerTargetBed bed, GenerationSpec spec)
    {
        while (true)
        {
            try
            {
                await WholeRelease.RunAsync(bed.Elsewhere, spec, LocalReleases.QuickPlan);
                return;
            }
            catch (ImmutableBuildException held) when (held.Code == "IMB6001")
            {
                await Task.Delay(20, Token);
            }
        }
    }

    private static Task<ContainerInspectResponse?> GatewayAsync(DockerTargetBed bed) => Found.OrNullAsync(bed.Client.Containers.InspectContainerAsync(new AppNames(bed.App).Gateway, Token));

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(TimeSpan.FromMinutes(3));
        while (!await HoldsAsync(holds))
        {
            await Task.Delay(20, patience.Token);
        }
    }

    // A gateway that is on its way out does not answer.
    private static async Task<bool> HoldsAsync(Func<Task<bool>> holds)
    {
        try
        {
            return await holds();
        }
        catch (ImmutableBuildException away) when (away.IsTransient)
        {
            return false;
        }
    }
}
