using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Tests.Generations.Simulation;

namespace ImmutableBuild.Tests.Generations;

/// <summary>Ctrl-C at any step.</summary>
public sealed class CancellationTests
{
    [Theory, Trait("Fault", "F02")]
    [InlineData(RolloutStrategy.BlueGreen)]
    [InlineData(RolloutStrategy.Canary)]
    public async Task Cancelled_at_any_call_it_goes_back_clears_up_and_gives_the_lease_back(RolloutStrategy strategy)
    {
        for (var last = 0; ; last++)
        {
            var world = new World(new RolloutPlan { Strategy = strategy, StepDuration = TimeSpan.FromSeconds(1), Soak = TimeSpan.FromSeconds(1), Judge = new JudgeOptions { MinimumRequests = 5 } });
            await world.ReleaseAsync(1);
            using var cancellation = new CancellationTokenSource();
            var calls = 0;
            world.Target.Faults = _ =>
            {
                if (calls++ == last)
                {
                    cancellation.Cancel();
                }

                return Fault.None;
            };
            if (await Succeeds(world, cancellation.Token))
            {
                last.ShouldBeGreaterThan(20, "a release makes more calls than that");
                return;
            }

            world.Now.Lease.ShouldBeNull();
            if (world.Now.Ledger.Length == 2)
            {
                world.Standing.ShouldBe([World.Id(1), World.Id(2)], "once it is live there is nothing to put right");
                continue;
            }

            world.Serving.ShouldBe(World.Id(1));
            world.Standing.ShouldBe([World.Id(1)]);
            world.Now.Ledger.Length.ShouldBe(1, "cancelled is not failed");
        }
    }

    [Fact, Trait("Fault", "F02")]
    public async Task A_cancelled_first_release_that_answers_keeps_its_traffic_and_can_be_resumed()
    {
        var world = new World();
        using var cancellation = new CancellationTokenSource();
        world.Target.Faults = _ =>
        {
            if (world.Target.Calls.Any(call => call.StartsWith("route", StringComparison.Ordinal)))
            {
                cancellation.Cancel();
            }

            return Fault.None;
        };

        (await Should.ThrowAsync<ImmutableBuildException>(() => world.RunUntilAsync(world.Desire(1), cancellation.Token))).Code.ShouldBe("IMB6004");
        world.Serving.ShouldBe(World.Id(1));
        world.Target.Faults = _ => Fault.None;
        await world.ReleaseAsync(1);

        world.Now.Ledger.ShouldHaveSingleItem().Event.ShouldBe(LedgerEvent.Live);
    }

    private static async Task<bool> Succeeds(World world, CancellationToken cancellationToken)
    {
        try
        {
            await world.RunUntilAsync(world.Desire(2), cancellationToken);
            return true;
        }
        catch (ImmutableBuildException cancelled)
        {
            cancelled.Code.ShouldBe("IMB6004");
            cancelled.Message.ShouldContain($"{World.Id(1)} serves");
            return false;
        }
        catch (OperationCanceledException)
        {
            var hasBegun = world.Target.Calls.Any(call => call.Contains(World.Id(2).ToString(), StringComparison.Ordinal));
            (hasBegun && world.Serving != World.Id(2)).ShouldBeFalse("only what has begun nothing, or is through, ends without a word");
            return false;
        }
    }
}
