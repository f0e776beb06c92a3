using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Rollouts;

namespace ImmutableBuild.Tests.Generations.Simulation;

/// <summary>How a build ended.</summary>
public enum BuildEnd
{
    Running,
    Succeeded,
    Failed,
    Died,
}

/// <summary>One build that releases a commit, step by step, so that several can be interleaved and any can be killed.</summary>
public sealed class SimulatedBuild
{
    private readonly World _world;
    private readonly Queue<RolloutGoal> _goals;
    private readonly Desired _desired;
    private RolloutRun _run;
    private ActingRun _acting;
    private readonly string? _diesAfter;
    private int _calls;
    private Observation? _first;
    private EarlierTrial? _earlier;

    public SimulatedBuild(World world, int commit, IReadOnlyList<Fault> faults, string? diesAfter = null)
        : this(world, world.Desire(commit), faults, diesAfter, RolloutGoal.Created, RolloutGoal.Live, RolloutGoal.Converged)
    {
    }

    private SimulatedBuild(World world, Desired desired, IReadOnlyList<Fault> faults, string? diesAfter, params RolloutGoal[] goals)
    {
        _diesAfter = diesAfter;
        _world = world;
        _desired = desired;
        _goals = new Queue<RolloutGoal>(goals);
        Faults = faults;
        (_run, _acting) = Begin(_goals.Dequeue());
    }

    /// <summary>A rollback to <paramref name="spec"/>.</summary>
    public static SimulatedBuild Back(World world, GenerationSpec spec, IReadOnlyList<Fault> faults) =>
        new(world, world.Desire(SimulatedSpecs.NumberOf(spec)) with { Spec = spec, Cause = LedgerCause.Rollback }, faults, diesAfter: null, RolloutGoal.Live, RolloutGoal.Converged);

    /// <summary>A check of the user's failed on a commit's generation, which is given up for it.</summary>
    public static SimulatedBuild CheckFailed(World world, int commit, IReadOnlyList<Fault> faults) =>
        new(world, world.Desire(commit) with { Refused = new Refusal(DestroyErrors.CheckFailed(World.Id(commit), "Smoke")) { IsFailure = true } }, faults, diesAfter: null, RolloutGoal.Live);

    /// <summary>What goes wrong with its calls, in the order of the calls; nothing beyond the last.</summary>
    public IReadOnlyList<Fault> Faults { get; }

    public BuildEnd End { get; private set; }

    public ImmutableBuildException? Failure { get; private set; }

    /// <summary>How the target stood when it failed, before the lease was given back.</summary>
    public Observation? Left { get; private set; }

    /// <summary>What its latest run saw first that speaks against its generation.</summary>
    public Sign? FirstSign => _acting.FirstSign;

    /// <summary>Makes one step, with the time that passes after it.</summary>
    public void Step()
    {
        _world.Target.Faults = NextFault;
        _world.Target.Run = _acting;
        try
        {
            var pause = _run.StepAsync(CancellationToken.None).GetAwaiter().GetResult();
            _world.Time.Advance(pause ?? TimeSpan.FromMilliseconds(10));
            if (pause is null)
            {
                Advance();
            }
        }
        catch (BuildDiedException)
        {
            End = BuildEnd.Died;
        }
        catch (ImmutableBuildException failure)
        {
            (End, Failure, Left) = (BuildEnd.Failed, failure, _world.Now);
            ReleaseLease();
        }

        // Once without the lease, once with it; then they are served again.
        (Faults.Count == 0 && _diesAfter is null && _acting.SawUsersWait > 2).ShouldBeFalse("invariant 1: users wait although something proven would answer");
        _world.Target.Faults = _ => Fault.None;
        _world.Target.Run = null;
    }

    /// <summary>Steps until it ends.</summary>
    public SimulatedBuild ToItsEnd()
    {
        for (var step = 0; End == BuildEnd.Running; step++)
        {
            step.ShouldBeLessThan(5000, $"the build of {_desired.Id} never ends; last: {_world.Reporter.Details.LastOrDefault()}");
            Step();
        }

        return this;
    }

    private Fault NextFault(string call)
    {
        var fault = _calls < Faults.Count ? Faults[_calls++] : Fault.None;
        return _diesAfter is not null && call.StartsWith(_diesAfter, StringComparison.Ordinal) ? Fault.DiesAfter : fault;
    }

    private void Advance()
    {
        _first ??= _acting.First;
        _earlier ??= EarlierTrial.Of(_run.Result().Before, _desired.Id);
        if (_goals.TryDequeue(out var goal))
        {
            (_run, _acting) = Begin(goal);
        }
        else
        {
            End = BuildEnd.Succeeded;
            ReleaseLease();
            var seen = _acting.Seen!;
            seen.Route.Route.ShouldBe(Route.To(_desired.Id), "a release that succeeded serves");
            Oracle.Answers(seen.Find(_desired.Id)!).ShouldBeTrue("a release that succeeded answers");
        }
    }

    private (RolloutRun Run, ActingRun Acting) Begin(RolloutGoal goal) => (
        new RolloutRun(_world.Target, _desired with { Goal = goal, Earlier = goal == RolloutGoal.Live ? _earlier : null }, new RolloutSettings { KeepLease = true }, _world.Time, _world.Reporter),
        new ActingRun(_desired.Id, goal, goal == RolloutGoal.Live ? _first : null, _desired.Plan.HealthTimeout));

    private void ReleaseLease()
    {
        try
        {
            _run.ReleaseLeaseAsync(CancellationToken.None).GetAwaiter().GetResult();
        }
        catch (Exception fault) when (fault is ImmutableBuildException or BuildDiedException)
        {
            // It expires by itself.
        }
    }
}
