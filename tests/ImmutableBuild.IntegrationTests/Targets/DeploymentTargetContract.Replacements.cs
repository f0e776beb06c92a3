using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Drift;

namespace ImmutableBuild.IntegrationTests.Targets;

/// <content>Drift, and fresh instances in the place of others.</content>
public abstract partial class DeploymentTargetContract
{
    [Fact, Trait("Fault", "F37")]
    public async Task What_was_released_and_left_alone_has_not_drifted()
    {
        (await Target.FindDriftAsync(App, Ct)).ShouldBeEmpty("it was never released");
        var (spec, lease) = await CreateHealthyAsync(instances: 2);
        await Target.RouteAsync(App, Route.To(spec.Id), lease, Ct);

        (await Bed.Elsewhere.FindDriftAsync(App, Ct)).ShouldBeEmpty();
    }

    [Fact, Trait("Fault", "F37")]
    public async Task A_fresh_instance_takes_the_place_of_another_and_that_one_goes()
    {
        var (spec, lease) = await CreateHealthyAsync(instances: 2);
        await Target.RouteAsync(App, Route.To(spec.Id), lease, Ct);
        var names = (await ObserveAsync()).Find(spec.Id)!.Instances.Select(instance => instance.Name).ToList();
        var (old, other) = (names[0], names[1]);

        await ReplaceAsync(spec, old, ReplacementStep.Begin, lease);
        await ReplaceAsync(spec, old, ReplacementStep.Begin, lease);
        var joining = await EventuallyAsync(seen => seen.Find(spec.Id)!.Joining is [{ Instance.ConsecutiveHealthy: >= 3 }]);
        joining.Find(spec.Id)!.Instances.Select(instance => instance.Name).ShouldBe([old, other], ignoreOrder: true);
        var fresh = joining.Find(spec.Id)!.Joining.Single();
        (fresh.Replaces, fresh.Instance.Identity).ShouldBe((old, InstanceIdentity.Confirmed));

        await ReplaceAsync(spec, old, ReplacementStep.Finish, lease);
        await ReplaceAsync(spec, old, ReplacementStep.Finish, lease);

        var after = (await EventuallyAsync(seen => seen.Find(spec.Id) is { Leaving.IsEmpty: true, Joining.IsEmpty: true })).Find(spec.Id)!;
        after.Instances.Select(instance => instance.Name).ShouldBe([fresh.Instance.Name, other], ignoreOrder: true);
        await AnsweredByAsync(spec.Id);
        (await Target.FindDriftAsync(App, Ct)).ShouldBeEmpty();
        await Target.CreateAsync(spec, lease, Ct);
        (await ObserveAsync()).Find(spec.Id)!.Instances.Length.ShouldBe(2, "created again, it is as it is");
    }

    [Fact, Trait("Fault", "F12")]
    public async Task A_fresh_instance_that_does_not_answer_takes_no_place()
    {
        var lease = await LeaseAsync();
        var spec = Bed.Spec(App, AppVariant.NeverListens);
        await Target.CreateAsync(spec, lease, Ct);
        var old = await FirstInstanceAsync(spec);
        await ReplaceAsync(spec, old, ReplacementStep.Begin, lease);
        await EventuallyAsync(seen => seen.Find(spec.Id)!.Joining is [{ Instance.LastProbe: not null }]);

        await RefusedAsync("IMB8053", () => ReplaceAsync(spec, old, ReplacementStep.Finish, lease));
        await ReplaceAsync(spec, old, ReplacementStep.GiveUp, lease);
        await ReplaceAsync(spec, old, ReplacementStep.GiveUp, lease);

        var after = await EventuallyAsync(seen => seen.Find(spec.Id) is { Leaving.IsEmpty: true, Joining.IsEmpty: true });
        after.Find(spec.Id)!.Instances.ShouldHaveSingleItem().Name.ShouldBe(old);
    }

    [Fact, Trait("Fault", "F03"), Trait("Fault", "F05")]
    public async Task What_was_begun_goes_with_the_lease_it_was_begun_under()
    {
        var (spec, lease) = await CreateHealthyAsync();
        var old = await FirstInstanceAsync(spec);
        await ReplaceAsync(spec, old, ReplacementStep.Begin, lease);
        await EventuallyAsync(seen => seen.Find(spec.Id)!.Joining is [{ Instance.ConsecutiveHealthy: > 0 }]);
        await Target.ReleaseLeaseAsync(App, lease, Ct);
        var next = await LeaseAsync("next");

        await RefusedAsync("IMB6002", () => ReplaceAsync(spec, old, ReplacementStep.Finish, lease));
        await RefusedAsync("IMB8052", () => ReplaceAsync(spec, old, ReplacementStep.Finish, next));

        var after = await EventuallyAsync(seen => seen.Find(spec.Id) is { Leaving.IsEmpty: true, Joining.IsEmpty: true });
        after.Find(spec.Id)!.Instances.ShouldHaveSingleItem().Name.ShouldBe(old);
    }

    [Fact]
    public async Task Only_an_instance_that_is_there_is_replaced()
    {
        var (spec, lease) = await CreateHealthyAsync();
        var there = await FirstInstanceAsync(spec);

        await RefusedAsync("IMB8052", () => ReplaceAsync(spec, "7", ReplacementStep.Begin, lease));
        await RefusedAsync("IMB8052", () => ReplaceAsync(Bed.Spec(App, AppVariant.Healthy, version: 2), there, ReplacementStep.Begin, lease));
        await RefusedAsync("IMB8052", () => ReplaceAsync(spec, there, ReplacementStep.Finish, lease));
    }

    private Task ReplaceAsync(GenerationSpec spec, string instance, ReplacementStep change, Lease lease) => Target.ReplaceAsync(App, spec.Id, instance, change, lease, Ct);
}
