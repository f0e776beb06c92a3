using ImmutableBuild.Gateway;
using ImmutableBuild.Generations;
using ImmutableBuild.IntegrationTests.Gateway;
using ImmutableBuild.LoadGenerator;

namespace ImmutableBuild.IntegrationTests.Local;

/// <summary>The first release with a newer package upgrades the gateway that runs.</summary>
public sealed class LocalUpgradeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Fault", "F11")]
    public async Task A_release_upgrades_the_gateway_it_finds_and_looking_does_not()
    {
        await using var bed = new LocalBed();
        var spec = await ServeAsync(bed);
        await using var load = await OpenLoopLoad.StartAsync(new Uri((await bed.UrlAsync(bed.App))!, "whoami"), 100, cancellationToken: Token);
        var before = await InfoAsync(bed);
        await using var newer = bed.Open(gatewayProgram: Path.Combine(GatewayCopy.Make(bed["newer"]), "ImmutableBuild.Gateway.dll"));

        await newer.ObserveAsync(bed.App, Token);
        (await InfoAsync(bed)).ShouldBe(before);
        var lease = await newer.AcquireLeaseAsync(bed.App, new LeaseRequest("newer", TimeSpan.FromMinutes(5)), Token);
        var after = await InfoAsync(bed);

        (after.ProcessId == before.ProcessId, after.Program == before.Program).ShouldBe((false, false));
        (await bed.AskAsync(bed.App)).ShouldBe(spec.Id);
        (await newer.ObserveAsync(bed.App, Token)).Find(spec.Id)!.Instances[0].Restarts.ShouldBe(0);
        var result = await load.StopAsync();
        result.Failed.ShouldBe(0, result.ToString());

        // The same again finds it done.
        await newer.AcquireLeaseAsync(bed.App, new LeaseRequest("newer", TimeSpan.FromMinutes(5)), Token);
        (await InfoAsync(bed)).ProcessId.ShouldBe(after.ProcessId);
        await newer.StopAsync(bed.App, lease, Token);
        await newer.ReleaseLeaseAsync(bed.App, lease, Token);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(TimeSpan.FromMinutes(3));
        while (Directory.EnumerateFiles(bed.Layout.App(bed.App)).Any(file => Path.GetFileName(file) is "program" or "yielded" or "keeper.lock"))
        {
            await Task.Delay(50, patience.Token);
        }
    }

    private static async Task<GatewayInfo> InfoAsync(LocalBed bed)
    {
        await using var client = GatewayClient.ForState(bed.App, bed.Layout.App(bed.App));
        return await client.InfoAsync(Token);
    }

    private static async Task<GenerationSpec> ServeAsync(LocalBed bed)
    {
        var spec = bed.Spec(bed.App, Targets.AppVariant.Healthy);
        var lease = await bed.Target.AcquireLeaseAsync(bed.App, new LeaseRequest("older", TimeSpan.FromMinutes(5)), Token);
        await bed.Target.CreateAsync(spec, lease, Token);
        while ((await bed.Target.ObserveAsync(bed.App, Token)).Find(spec.Id)!.Instances is not [{ ConsecutiveHealthy: > 0 }])
        {
            await Task.Delay(50, Token);
        }

        await bed.Target.RouteAsync(bed.App, Route.To(spec.Id), lease, Token);
        await bed.Target.ReleaseLeaseAsync(bed.App, lease, Token);
        return spec;
    }
}
