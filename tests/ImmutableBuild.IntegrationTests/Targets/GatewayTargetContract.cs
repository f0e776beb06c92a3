using ImmutableBuild.Generations;

namespace ImmutableBuild.IntegrationTests.Targets;

/// <summary>What a target with a gateway of ours has to do beyond <see cref="ServingTargetContract"/>: others need not follow at once, nor count.</summary>
public abstract class GatewayTargetContract : ServingTargetContract
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_route_moves_for_the_next_request()
    {
        var (first, lease) = await CreateHealthyAsync();
        await Bed.Target.RouteAsync(Bed.App, Route.To(first.Id), lease, Ct);
        (await Bed.AskAsync(Bed.App)).ShouldBe(first.Id);
        var (second, _) = await CreateHealthyAsync(version: 2, lease: lease);

        await Bed.Target.RouteAsync(Bed.App, Route.To(second.Id), lease, Ct);

        (await Bed.AskAsync(Bed.App)).ShouldBe(second.Id);
    }

    [Fact]
    public async Task A_route_set_again_keeps_its_counters()
    {
        var (spec, lease) = await CreateHealthyAsync();
        await Bed.Target.RouteAsync(Bed.App, Route.To(spec.Id), lease, Ct);
        await Bed.AskAsync(Bed.App);
        var before = await EventuallyAsync(seen => seen.Find(spec.Id)!.Traffic?.Requests > 0);

        await Bed.Target.RouteAsync(Bed.App, Route.To(spec.Id), lease, Ct);

        var after = await Bed.Target.ObserveAsync(Bed.App, Ct);
        after.Find(spec.Id)!.Traffic!.Requests.ShouldBeGreaterThanOrEqualTo(before.Find(spec.Id)!.Traffic!.Requests);
    }
}
