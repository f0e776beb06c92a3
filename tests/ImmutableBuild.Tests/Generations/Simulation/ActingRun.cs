using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Rollouts;

namespace ImmutableBuild.Tests.Generations.Simulation;

/// <summary>What speaks against a generation, in the order in which it counts.</summary>
public enum Sign
{
    Foreign,
    Ended,
    FailsWithTraffic,
}

/// <summary>One run of a build, as the target sees it: what it wants, what it was shown, and with which token it acts.</summary>
public sealed class ActingRun(GenerationId wants, RolloutGoal goal)
{
    public GenerationId Wants => wants;

    public RolloutGoal Goal => goal;

    /// <summary>What it was shown last.</summary>
    public Observation? Seen { get; private set; }

    /// <summary>The sequence of the newest Live entry when it began.</summary>
    public long LiveSequence { get; private set; }

    /// <summary>The token of its first change.</summary>
    public long? Token { get; set; }

    /// <summary>What it saw first that speaks against its generation, which it has to judge until that is live.</summary>
    public Sign? FirstSign { get; private set; }

    /// <summary>How often in a row it saw that nothing which has traffic answers, while something proven would.</summary>
    public int SawUsersWait { get; private set; }

    public void See(Observation observed)
    {
        var couldBeServed = observed.Generations.Any(generation => generation.Id != wants && Oracle.IsProven(observed, generation) && Oracle.Answers(generation));
        SawUsersWait = couldBeServed && !Oracle.IsServed(observed) ? SawUsersWait + 1 : 0;
        var newest = Oracle.NewestLive(observed);
        LiveSequence = Seen is null ? newest?.Sequence ?? 0 : LiveSequence;
        Seen = observed;
        FirstSign ??= goal == RolloutGoal.Live && observed.Find(wants) is { Phase: GenerationPhase.Running } generation ? SignOf(observed, generation) : null;
    }

    private Sign? SignOf(Observation observed, ObservedGeneration generation)
    {
        var percent = observed.Route.Route.PercentOf(wants);
        var isLive = percent == 100 && Oracle.NewestLive(observed)?.Spec.Id == wants && Oracle.IsProven(observed, generation);
        if (isLive || (percent == 0 && Oracle.HasFailed(observed, generation)))
        {
            return null;
        }

        return generation.Instances.Any(instance => instance.Identity == InstanceIdentity.Foreign) ? Sign.Foreign
            : !Oracle.IsProven(observed, generation) && generation.Instances.Any(instance => instance.State == InstanceState.Exited || instance.Restarts > 0) ? Sign.Ended
            : percent > 0 && generation.Instances.Any(Oracle.Fails) ? Sign.FailsWithTraffic
            : null;
    }
}
