using ImmutableBuild.Errors;
using ImmutableBuild.Generations;

namespace ImmutableBuild.IntegrationTests.Targets;

/// <content>Who may change the app.</content>
public abstract partial class DeploymentTargetContract
{
    [Fact, Trait("Fault", "F04")]
    public async Task The_lease_has_one_holder_who_is_named_to_the_other()
    {
        await Target.AcquireLeaseAsync(App, new LeaseRequest("first", s_long), Ct);

        var refused = await Should.ThrowAsync<ImmutableBuildException>(() => Bed.Elsewhere.AcquireLeaseAsync(App, new LeaseRequest("second", s_long), Ct));

        refused.Code.ShouldBe("IMB6001");
        refused.Message.ShouldContain("first");
        (await ObserveAsync()).Lease!.Holder.ShouldBe("first");
    }

    [Fact]
    public async Task The_same_holder_renews_with_the_same_token()
    {
        var first = await LeaseAsync("one");
        var again = await LeaseAsync("one");

        again.FencingToken.ShouldBe(first.FencingToken);
        again.ExpiresAt.ShouldBeGreaterThanOrEqualTo(first.ExpiresAt);
    }

    [Fact]
    public async Task It_is_renewed_while_another_call_is_under_way()
    {
        var lease = await LeaseAsync("one");

        var look = ObserveAsync();
        var renewed = await LeaseAsync("one");

        renewed.FencingToken.ShouldBe(lease.FencingToken);
        (await look).Lease!.FencingToken.ShouldBe(lease.FencingToken);
    }

    [Fact]
    public async Task A_lease_given_back_is_free_and_the_next_token_is_higher()
    {
        var first = await LeaseAsync("first");
        await Target.ReleaseLeaseAsync(App, first, Ct);
        await Target.ReleaseLeaseAsync(App, first, Ct);

        (await LeaseAsync("second")).FencingToken.ShouldBeGreaterThan(first.FencingToken);
    }

    [Fact, Trait("Fault", "F05"), Trait("Fault", "F03")]
    public async Task A_lease_expires_by_itself_and_its_holder_is_fenced_off()
    {
        var stale = await Target.AcquireLeaseAsync(App, new LeaseRequest("first", TimeSpan.FromSeconds(1)), Ct);
        await EventuallyAsync(seen => seen.Lease is null);
        await LeaseAsync("second");

        await RefusedAsync("IMB6002", () => Target.CreateAsync(Bed.Spec(App, AppVariant.Healthy), stale, Ct));
        await RefusedAsync("IMB6002", () => Target.RouteAsync(App, Route.None, stale, Ct));
        (await ObserveAsync()).Generations.ShouldBeEmpty();
    }
}
