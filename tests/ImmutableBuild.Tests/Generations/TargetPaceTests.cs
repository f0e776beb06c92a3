using ImmutableBuild.Generations;
using ImmutableBuild.Tests.Generations.Simulation;

namespace ImmutableBuild.Tests.Generations;

/// <summary>What the engine waits for, it waits for as long as the target says that its system takes.</summary>
public sealed class TargetPaceTests
{
    private readonly World _world = new();

    [Fact]
    public async Task A_system_that_removes_slowly_is_waited_for()
    {
        await _world.ReleaseAsync(1);
        _world.Target.Pace = new TargetPace { Removal = TimeSpan.FromMinutes(10) };
        _world.Target.DrainsFor = TimeSpan.FromMinutes(4);

        await _world.ReleaseAsync(2);

        _world.Now.Generations.ShouldHaveSingleItem().Id.ShouldBe(World.Id(2));
    }

    [Fact]
    public async Task One_that_removes_quickly_is_not_waited_for_as_long_as_another()
    {
        await _world.ReleaseAsync(1);
        _world.Target.Pace = new TargetPace { Removal = TimeSpan.FromSeconds(1) };
        _world.Target.DrainsFor = TimeSpan.FromSeconds(60);

        (await _world.FailAsync(2)).Code.ShouldBe("IMB8005");
    }

    [Theory]
    [InlineData(30, false)]
    [InlineData(300, true)]
    public async Task Faults_that_may_pass_are_borne_with_as_long_as_it_says(int patience, bool succeeds)
    {
        await _world.ReleaseAsync(1);
        _world.Target.Pace = new TargetPace { Patience = TimeSpan.FromSeconds(patience) };
        var over = _world.Time.GetUtcNow() + TimeSpan.FromMinutes(1);
        _world.Target.Faults = call => call == "observe" && _world.Time.GetUtcNow() < over ? Fault.NotDone : Fault.None;

        var fault = await Record.ExceptionAsync(() => _world.ReleaseAsync(2));

        (fault is null).ShouldBe(succeeds, fault?.Message);
        _world.Serving.ShouldBe(World.Id(succeeds ? 2 : 1));
    }
}
