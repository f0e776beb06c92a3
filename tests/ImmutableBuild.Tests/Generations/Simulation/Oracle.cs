using ImmutableBuild.Generations;

namespace ImmutableBuild.Tests.Generations.Simulation;

/// <summary>What observations mean, said a second time and without the engine's own words, so that a fault in those shows.</summary>
public static class Oracle
{
    private static readonly TimeSpan s_stale = TimeSpan.FromSeconds(10);

    /// <summary>It keeps its requests: its latest probe passed, or is late and does not count yet.</summary>
    public static bool Answers(ObservedInstance instance) =>
        instance.State == InstanceState.Running && (instance.ConsecutiveHealthy > 0 || instance.IsLate) && instance.Identity != InstanceIdentity.Foreign;

    public static bool Answers(ObservedGeneration generation) => generation.Phase != GenerationPhase.Destroying && generation.Instances.Any(Answers);

    public static bool Fails(ObservedInstance instance) => instance.State == InstanceState.Exited || (instance.LastProbe is { Healthy: false } && !instance.IsLate);

    public static bool IsHealthy(ObservedGeneration generation, int successes, DateTimeOffset now) =>
        generation.Phase == GenerationPhase.Running
        && generation.Instances.Length >= generation.Spec.Size
        && generation.Instances.All(instance => Answers(instance) && instance.ConsecutiveHealthy >= successes && now - instance.LastProbe!.At <= s_stale);

    public static bool IsServed(Observation observed) => observed.Generations.Any(generation => observed.Route.Route.Names(generation.Id) && Answers(generation));

    /// <summary>The same, where what was late is taken for well only until nobody has looked for <paramref name="patience"/> and three rounds.</summary>
    public static bool IsServed(Observation observed, TimeSpan patience) =>
        observed.Generations.Any(generation => observed.Route.Route.Names(generation.Id) && Answers(observed, generation, patience));

    public static bool Answers(Observation observed, ObservedGeneration generation, TimeSpan patience)
    {
        var probe = generation.Spec.Configuration.Probe;
        return Answers(generation) && generation.Instances.Any(instance =>
            Answers(instance) && (!instance.IsLate || observed.ObservedAt - instance.LastProbe!.At <= patience + (3 * (probe.Interval + probe.Timeout))));
    }

    /// <summary>By its latest probe: what is destroyed for it must not be needed a moment later.</summary>
    public static bool IsServedForSure(Observation observed) => observed.Generations.Any(generation =>
        observed.Route.Route.Names(generation.Id) && Answers(generation) && generation.Instances.Any(instance => Answers(instance) && !instance.IsLate));

    public static LedgerEntry? NewestLive(Observation observed) => observed.Ledger.LastOrDefault(entry => entry.Event == LedgerEvent.Live);

    public static bool IsProven(Observation observed, ObservedGeneration generation) => Says(observed, generation, LedgerEvent.Live);

    public static bool HasFailed(Observation observed, ObservedGeneration generation) => Says(observed, generation, LedgerEvent.Failed);

    private static bool Says(Observation observed, ObservedGeneration generation, LedgerEvent what) =>
        observed.Ledger.LastOrDefault(entry => entry.Spec.Id == generation.Id) is { } entry && entry.Event == what && entry.At >= generation.CreatedAt;
}
