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
/// <param name="wants">The generation it shall make live.</param>
/// <param name="goal">How far it goes.</param>
/// <param name="first">What its release was shown first, by an earlier run.</param>
/// <param name="patience">The health timeout of its plan.</param>
public sealed class ActingRun(GenerationId wants, RolloutGoal goal, Observation? first, TimeSpan patience)
{
    private readonly HashSet<string> _answered = [];

    public GenerationId Wants => wants;

    public RolloutGoal Goal => goal;

    /// <summary>What it was shown last.</summary>
    public Observation? Seen { get; private set; }

    /// <summary>What its release was shown first.</summary>
    public Observation? First { get; private set; } = first;

    /// <summary>
    /// The generation was there when the release began, unproven, and had failed or an instance of it had ended; and something that
    /// was live answers meanwhile. It has to be made anew, and can't be judged.
    /// </summary>
    public bool HasToBeMadeAnew(Observation observed) =>
        observed.Find(wants) is { } generation && Earlier(generation) is { } earlier
        && !Oracle.IsProven(observed, generation) && FallbackAnswers(observed)
        && (Oracle.HasFailed(First!, earlier) || Oracle.HasFailed(observed, generation) || earlier.Instances.Any(instance => Ends(instance) > 0));

    /// <summary>The sequence of the newest Live entry when it began.</summary>
    public long LiveSequence { get; private set; }

    /// <summary>The token of its first change.</summary>
    public long? Token { get; set; }

    /// <summary>When it had seen every instance of its generation answer.</summary>
    public DateTimeOffset? AllAnsweredAt { get; private set; }

    /// <summary>The generation was there when the release began, and has a past: it failed, or an instance of it had ended or did not answer.</summary>
    public bool IsJudgedAgain(ObservedGeneration generation) =>
        Earlier(generation) is { } earlier && (Oracle.HasFailed(First!, earlier) || earlier.Instances.Any(instance => Ends(instance) > 0 || !Oracle.Answers(instance)));

    /// <summary>What it saw not to answer while it had traffic, its own generation left out.</summary>
    public ISet<GenerationId> Faltered { get; } = new HashSet<GenerationId>();

    /// <summary>What it saw first that speaks against its generation, which it has to judge until that is live.</summary>
    public Sign? FirstSign { get; private set; }

    /// <summary>How often in a row it saw that nothing which has traffic answers, while something proven would.</summary>
    public int SawUsersWait { get; private set; }

    public void See(Observation observed)
    {
        SawUsersWait = FallbackAnswers(observed) && !Oracle.IsServed(observed, patience) ? SawUsersWait + 1 : 0;
        var newest = Oracle.NewestLive(observed);
        LiveSequence = Seen is null ? newest?.Sequence ?? 0 : LiveSequence;
        Seen = observed;
        First ??= observed;
        Faltered.UnionWith(observed.Generations
            .Where(generation => generation.Id != wants && observed.Route.Route.Names(generation.Id) && !Oracle.Answers(generation))
            .Select(generation => generation.Id));
        AllAnsweredAt ??= observed.Find(wants) is { } all && all.Instances.All(instance => Oracle.Answers(instance) || _answered.Contains(instance.Name)) ? observed.ObservedAt : null;
        _answered.UnionWith(observed.Find(wants)?.Instances.Where(Oracle.Answers).Select(instance => instance.Name) ?? []);
        FirstSign ??= goal == RolloutGoal.Live && observed.Find(wants) is { Phase: GenerationPhase.Running } generation ? SignOf(observed, generation) : null;
    }

    private Sign? SignOf(Observation observed, ObservedGeneration generation)
    {
        var percent = observed.Route.Route.PercentOf(wants);
        var isLive = percent == 100 && Oracle.NewestLive(observed)?.Spec.Id == wants && Oracle.IsProven(observed, generation);
        if (isLive || (percent == 0 && Oracle.HasFailed(observed, generation)) || HasToBeMadeAnew(observed))
        {
            return null;
        }

        return generation.Instances.Any(instance => instance.Identity == InstanceIdentity.Foreign) ? Sign.Foreign
            : !Oracle.IsProven(observed, generation) && generation.Instances.Any(instance => Ends(instance) > EndsBefore(generation, instance)) ? Sign.Ended
            : percent > 0 && generation.Instances.Any(instance => Oracle.Fails(instance) && !WasDown(observed, generation, instance)) ? Sign.FailsWithTraffic
            : null;
    }

    private static int Ends(ObservedInstance instance) => instance.Restarts + (instance.State == InstanceState.Exited ? 1 : 0);

    private bool FallbackAnswers(Observation observed) =>
        observed.Generations.Any(generation => generation.Id != wants && Oracle.IsProven(observed, generation) && Oracle.Answers(observed, generation, patience));

    /// <summary>The generation as the release first saw it; null when it was made since.</summary>
    private ObservedGeneration? Earlier(ObservedGeneration generation) =>
        First?.Find(wants) is { } earlier && earlier.CreatedAt == generation.CreatedAt ? earlier : null;

    private int EndsBefore(ObservedGeneration generation, ObservedInstance instance) =>
        Earlier(generation)?.Instances.FirstOrDefault(before => before.Name == instance.Name) is { } before ? Ends(before) : 0;

    /// <summary>It did not answer when the release began and has not since, and nothing else would answer.</summary>
    private bool WasDown(Observation observed, ObservedGeneration generation, ObservedInstance instance) =>
        !FallbackAnswers(observed) && !_answered.Contains(instance.Name)
        && Earlier(generation)?.Instances.FirstOrDefault(before => before.Name == instance.Name) is { } before && !Oracle.Answers(before);
}
