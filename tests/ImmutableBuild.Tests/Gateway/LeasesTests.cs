using ImmutableBuild.Errors;
using ImmutableBuild.Gateway.State;
using ImmutableBuild.Generations;
using ImmutableBuild.Releases;
using ImmutableBuild.Tests.Generations.Simulation;

namespace ImmutableBuild.Tests.Gateway;

public sealed class LeasesTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;
    private static readonly GatewayState New = GatewayState.New(new AppKey("web", "test"), Now);

    [Fact]
    [Trait("Fault", "F04")]
    public void The_second_of_two_is_told_who_holds_it()
    {
        var held = Leases.Acquire(New, Request("first"), Now);
        var refusal = Should.Throw<ImmutableBuildException>(() => Leases.Acquire(held, Request("second"), Now));
        refusal.Code.ShouldBe("IMB6001");
        refusal.Message.ShouldContain("first");
    }

    [Fact]
    public void The_holder_renews_with_the_same_token()
    {
        var held = Leases.Acquire(New, Request("first"), Now);
        var renewed = Leases.Acquire(held, Request("first"), Now.AddSeconds(10));
        renewed.Lease!.FencingToken.ShouldBe(held.Lease!.FencingToken);
        renewed.Lease.ExpiresAt.ShouldBe(Now.AddSeconds(40));
    }

    [Fact]
    [Trait("Fault", "F05")]
    public void An_expired_lease_goes_to_the_next_and_its_holder_is_fenced_off()
    {
        var first = Leases.Acquire(New, Request("first"), Now);
        var later = Now.AddMinutes(1);
        var second = Leases.Acquire(first, Request("second"), later);
        second.Lease!.FencingToken.ShouldBeGreaterThan(first.Lease!.FencingToken);
        Should.Throw<ImmutableBuildException>(() => Leases.Demand(second, Of(first), later)).Code.ShouldBe("IMB6002");
        Should.NotThrow(() => Leases.Demand(second, Of(second), later));
    }

    [Fact]
    [Trait("Fault", "F03")]
    public void An_expired_lease_changes_nothing_even_when_nobody_took_it()
    {
        var held = Leases.Acquire(New, Request("first"), Now);
        Should.Throw<ImmutableBuildException>(() => Leases.Demand(held, Of(held), Now.AddMinutes(1))).Code.ShouldBe("IMB6002");
    }

    [Fact]
    [Trait("Fault", "F05")]
    public void A_token_is_never_given_twice_also_after_a_release()
    {
        var first = Leases.Acquire(New, Request("first"), Now);
        var released = Leases.Release(first, Of(first));
        released.Lease.ShouldBeNull();
        Leases.Acquire(released, Request("first"), Now).Lease!.FencingToken.ShouldBe(2);
    }

    [Fact]
    public void Only_the_holder_gives_it_back()
    {
        var held = Leases.Acquire(New, Request("first"), Now);
        Leases.Release(held, new Lease("other", 1, Now)).ShouldBeSameAs(held);
    }

    [Fact]
    [Trait("Fault", "F03"), Trait("Fault", "F37")]
    public void What_was_begun_to_replace_ends_with_the_lease_and_not_with_its_renewal()
    {
        var fresh = new InstanceRecord("1", 8080, Host: "b") { Replaces = "0" };
        var record = new GenerationRecord(SimulatedSpecs.Spec(1), null, Now, GenerationPhase.Running, [new InstanceRecord("0", 8080, Host: "a"), fresh]);
        var held = Leases.Acquire(New, Request("first"), Now) with { Generations = [record] };

        Leases.Acquire(held, Request("first"), Now.AddSeconds(1)).Generations[0].Instances[1].ShouldBe(fresh);
        foreach (var ended in new[] { Leases.Release(held, Of(held)), Leases.Acquire(held, Request("first"), Now.AddMinutes(1)), Leases.Acquire(held, Request("second"), Now.AddMinutes(1)) })
        {
            ended.Generations[0].Instances[1].ShouldBe(fresh with { Replaces = null, IsLeaving = true });
            ended.Generations[0].HasPlace("0").ShouldBeTrue();
        }
    }

    private static LeaseRequest Request(string holder) => new(holder, TimeSpan.FromSeconds(30));

    private static Lease Of(GatewayState state) => new(state.Lease!.Holder, state.Lease.FencingToken, state.Lease.ExpiresAt);
}
