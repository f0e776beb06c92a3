using System.Collections.Immutable;
using ImmutableBuild.Generations.Judging;

namespace ImmutableBuild.Generations.Rollouts;

/// <summary>
/// An observation seen from one release: which generation is the new one, which one traffic falls back to, what is left
/// over. Everything is derived anew from what the target shows, so a killed release leaves nothing behind to mislead the next.
/// </summary>
internal sealed class Scene
{
    private readonly Dictionary<GenerationId, LedgerEntry> _latest = [];

    public Scene(Desired desired, Observation observed)
    {
        Desired = desired;
        Observed = observed;
        NewId = desired.Id;
        Generations = [.. observed.Generations.Select(generation => new Known(generation.Id, generation, generation.Answers(desired.Plan.HealthTimeout, observed.ObservedAt)))];
        New = Generations.FirstOrDefault(known => known.Id == NewId);
        foreach (var entry in observed.Ledger)
        {
            var id = entry.Spec.Id;
            _latest[id] = entry;
            (NewestLive, NewestLiveId) = entry.WentLive ? (entry, id) : (NewestLive, NewestLiveId);
        }

        Stable = FindStable();
    }

    public Desired Desired { get; }

    public Observation Observed { get; }

    /// <summary>The generations there are, each with its id derived once.</summary>
    public ImmutableArray<Known> Generations { get; }

    /// <summary>The id of the generation that shall serve.</summary>
    public GenerationId NewId { get; }

    /// <summary>The generation that shall serve, when it exists.</summary>
    public Known? New { get; }

    /// <summary>The ledger's newest entry by which a generation went live.</summary>
    public LedgerEntry? NewestLive { get; }

    /// <summary>The generation of <see cref="NewestLive"/>.</summary>
    public GenerationId? NewestLiveId { get; }

    /// <summary>Where traffic belongs while the new generation doesn't have it: what serves and is proven, before what merely serves.</summary>
    public Known? Stable { get; }

    public RolloutPlan Plan => Desired.Plan;

    public Route Route => Observed.Route.Route;

    /// <summary>
    /// Since when the new generation's traffic is watched: since the route took its present form, or since it is judged again where
    /// it is.
    /// </summary>
    public DateTimeOffset WatchedSince =>
        !Earlier.WentBadly && !Earlier.WasDown ? Observed.Route.Since
        : Earlier.Again is not { } again ? Observed.ObservedAt
        : again.At > Observed.Route.Since ? again.At : Observed.Route.Since;

    /// <summary>How long the new generation's traffic has been watched.</summary>
    public TimeSpan Watched => Observed.ObservedAt - WatchedSince;

    /// <summary>How much of that time is in the counters by now, however late they come.</summary>
    public TimeSpan Counted => Watched - Desired.Pace.CounterDelay;

    /// <summary>What the new generation served while it was watched.</summary>
    public TrafficSample? WatchedTraffic =>
        WatchedSince > Observed.Route.Since && Earlier.Again?.Traffic is { } before ? New?.Generation.Traffic?.Since(before) : New?.Generation.Traffic;

    /// <summary>Whether this look is still to be taken.</summary>
    public bool IsDue(JudgeLook look) =>
        look.Number > 0 && !(Desired.Looked is { } looked && looked.Since == WatchedSince && looked.Look.Number >= look.Number);

    /// <summary>The new generation's share of traffic in percent.</summary>
    public int NewPercent => Route.PercentOf(NewId);

    /// <summary>The new generation has all the traffic, and the ledger says that it earned it.</summary>
    public bool IsLive => NewPercent == 100 && IsRecorded;

    /// <summary>The ledger's newest Live entry is about the new generation as it runs now.</summary>
    public bool IsRecorded => New is not null && NewestLiveId == NewId && IsProven(New);

    /// <summary>A later release went live meanwhile (F06).</summary>
    public bool IsSuperseded => NewestLiveId != NewId && NewestLive?.Sequence > Desired.LiveSequence;

    /// <summary>Whether some generation that gets traffic answers.</summary>
    public bool IsServed => Generations.Any(known => Route.Names(known.Id) && known.Answers);

    /// <summary>As <see cref="IsServed"/>, by the latest probe alone: a generation that is late may be about to fail, and others be needed then.</summary>
    private bool IsServedForSure => Generations.Any(known => Route.Names(known.Id) && known.Generation.AnsweredLast());

    /// <summary>What failed or killed releases left: without traffic, never proven, and not what this release still works on.</summary>
    public IEnumerable<Known> Leftovers => Generations.Where(known => IsLeftOver(known) && MayDestroy(known));

    /// <summary>There are leftovers that may not be destroyed yet: the generation with the traffic is late, and may be about to fail.</summary>
    public bool HasToKeepLeftovers => Generations.Any(known => IsLeftOver(known) && MayDestroy(known, IsServed) && !MayDestroy(known));

    /// <summary>What an earlier attempt at the new generation left, when that is what runs now.</summary>
    public EarlierTrial Earlier => New is { } known && Desired.Earlier is { } earlier && earlier.CreatedAt == known.Generation.CreatedAt ? earlier : EarlierTrial.None;

    /// <summary>The stable generation is proven and answers, so it can serve while the new one is made anew.</summary>
    public bool HasFallback => Stable is { Answers: true } stable && IsProven(stable);

    /// <summary>
    /// The new generation exists and can't be judged: an earlier attempt at it failed, or an instance of it ended before this release looked, or it was
    /// kept for a rollback and nothing of it answers any more. It is made anew, the first two where something else can serve meanwhile.
    /// </summary>
    public bool IsSpoiled =>
        New is { Generation.Phase: GenerationPhase.Running } known
        && Desired is { Refused: null, Goal: not RolloutGoal.Converged }
        && (IsProven(known) ? IsDeadStandby(known) : Earlier.WentBadly && HasFallback);

    /// <summary>The ledger's latest word on <paramref name="id"/>.</summary>
    public LedgerEntry? LatestEntry(GenerationId id) => _latest.GetValueOrDefault(id);

    /// <summary>
    /// The ledger says that the generation, as it runs now, went live and has not failed since. One that was destroyed and
    /// created again has to prove itself again.
    /// </summary>
    public bool IsProven(Known known) => Says(LedgerEvent.Live, known);

    /// <summary>As <see cref="IsProven"/>, by the id of what exists.</summary>
    public bool HasBeenLive(GenerationId id) => Generations.Any(known => known.Id == id && IsProven(known));

    /// <summary>The ledger says that the generation, as it runs now, failed.</summary>
    public bool HasFailed(Known known) => Says(LedgerEvent.Failed, known);

    /// <summary>It has no traffic and is not needed: others serve, or it could not serve, or it never has (F25).</summary>
    public bool MayDestroy(Known known) => MayDestroy(known, IsServedForSure);

    /// <summary>It answers and nothing else does: it must not be destroyed, not even to be made anew.</summary>
    public bool HasToStay(Known known) => known.Answers && !MayDestroy(known, IsServed);

    private bool MayDestroy(Known known, bool isServed) =>
        known.Generation.Phase != GenerationPhase.Destroying
        && !Route.Names(known.Id)
        && (isServed || !known.Answers || (Route.Shares.IsEmpty && !IsProven(known)));

    private bool IsLeftOver(Known known) => known.Id == NewId && IsSpoiled || !IsProven(known) && (known.Id != NewId || HasFailed(known) || Desired.Refused is not null);

    private bool IsDeadStandby(Known known) => !Route.Names(known.Id) && known.Generation.Instances.All(ObservedHealth.Fails);

    private bool Says(LedgerEvent what, Known known) =>
        LatestEntry(known.Id) is { } entry && entry.Event == what && entry.At >= known.Generation.CreatedAt;

    private Known? FindStable()
    {
        var others = Generations
            .Where(known => known.Id != NewId && known.Generation.Phase != GenerationPhase.Destroying)
            .OrderByDescending(known => LatestEntry(known.Id)?.Sequence ?? 0)
            .ToList();
        return others.Find(known => IsProven(known) && Route.Names(known.Id) && known.Answers)
            ?? others.Find(known => IsProven(known) && known.Answers)
            ?? others.Find(known => Route.Names(known.Id) && known.Answers)
            ?? others.Find(IsProven)
            ?? others.Find(known => Route.Names(known.Id));
    }
}

/// <summary>A generation that exists, with its id at hand.</summary>
/// <param name="Id">Which one.</param>
/// <param name="Generation">What is seen of it.</param>
/// <param name="Answers">As far as is known it answers.</param>
internal sealed record Known(GenerationId Id, ObservedGeneration Generation, bool Answers);
