using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Rollouts;

namespace ImmutableBuild.Tests.Generations.Simulation;

/// <summary>A simulated target with apps on it, and the means to release them. Commits are numbers.</summary>
public sealed class World
{
    private readonly Dictionary<int, SimulatedApp> _apps = [];
    private int _releases;

    public World(RolloutPlan? plan = null)
    {
        Plan = plan ?? new RolloutPlan();
        Target = new SimulatedTarget(SimulatedSpecs.App, Time, spec => _apps.GetValueOrDefault(SimulatedSpecs.NumberOf(spec)) ?? new SimulatedApp())
        {
            Watch = change => new Invariants(Plan).Check(change),
        };
    }

    public RolloutPlan Plan { get; set; }

    public VirtualTime Time { get; } = new();

    public SimulatedTarget Target { get; }

    public CollectingReporter Reporter { get; } = new();

    /// <summary>What is there, whatever the target shows.</summary>
    public Observation Now => Target.Observe();

    public GenerationId? Serving => Now.Serving;

    /// <summary>Says how a commit behaves; one that nothing is said about is healthy.</summary>
    public World With(int commit, SimulatedApp app)
    {
        _apps[commit] = app;
        return this;
    }

    public static GenerationId Id(int commit) => SimulatedSpecs.Spec(commit).Id;

    public Desired Desire(int commit, RolloutGoal goal = RolloutGoal.Live, string? writer = null, int instances = 1) => new()
    {
        Spec = SimulatedSpecs.Spec(commit, instances),
        Plan = Plan,
        Goal = goal,
        Cause = LedgerCause.Release,
        Writer = writer ?? $"release {++_releases} of {commit}",
    };

    public Task<RolloutResult> RunAsync(Desired desired, TimeProvider? time = null) => RunUntilAsync(desired, TestContext.Current.CancellationToken, time);

    /// <summary>A run that someone may cancel.</summary>
    public Task<RolloutResult> RunUntilAsync(Desired desired, CancellationToken cancelled, TimeProvider? time = null) =>
        new RolloutRunner(Target, time ?? Time, Reporter, new RolloutSettings()).RunAsync(desired, cancelled);

    /// <summary>A whole release, as the stages do it.</summary>
    public async Task<RolloutResult> ReleaseAsync(int commit, int instances = 1)
    {
        var desired = Desire(commit, RolloutGoal.Created, instances: instances);
        await RunAsync(desired);
        var live = await RunAsync(desired with { Goal = RolloutGoal.Live });
        await RunAsync(desired with { Goal = RolloutGoal.Converged });
        return live;
    }

    /// <summary>A release that has to fail; the error.</summary>
    public async Task<ImmutableBuildException> FailAsync(int commit) =>
        await Should.ThrowAsync<ImmutableBuildException>(() => ReleaseAsync(commit));

    /// <summary>The generations there are, without those that are leaving.</summary>
    public GenerationId[] Standing => [.. Now.Generations.Where(generation => generation.Phase != GenerationPhase.Destroying).Select(generation => generation.Id)];
}
