using ImmutableBuild.Generations;

namespace ImmutableBuild.IntegrationTests.Targets;

/// <content>What is created, seen and destroyed.</content>
public abstract partial class DeploymentTargetContract
{
    [Fact]
    public async Task Creating_gives_no_traffic()
    {
        var (spec, _) = await CreateHealthyAsync();

        var seen = await ObserveAsync();

        seen.Route.Route.ShouldBe(Route.None);
        seen.Find(spec.Id)!.Spec.Commit.ShouldBe(spec.Commit);
        (await Bed.AskAsync(App)).ShouldBeNull();
    }

    [Fact, Trait("Fault", "F39")]
    public async Task Creating_again_finds_the_work_done()
    {
        var (spec, lease) = await CreateHealthyAsync();
        var before = (await ObserveAsync()).Generations.ShouldHaveSingleItem();

        await Target.CreateAsync(spec, lease, Ct);
        await Bed.Elsewhere.CreateAsync(spec, lease, Ct);

        var after = (await ObserveAsync()).Generations.ShouldHaveSingleItem();
        after.CreatedAt.ShouldBe(before.CreatedAt);
        after.Instances.Select(instance => instance.Restarts).ShouldAllBe(restarts => restarts == 0);
    }

    [Fact]
    public async Task All_instances_are_made_probed_and_known()
    {
        var (spec, _) = await CreateHealthyAsync(instances: 2);

        var seen = (await ObserveAsync()).Find(spec.Id)!;

        seen.Phase.ShouldBe(GenerationPhase.Running);
        seen.Instances.Length.ShouldBe(2);
        seen.Instances.Select(instance => instance.Name).ShouldBeUnique();
        seen.Instances.ShouldAllBe(instance => instance.Identity == InstanceIdentity.Confirmed && instance.State == InstanceState.Running);
    }

    [Fact, Trait("Fault", "F25")]
    public async Task What_has_traffic_is_never_destroyed()
    {
        var (spec, lease) = await CreateHealthyAsync();
        await Target.RouteAsync(App, Route.To(spec.Id), lease, Ct);

        await RefusedAsync("IMB8", () => Target.DestroyAsync(App, spec.Id, lease, Ct));

        await AnsweredByAsync(spec.Id);
    }

    [Fact]
    public async Task Destroying_ends_with_nothing_left_and_may_be_repeated()
    {
        var (first, lease) = await CreateHealthyAsync();
        await Target.RouteAsync(App, Route.To(first.Id), lease, Ct);
        var (second, _) = await CreateHealthyAsync(version: 2, lease: lease);

        await Target.DestroyAsync(App, second.Id, lease, Ct);
        await Target.DestroyAsync(App, second.Id, lease, Ct);
        await EventuallyAsync(seen => seen.Find(second.Id) is null);
        await Target.DestroyAsync(App, second.Id, lease, Ct);

        (await ObserveAsync()).Generations.ShouldHaveSingleItem().Id.ShouldBe(first.Id);
    }

    [Fact, Trait("Fault", "F12")]
    public async Task A_broken_app_is_seen_as_it_is()
    {
        var lease = await LeaseAsync();
        var silent = Bed.Spec(App, AppVariant.NeverListens);
        var failing = Bed.Spec(App, AppVariant.Answers500, version: 2);
        await Target.CreateAsync(silent, lease, Ct);
        await Target.CreateAsync(failing, lease, Ct);

        var seen = await EventuallyAsync(seen => seen.Generations.Length == 2 && seen.Generations.All(generation => generation.Instances.All(instance => instance.LastProbe is not null)));

        seen.Generations.SelectMany(generation => generation.Instances).ShouldAllBe(instance => instance.ConsecutiveHealthy == 0 && !instance.LastProbe!.Healthy);
    }

    [Fact, Trait("Fault", "F12")]
    public async Task A_crash_shows_exit_code_and_log()
    {
        var lease = await LeaseAsync();
        var spec = Bed.Spec(App, AppVariant.CrashesSoon);
        await Target.CreateAsync(spec, lease, Ct);

        var seen = await EventuallyAsync(seen => seen.Find(spec.Id)?.Instances is [{ ExitCode: not null }]);

        var ended = seen.Find(spec.Id)!.Instances[0];
        ended.ExitCode.ShouldBe(134);
        (await Target.ReadLogAsync(App, spec.Id, ended.Name, 5, Ct)).Count.ShouldBeInRange(1, 5);
    }
}
