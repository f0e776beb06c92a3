namespace ImmutableBuild.Generations.Rollouts;

/// <summary>What an observation says of the health of instances and generations.</summary>
internal static class ObservedHealth
{
    /// <summary>Probes older than this many rounds of interval and timeout say nothing about now.</summary>
    private const int FreshRounds = 3;

    /// <summary>As far as is known the instance answers, and nothing else does in its place: its latest probe passed, or was merely late.</summary>
    public static bool Answers(this ObservedInstance instance) => instance.AnsweredLast() || (instance is { State: InstanceState.Running, IsLate: true } && instance.Identity != InstanceIdentity.Foreign);

    /// <summary>The latest probe of the instance passed, and nothing else answers in its place.</summary>
    public static bool AnsweredLast(this ObservedInstance instance) =>
        instance is { State: InstanceState.Running, ConsecutiveHealthy: > 0 } && instance.Identity != InstanceIdentity.Foreign;

    /// <summary>It is known not to answer: its process has ended, or its latest probe failed and was not merely late.</summary>
    public static bool Fails(this ObservedInstance instance) => instance.State == InstanceState.Exited || instance is { IsLate: false, LastProbe.Healthy: false };

    /// <summary>How often its process has ended so far.</summary>
    public static int Ends(this ObservedInstance instance) => instance.Restarts + (instance.State == InstanceState.Exited ? 1 : 0);

    /// <summary>At least one instance answers, as far as is known: enough to leave traffic where it is, or to go back to it.</summary>
    public static bool Answers(this ObservedGeneration generation) =>
        generation.Phase != GenerationPhase.Destroying && generation.Instances.Any(Answers);

    /// <summary>
    /// As <see cref="Answers(ObservedGeneration)"/>, but an instance that was late at its latest probe counts as answering only until that probe is
    /// <paramref name="patience"/> and some rounds of probes old: the target may have stopped probing.
    /// </summary>
    public static bool Answers(this ObservedGeneration generation, TimeSpan patience, DateTimeOffset now) =>
        generation.AnsweredLast()
        || (generation.Answers() && generation.Instances.Any(instance =>
            instance.Answers() && instance.LastProbe is { } latest && now - latest.At <= patience + Rounds(generation.Spec.Configuration.Probe)));

    /// <summary>At least one instance answered just now: what has to be known before others are destroyed.</summary>
    public static bool AnsweredLast(this ObservedGeneration generation) =>
        generation.Phase != GenerationPhase.Destroying && generation.Instances.Any(AnsweredLast);

    /// <summary>The share of the instances it shall have that answer, 0 to 1.</summary>
    public static double AnsweringShare(this ObservedGeneration generation) => generation.Answers()
        ? (double)generation.Instances.Count(Answers) / Math.Max(generation.Wanted ?? generation.Spec.Size, generation.Instances.Length)
        : 0;

    /// <summary>The instance passed <paramref name="successes"/> probes in a row, the latest of them not long ago.</summary>
    public static bool IsHealthy(this ObservedInstance instance, int successes, Probe probe, DateTimeOffset now) =>
        instance.AnsweredLast() && instance.ConsecutiveHealthy >= successes && instance.LastProbe is { } latest && IsFresh(latest, probe, now);

    /// <summary>Every instance is there and healthy.</summary>
    public static bool IsHealthy(this ObservedGeneration generation, int successes, DateTimeOffset now) =>
        generation.Phase == GenerationPhase.Running
        && generation.Instances.Length >= generation.Spec.Size
        && generation.Instances.All(instance => instance.IsHealthy(successes, generation.Spec.Configuration.Probe, now));

    /// <summary>What the instance does now, in a few words.</summary>
    public static string Describe(this ObservedInstance instance)
    {
        var ended = instance.ExitCode is { } code ? $"exited with code {code}" : "exited";
        var state = instance.State == InstanceState.Exited ? ended
            : instance.Restarts > 0 ? $"{ended} and was started again ({instance.Restarts}×)"
            : instance.State == InstanceState.Starting ? "is starting"
            : $"passed {instance.ConsecutiveHealthy} probe{(instance.ConsecutiveHealthy == 1 ? "" : "s")} in a row";
        return $"instance {instance.Name} {state}, last probe: {instance.LastProbe?.Detail ?? "none"}";
    }

    private static bool IsFresh(ProbeResult latest, Probe probe, DateTimeOffset now) =>
        (now - latest.At).Duration() <= Rounds(probe);

    private static TimeSpan Rounds(Probe probe) => FreshRounds * (probe.Interval + probe.Timeout);
}
