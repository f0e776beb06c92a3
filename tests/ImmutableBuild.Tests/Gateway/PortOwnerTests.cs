using ImmutableBuild.Gateway.Supervision;
using ImmutableBuild.Generations;

namespace ImmutableBuild.Tests.Gateway;

/// <summary>Whose a listening socket is, by two looks at the system that other processes come between.</summary>
[Trait("Fault", "F15")]
public sealed class PortOwnerTests
{
    [Fact]
    public void A_listener_that_the_instance_holds_is_its_own() => Compare(["1"], [["1"]]).ShouldBe(InstanceIdentity.Confirmed);

    [Fact]
    public void One_that_it_does_not_hold_is_someone_elses() => Compare([], [["1"], ["1"]]).ShouldBe(InstanceIdentity.Foreign);

    [Fact]
    public void One_that_has_ended_meanwhile_was_nobody_elses() => Compare([], [["1"], []]).ShouldBe(InstanceIdentity.Unknown);

    [Fact]
    public void One_that_listens_anew_is_looked_at_anew() => Compare(["2"], [["1"], ["2"]]).ShouldBe(InstanceIdentity.Confirmed);

    [Fact]
    public void One_that_is_another_at_each_look_is_someone_elses() => Compare([], [["1"], ["2"], ["3"], ["4"]]).ShouldBe(InstanceIdentity.Foreign);

    private static InstanceIdentity Compare(string[] held, IEnumerable<string[]> looks)
    {
        var next = new Queue<string[]>(looks);
        return PortOwner.Compare(next.Dequeue, listeners => listeners.All(one => held.Contains(one, StringComparer.Ordinal)));
    }
}
