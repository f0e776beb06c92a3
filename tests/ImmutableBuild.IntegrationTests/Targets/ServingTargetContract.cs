using ImmutableBuild.Generations;

namespace ImmutableBuild.IntegrationTests.Targets;

/// <summary>What every target that serves real requests has to do beyond <see cref="DeploymentTargetContract"/>.</summary>
public abstract class ServingTargetContract : DeploymentTargetContract
{
    protected abstract IServingFixture CreateServingFixture();

    protected sealed override Task<IContractFixture> CreateFixtureAsync() => Task.FromResult<IContractFixture>(CreateServingFixture());

    [Fact, Trait("Fault", "F21"), Trait("Fault", "F25")]
    public async Task A_request_in_flight_ends_before_its_generation_goes()
    {
        var bed = (IServingFixture)Bed;
        var (first, lease) = await CreateHealthyAsync();
        await bed.Target.RouteAsync(bed.App, Route.To(first.Id), lease, TestContext.Current.CancellationToken);
        var (second, _) = await CreateHealthyAsync(version: 2, lease: lease);
        var request = bed.RequestAsync(bed.App, TimeSpan.FromSeconds(3));
        await EventuallyAsync(seen => seen.Find(first.Id)!.InFlight > 0);
        await bed.Target.RouteAsync(bed.App, Route.To(second.Id), lease, TestContext.Current.CancellationToken);
        await bed.Target.DestroyAsync(bed.App, first.Id, lease, TestContext.Current.CancellationToken);

        (await request).ShouldBeTrue();
        await EventuallyAsync(seen => seen.Find(first.Id) is null);
    }
}
