using System.Diagnostics;
using ImmutableBuild.Docker;
using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Docker.Gateways;
using ImmutableBuild.Errors;
using ImmutableBuild.Gateway;
using ImmutableBuild.Generations;
using ImmutableBuild.IntegrationTests.Gateway;
using ImmutableBuild.IntegrationTests.Targets;
using ImmutableBuild.LoadGenerator;

namespace ImmutableBuild.IntegrationTests.Docker;

/// <summary>The first release with a newer package upgrades the gateway in its container.</summary>
[Collection(DockerCollection.Name)]
public sealed class DockerUpgradeTests(DockerEngine engine, DockerApps apps) : IDisposable
{
    private readonly string _newer = GatewayCopy.Make(Directory.CreateTempSubdirectory("imb-newer-").FullName);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_newer, recursive: true);

    [Fact]
    [Trait("Fault", "F11")]
    [Trait("Fault", "F08")]
    public async Task A_gateway_is_upgraded_without_losing_a_request_and_stays_so()
    {
        await using var bed = new DockerTargetBed(engine, apps);
        var spec = await ServeAsync(bed);
        var container = await GatewayAsync(bed);
        var url = (await bed.Target.ObserveAsync(bed.App, Token)).Url!;
        await using var load = await OpenLoopLoad.StartAsync(new Uri($"{url}/whoami"), 100, cancellationToken: Token);
        await using var newer = bed.Open(gatewayDirectory: _newer);

        var lease = await newer.AcquireLeaseAsync(bed.App, new LeaseRequest("newer", TimeSpan.FromMinutes(5)), Token);

        var upgraded = GatewayProgram.Find(_newer).Directory;
        (await InfoAsync(bed)).Program.ShouldBe(upgraded);
        var now = await GatewayAsync(bed);
        (now.ID, now.State.StartedAt).ShouldBe((container.ID, container.State.StartedAt), "the container goes on, with its port");
        (await bed.AskAsync(bed.App)).ShouldBe(spec.Id);
        var result = await load.StopAsync();
        result.Failed.ShouldBe(0, result.ToString());

        using (var first = Process.GetProcessById(now.State.Pid))
        {
            first.Kill();
        }

        // Until the engine has seen its end and started it, nobody or the one that was killed may answer.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(TimeSpan.FromMinutes(3));
        while ((await GatewayAsync(bed)).State is not { Running: true } again || again.StartedAt == now.State.StartedAt)
        {
            await Task.Delay(100, patience.Token);
        }

        (await InfoAsync(bed)).Program.ShouldBe(upgraded, "the engine starts the container, and its keeper what it was upgraded to");
        (await bed.AskAsync(bed.App)).ShouldBe(spec.Id);
        await newer.StopAsync(bed.App, lease, Token);
        await newer.ReleaseLeaseAsync(bed.App, lease, Token);
        (await bed.Target.ObserveAsync(bed.App, Token)).Ledger.ShouldBeEmpty();
    }

    [Fact]
    [Trait("Fault", "F11")]
    public async Task A_container_that_is_made_anew_runs_its_own_program()
    {
        await using var bed = new DockerTargetBed(engine, apps);
        await ServeAsync(bed);
        await using var newer = bed.Open(gatewayDirectory: _newer);
        await newer.AcquireLeaseAsync(bed.App, new LeaseRequest("newer", TimeSpan.FromMinutes(5)), Token);
        await bed.Client.Containers.RemoveContainerAsync(new AppNames(bed.App).Gateway, new ContainerRemoveParameters { Force = true }, Token);

        await bed.Elsewhere.AcquireLeaseAsync(bed.App, new LeaseRequest("newer", TimeSpan.FromMinutes(5)), Token);

        (await InfoAsync(bed)).Program.ShouldBe("/gateway");
    }

    private static async Task<ContainerInspectResponse> GatewayAsync(DockerTargetBed bed) => await bed.Client.Containers.InspectContainerAsync(new AppNames(bed.App).Gateway, Token);

    private static async Task<GatewayInfo> InfoAsync(DockerTargetBed bed)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(TimeSpan.FromMinutes(3));
        while (true)
        {
            await using var controls = new Controls();
            try
            {
                return await controls.Of(bed.Client, new AppNames(bed.App)).InfoAsync(patience.Token);
            }
            catch (ImmutableBuildException fault) when (fault.IsTransient)
            {
                await Task.Delay(100, patience.Token);
            }
        }
    }

    private static async Task<GenerationSpec> ServeAsync(DockerTargetBed bed)
    {
        var spec = bed.Spec(bed.App, AppVariant.Healthy);
        var lease = await bed.Target.AcquireLeaseAsync(bed.App, new LeaseRequest("older", TimeSpan.FromMinutes(5)), Token);
        await bed.Target.CreateAsync(spec, lease, Token);
        while ((await bed.Target.ObserveAsync(bed.App, Token)).Find(spec.Id)!.Instances is not [{ ConsecutiveHealthy: > 2 }])
        {
            await Task.Delay(100, Token);
        }

        await bed.Target.RouteAsync(bed.App, Route.To(spec.Id), lease, Token);
        await bed.Target.ReleaseLeaseAsync(bed.App, lease, Token);
        return spec;
    }
}
