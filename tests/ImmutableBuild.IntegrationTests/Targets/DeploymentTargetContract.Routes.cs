using ImmutableBuild.Generations;

namespace ImmutableBuild.IntegrationTests.Targets;

/// <content>Where traffic goes.</content>
public abstract partial class DeploymentTargetContract
{
    [Fact]
    public async Task The_route_moves_and_everyone_sees_it()
    {
        var (first, lease) = await CreateHealthyAsync();
        await Target.RouteAsync(App, Route.To(first.Id), lease, Ct);
        await AnsweredByAsync(first.Id);
        var (second, _) = await CreateHealthyAsync(version: 2, lease: lease);
        (await Bed.AskAsync(App)).ShouldBe(first.Id);

        await Target.RouteAsync(App, Route.To(second.Id), lease, Ct);

        await AnsweredByAsync(second.Id);
        (await Bed.Elsewhere.ObserveAsync(App, Ct)).Route.Route.ShouldBe(Route.To(second.Id));
    }

    [Fact]
    public async Task A_route_set_again_is_no_new_one()
    {
        var (spec, lease) = await CreateHealthyAsync();
        await Target.RouteAsync(App, Route.To(spec.Id), lease, Ct);
        await Bed.PauseAsync(TimeSpan.FromMilliseconds(200));
        var before = await ObserveAsync();

        await Target.RouteAsync(App, Route.To(spec.Id), lease, Ct);

        (await ObserveAsync()).Route.Since.ShouldBe(before.Route.Since);
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
        await AnsweredByAsync(healthy.Id);
    }
}
