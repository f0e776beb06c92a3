using ImmutableBuild.Gateway.Probing;
using ImmutableBuild.Generations;

namespace ImmutableBuild.Tests.Gateway;

public sealed class InstanceHealthTests
{
    private static readonly ProbeOutcome Well = new(true, "200", InstanceIdentity.Confirmed);
    private static readonly ProbeOutcome Bad = new(false, "500");
    private static readonly ProbeOutcome Slow = new(false, "no answer", TimedOut: true);
    private static readonly ProbeOutcome Foreign = new(false, "someone else", InstanceIdentity.Foreign);

    [Fact]
    public void Successes_in_a_row_are_counted() => After(Well, Well, Well).Consecutive.ShouldBe(3);

    [Fact]
    [Trait("Fault", "F12")]
    public void A_flapping_instance_never_gets_far() => After(Well, Bad, Well, Bad, Well).Consecutive.ShouldBe(1);

    [Fact]
    public void A_bad_answer_takes_it_out_at_once() => After(Well, Well, Bad).Serves.ShouldBeFalse();

    [Fact]
    public void A_slow_answer_takes_it_out_when_it_is_the_third()
    {
        After(Well, Slow, Slow).Serves.ShouldBeTrue();
        After(Well, Slow, Slow, Slow).Serves.ShouldBeFalse();
    }

    [Fact]
    [Trait("Fault", "F14")]
    public void Late_is_what_serves_and_was_only_too_slow()
    {
        After(Well, Slow).IsLate.ShouldBeTrue();
        After(Well, Slow, Slow).IsLate.ShouldBeTrue();
        After(Well, Slow, Slow, Slow).IsLate.ShouldBeFalse();
        After(Well, Slow, Bad).IsLate.ShouldBeFalse();
        After(Slow).IsLate.ShouldBeFalse();
        After(Well, Slow, Well).IsLate.ShouldBeFalse();
        InstanceHealth.Unknown.IsLate.ShouldBeFalse();
    }

    [Fact]
    public void A_slow_answer_puts_nothing_in() => After(Slow).Serves.ShouldBeFalse();

    [Fact]
    [Trait("Fault", "F15")]
    public void Another_programs_answer_takes_it_out()
    {
        var health = After(Well, Foreign);
        health.Serves.ShouldBeFalse();
        health.Identity.ShouldBe(InstanceIdentity.Foreign);
    }

    private static InstanceHealth After(params ProbeOutcome[] outcomes) =>
        outcomes.Aggregate(InstanceHealth.Unknown, (health, outcome) => health.After(outcome, DateTimeOffset.UnixEpoch));
}
