using ImmutableBuild.Generations;
using ImmutableBuild.Tests.Generations.Simulation;

namespace ImmutableBuild.Tests.Generations;

/// <summary>New and old are both bad: one of them has to serve all the same.</summary>
public sealed class BothBadTests
{
    [Fact, Trait("Fault", "F31")]
    public async Task The_new_one_is_kept_when_the_old_one_answers_no_more()
    {
        var world = new World();
        await world.ReleaseAsync(1);
        world.With(2, new SimulatedApp { ProbePasses = probe => probe != 8 });
        world.Target.Faults = _ =>
        {
            if (world.Target.Calls.Contains($"route {World.Id(2)} 100%"))
            {
                world.Target.Kill(World.Id(1));
            }

            return Fault.None;
        };

        var failure = await world.FailAsync(2);

        failure.Message.ShouldContain("It keeps its traffic");
        world.Serving.ShouldBe(World.Id(2));
        world.Standing.ShouldBe([World.Id(1), World.Id(2)], "neither is taken away");
    }

    [Fact, Trait("Fault", "F31")]
    public async Task What_was_given_up_goes_once_the_old_one_answers_again()
    {
        var world = new World();
        await world.ReleaseAsync(1);
        world.With(2, new SimulatedApp { ProbePasses = probe => probe != 8 });
        world.Target.Watch += change =>
        {
            if (change.What.StartsWith("record Failed", StringComparison.Ordinal))
            {
                world.Target.Kill(World.Id(1));
                world.Time.Advance(TimeSpan.FromMilliseconds(200));
            }
        };

        await world.FailAsync(2);

        world.Serving.ShouldBe(World.Id(1));
        world.Standing.ShouldBe([World.Id(1)]);
    }

    [Fact, Trait("Fault", "F31")]
    public async Task What_was_given_up_is_left_and_said_to_be_while_nothing_else_answers()
    {
        var world = new World();
        await world.ReleaseAsync(1);
        world.With(2, new SimulatedApp { ProbePasses = probe => probe != 8 });
        world.Target.Watch += change =>
        {
            if (change.What.StartsWith("record Failed", StringComparison.Ordinal))
            {
                world.Target.Hang(World.Id(1));
                world.Time.Advance(TimeSpan.FromSeconds(10));
            }
        };

        var failure = await world.FailAsync(2);

        failure.Message.ShouldContain($"{World.Id(1)} has the traffic and does not answer. {World.Id(2)} gets none and is left");
        world.Standing.ShouldBe([World.Id(1), World.Id(2)]);
        await world.ReleaseAsync(3);
        world.Standing.ShouldBe([World.Id(3)]);
    }

    [Fact, Trait("Fault", "F31")]
    public async Task Users_go_to_a_standby_when_what_serves_dies_during_a_release()
    {
        var world = new World(new RolloutPlan { Keep = 1 });
        await world.ReleaseAsync(1);
        await world.ReleaseAsync(2);
        world.With(3, new SimulatedApp { NeverListens = true });
        world.Target.Faults = _ =>
        {
            world.Target.Kill(World.Id(2));
            return Fault.None;
        };

        var failure = await world.FailAsync(3);

        failure.Message.ShouldContain($"{World.Id(1)} serves");
        world.Serving.ShouldBe(World.Id(1));
    }

    [Fact, Trait("Fault", "F31")]
    public async Task Users_go_to_a_standby_before_anything_else_when_what_serves_has_died()
    {
        var world = new World(new RolloutPlan { Keep = 1 });
        await world.ReleaseAsync(1);
        await world.ReleaseAsync(2);
        world.Target.Kill(World.Id(2));
        world.Time.Advance(TimeSpan.FromMilliseconds(100));
        var before = world.Target.Calls.Count;

        await world.ReleaseAsync(3);

        var calls = world.Target.Calls.Skip(before).ToList();
        calls.ShouldContain($"route {World.Id(1)} 100%");
        calls.IndexOf($"route {World.Id(1)} 100%").ShouldBeLessThan(calls.FindIndex(call => call.StartsWith("create", StringComparison.Ordinal)));
        world.Reporter.Details.ShouldContain(detail => detail.StartsWith($"route {World.Id(1)} 100%", StringComparison.Ordinal) && detail.Contains("nothing that has traffic answers", StringComparison.Ordinal));
        world.Serving.ShouldBe(World.Id(3));
    }
}
