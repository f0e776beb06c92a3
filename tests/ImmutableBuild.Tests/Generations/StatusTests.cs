using System.Text.Json;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Tests.Generations.Simulation;

namespace ImmutableBuild.Tests.Generations;

/// <summary>What people ask for: status, history, stop.</summary>
public sealed class StatusTests
{
    private readonly World _world = new(new RolloutPlan { Keep = 1 });

    [Fact]
    public void An_app_never_released_has_an_empty_status()
    {
        var status = Status.Of(_world.Now);

        (status.Live, status.IsServing, status.RollbackTo, status.Url).ShouldBe((null, false, null, null));
        status.Generations.ShouldBeEmpty();
    }

    [Fact]
    public async Task It_says_what_is_live_what_stands_by_and_where_a_rollback_goes()
    {
        await _world.ReleaseAsync(1);
        await _world.ReleaseAsync(2, instances: 2);
        await _world.RunAsync(_world.Desire(3, ImmutableBuild.Generations.Rollouts.RolloutGoal.Created));

        var status = Status.Of(_world.Now);

        status.IsServing.ShouldBeTrue();
        status.RollbackTo.ShouldBe(World.Id(1));
        status.Generations.Select(generation => generation.Role).ShouldBe([GenerationRole.New, GenerationRole.Live, GenerationRole.Standby]);
        status.Live.ShouldBe(status.Generations[1].Id);
        (status.Generations[1].Percent, status.Generations[1].Healthy, status.Generations[1].Instances.Length).ShouldBe((100, 2, 2));
    }

    [Fact]
    public async Task Status_and_history_have_a_json_form()
    {
        await _world.ReleaseAsync(1);

        using var status = JsonDocument.Parse(JsonSerializer.Serialize(Status.Of(_world.Now), StatusJson.Default.Status));
        using var history = JsonDocument.Parse(JsonSerializer.Serialize(History.Of(_world.Now), StatusJson.Default.ImmutableArrayHistoryLine));

        status.RootElement.GetProperty("live").GetString().ShouldBe(World.Id(1).ToString());
        status.RootElement.GetProperty("generations")[0].GetProperty("role").GetString().ShouldBe("Live");
        history.RootElement[0].GetProperty("event").GetString().ShouldBe("Live");
    }

    [Fact]
    public async Task History_is_the_ledger_newest_first()
    {
        await _world.ReleaseAsync(1);
        _world.With(2, new SimulatedApp { NeverListens = true });
        await _world.FailAsync(2);

        var history = History.Of(_world.Now);

        history.Select(line => (line.Sequence, line.Event, line.Generation)).ShouldBe([(2, LedgerEvent.Failed, World.Id(2)), (1, LedgerEvent.Live, World.Id(1))]);
        history[0].Reason.ShouldNotBeNull().ShouldContain("not healthy");
    }

    [Fact]
    public async Task Stopping_takes_everything_down_once()
    {
        await _world.ReleaseAsync(1);
        var stop = new StopApp(_world.Target, _world.Time, _world.Reporter);

        var first = await stop.RunAsync(SimulatedSpecs.App, TestContext.Current.CancellationToken);
        var second = await stop.RunAsync(SimulatedSpecs.App, TestContext.Current.CancellationToken);

        first.ShouldBe([World.Id(1)]);
        second.ShouldBeEmpty();
        _world.Now.Ledger.ShouldHaveSingleItem();
        await _world.ReleaseAsync(1);
        _world.Serving.ShouldBe(World.Id(1), "what was stopped can be released again");
    }

    [Fact, Trait("Fault", "F04")]
    public async Task Stopping_waits_for_no_lease_but_names_its_holder()
    {
        await _world.ReleaseAsync(1);
        await _world.Target.AcquireLeaseAsync(SimulatedSpecs.App, new LeaseRequest("someone", TimeSpan.FromMinutes(1)), TestContext.Current.CancellationToken);

        var refused = await Should.ThrowAsync<ImmutableBuildException>(() => new StopApp(_world.Target, _world.Time, _world.Reporter).RunAsync(SimulatedSpecs.App, TestContext.Current.CancellationToken));

        refused.Message.ShouldContain("someone");
    }

    [Fact, Trait("Fault", "F05")]
    public async Task Stopping_holds_its_lease_however_long_the_app_takes_to_drain()
    {
        await _world.ReleaseAsync(1);
        var slow = new SlowTarget(_world.Target, _world.Time);
        var stop = new StopApp(slow, _world.Time, _world.Reporter) { LeaseDuration = TimeSpan.FromSeconds(3) };

        (await stop.RunAsync(SimulatedSpecs.App, TestContext.Current.CancellationToken)).ShouldBe([World.Id(1)]);

        slow.Took.ShouldBeGreaterThan(stop.LeaseDuration);
        _world.Now.Generations.ShouldBeEmpty();
        _world.Now.Lease.ShouldBeNull("it was given back");
    }

    [Fact, Trait("Fault", "F04")]
    public async Task A_stop_that_fails_gives_its_lease_back()
    {
        await _world.ReleaseAsync(1);
        _world.Target.Faults = call => call == "stop" ? Fault.NotDone : Fault.None;

        await Should.ThrowAsync<ImmutableBuildException>(() => new StopApp(_world.Target, _world.Time, _world.Reporter).RunAsync(SimulatedSpecs.App, TestContext.Current.CancellationToken));

        _world.Now.Lease.ShouldBeNull();
        _world.Serving.ShouldBe(World.Id(1));
    }
}
