using ImmutableBuild.Generations;

namespace ImmutableBuild.IntegrationTests.Targets;

/// <content>An app as a whole: its history, its end, and its neighbours.</content>
public abstract partial class DeploymentTargetContract
{
    [Fact]
    public async Task The_ledger_numbers_its_entries_and_takes_a_repeated_one_once()
    {
        var lease = await LeaseAsync();
        var entry = Entry(Bed.Spec(App, AppVariant.Healthy), LedgerEvent.Live);

        await Target.RecordAsync(App, entry, lease, Ct);
        await Target.RecordAsync(App, entry, lease, Ct);
        await Target.RecordAsync(App, Entry(Bed.Spec(App, AppVariant.Healthy, version: 2), LedgerEvent.Failed), lease, Ct);
        await Target.RecordAsync(App, entry, lease, Ct);

        var ledger = (await Bed.Elsewhere.ObserveAsync(App, Ct)).Ledger;
        ledger.Select(line => line.Sequence).ShouldBe([1, 2, 3]);
        ledger.Select(line => line.Event).ShouldBe([LedgerEvent.Live, LedgerEvent.Failed, LedgerEvent.Live]);
        ledger[0].Spec.Id.ShouldBe(entry.Spec.Id);
        ledger[0].At.ShouldNotBe(default);
    }

    [Fact, Trait("Fault", "F41")]
    public async Task Environments_on_one_system_never_touch_each_other()
    {
        var (spec, lease) = await CreateHealthyAsync();
        await Target.RouteAsync(App, Route.To(spec.Id), lease, Ct);
        var other = Bed.OtherEnvironment;
        var otherLease = await Target.AcquireLeaseAsync(other, new LeaseRequest("other", s_long), Ct);
        var otherSpec = Bed.Spec(other, AppVariant.Healthy);
        await Target.CreateAsync(otherSpec, otherLease, Ct);

        await Target.StopAsync(other, otherLease, Ct);
        await Target.ReleaseLeaseAsync(other, otherLease, Ct);

        await AnsweredByAsync(spec.Id);
        (await ObserveAsync()).Generations.ShouldHaveSingleItem();
        (await Target.ObserveAsync(other, Ct)).Generations.ShouldBeEmpty();
    }

    [Fact]
    public async Task Stopping_leaves_nothing_but_the_ledger()
    {
        await ReleaseAsync(AppVariant.Healthy);
        var lease = await LeaseAsync("stopper");

        await Target.StopAsync(App, lease, Ct);
        await Target.ReleaseLeaseAsync(App, lease, Ct);

        var seen = await ObserveAsync();
        seen.Generations.ShouldBeEmpty();
        seen.Route.Route.ShouldBe(Route.None);
        seen.Lease.ShouldBeNull();
        seen.Ledger.ShouldHaveSingleItem();
        (await Bed.AskAsync(App)).ShouldBeNull();
    }

    [Fact, Trait("Fault", "F04")]
    public async Task Until_a_stop_gives_its_lease_back_no_release_begins()
    {
        await ReleaseAsync(AppVariant.Healthy);
        var lease = await LeaseAsync("stopper");
        await Target.StopAsync(App, lease, Ct);
        await Target.StopAsync(App, lease, Ct);

        (await LeaseAsync("stopper")).FencingToken.ShouldBe(lease.FencingToken, "it may be renewed to the end");
        await RefusedAsync("IMB6001", () => Bed.Elsewhere.AcquireLeaseAsync(App, new LeaseRequest("release", s_long), Ct));

        await Target.ReleaseLeaseAsync(App, lease, Ct);
        (await Bed.Elsewhere.AcquireLeaseAsync(App, new LeaseRequest("release", s_long), Ct)).FencingToken.ShouldBeGreaterThan(lease.FencingToken);
    }
}
