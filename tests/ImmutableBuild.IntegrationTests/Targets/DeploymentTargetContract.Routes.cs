using ImmutableBuild.Errors;
using ImmutableBuild.Generations;

namespace ImmutableBuild.IntegrationTests.Targets;

/// <content>Where traffic goes.</content>
public abstract partial class DeploymentTargetContract
{
    [Fact]
    public async Task The_route_moves_for_the_next_request()
    {
        var (first, lease) = await CreateHealthyAsync();
        await Target.RouteAsync(App, Route.To(first.Id), lease, Ct);
        (await Bed.AskAsync(App)).ShouldBe(first.Id);
        var (second, _) = await CreateHealthyAsync(version: 2, lease: lease);
        (await Bed.AskAsync(App)).ShouldBe(first.Id);

        await Target.RouteAsync(App, Route.To(second.Id), lease, Ct);

        (await Bed.AskAsync(App)).ShouldBe(second.Id);
        (await Bed.Elsewhere.ObserveAsync(App, Ct)).Route.Route.ShouldBe(Route.To(second.Id));
    }

    [Fact]
    public async Task A_route_set_again_keeps_its_counters_and_a_new_one_begins_anew()
    {
        var (spec, lease) = await CreateHealthyAsync();
        await Target.RouteAsync(App, Route.To(spec.Id), lease, Ct);
        await Bed.PauseAsync(TimeSpan.FromMilliseconds(200));
        await Bed.AskAsync(App);
        var before = await ObserveAsync();

        await Target.RouteAsync(App, Route.To(spec.Id), lease, Ct);

        var after = await ObserveAsync();
        after.Route.Since.ShouldBe(before.Route.Since);
        after.Find(spec.Id)!.Traffic!.Requests.ShouldBeGreaterThanOrEqualTo(before.Find(spec.Id)!.Traffic!.Requests);
    }

    [Fact, Trait("Fault", "F24")]
    public async Task The_public_entry_itself_is_observed()
    {
        var (spec, lease) = await CreateHealthyAsync();
        await Target.RouteAsync(App, Route.To(spec.Id), lease, Ct);

        var seen = await EventuallyAsync(seen => seen.Route.Serving?.Consecutive >= 3);

        seen.Route.Serving!.Generation.ShouldBe(spec.Id);
    }

    [Fact, Trait("Fault", "F13")]
    public async Task A_route_to_what_is_missing_or_unhealthy_is_refused()
    {
        var (healthy, lease) = await CreateHealthyAsync();
        await Target.RouteAsync(App, Route.To(healthy.Id), lease, Ct);
        var broken = Bed.Spec(App, AppVariant.NeverListens, version: 2);
        await Target.CreateAsync(broken, lease, Ct);

        await RefusedAsync("IMB7", () => Target.RouteAsync(App, Route.To(broken.Id), lease, Ct));
        await RefusedAsync("IMB7", () => Target.RouteAsync(App, Route.Split(healthy.Id, broken.Id, 10), lease, Ct));
        await RefusedAsync("IMB7", () => Target.RouteAsync(App, Route.To(Bed.Spec(App, AppVariant.Healthy, version: 3).Id), lease, Ct));

        (await ObserveAsync()).Route.Route.ShouldBe(Route.To(healthy.Id));
        (await Bed.AskAsync(App)).ShouldBe(healthy.Id);
    }
}
