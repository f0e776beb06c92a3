using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Generations;

/// <summary>
/// Everything the target shows of an app at one moment. Decisions are made from this alone. All times in it, those of the ledger too, are of one clock of the
/// target's that never goes back.
/// </summary>
/// <param name="App">The app and environment.</param>
/// <param name="ObservedAt">The target's clock at the moment of the observation.</param>
/// <param name="Generations">All generations that exist in any form, oldest first.</param>
/// <param name="Route">Where traffic goes.</param>
/// <param name="Lease">The lease, when one is held and has not expired.</param>
/// <param name="Ledger">The app's history, oldest first.</param>
public sealed record Observation(
    AppKey App,
    DateTimeOffset ObservedAt,
    ImmutableArray<ObservedGeneration> Generations,
    RouteState Route,
    LeaseState? Lease,
    ImmutableArray<LedgerEntry> Ledger)
{
    /// <summary>Where the app answers for its users; null for an app that listens on nothing.</summary>
    public string? Url { get; init; }

    /// <summary>The address and port behind <see cref="Url"/>, where a release may ask for another; null where it can't, and from gateways of before it was told.</summary>
    public ListeningAddress? ListensOn { get; init; }

    /// <summary>The generation with the largest share of traffic; null when none has any.</summary>
    [JsonIgnore]
    public GenerationId? Serving => Route.Route.Shares.IsEmpty ? null : Route.Route.Shares.MaxBy(share => share.Percent)!.Generation;

    /// <summary>The sequence of the ledger's newest entry by which a generation went live; 0 when there is none.</summary>
    [JsonIgnore]
    public long LiveSequence => Ledger.LastOrDefault(entry => entry.WentLive)?.Sequence ?? 0;

    /// <summary>The generation named <paramref name="id"/>, when it exists.</summary>
    public ObservedGeneration? Find(GenerationId id) => Generations.FirstOrDefault(generation => generation.Id == id);
}

/// <summary>Where traffic goes, since when, and what the serving path itself answers.</summary>
/// <param name="Route">The committed route.</param>
/// <param name="Since">When the route took this form, never the same for two forms; counters in <see cref="ObservedGeneration.Traffic"/> start here.</param>
/// <param name="Serving">What requests through the public entry really reach (F24); null where nothing has been asked yet.</param>
public sealed record RouteState(Route Route, DateTimeOffset Since, ServingPath? Serving);

/// <summary>
/// What answered the latest requests through the public entry of the app, as a rule the target's own. How it knows is the target's affair: by a field that the entry
/// or the app adds, by the entry's log. The route that was committed is no answer.
/// </summary>
/// <param name="Generation">The generation that answered; null when none did, or nothing tells which.</param>
/// <param name="Consecutive">How many requests in a row, since the route took its present form, were answered by a generation the route names.</param>
public sealed record ServingPath(GenerationId? Generation, int Consecutive)
{
    /// <summary>When, since the route took its present form, such a request was first answered by a generation the route names, by the target's clock; null before that.</summary>
    public DateTimeOffset? FirstAnswerAt { get; init; }
}

/// <summary>One generation as it is right now.</summary>
/// <param name="Spec">What it was created from.</param>
/// <param name="CreatedAt">When its creation began.</param>
/// <param name="Phase">Where it is in its life.</param>
/// <param name="Instances">Its instances; fewer than <see cref="GenerationSpec.Size"/> while it is being created.</param>
/// <param name="InFlight">Requests it is working on; null when the target can't tell.</param>
/// <param name="Traffic">What it served since the route took its present form; null when the target can't tell (F17).</param>
public sealed record ObservedGeneration(
    GenerationSpec Spec,
    DateTimeOffset CreatedAt,
    GenerationPhase Phase,
    ImmutableArray<ObservedInstance> Instances,
    long? InFlight,
    TrafficSample? Traffic)
{
    /// <summary>The derived id.</summary>
    public GenerationId Id => Spec.Id;

    /// <summary>
    /// How many instances it shall have now, where an autoscaler or somebody scaled it since it was made; null for <see cref="GenerationSpec.Size"/>.
    /// A new generation is waited for until it has its size all the same.
    /// </summary>
    public int? Wanted { get; init; }

    /// <summary>Fresh instances beside those they are to replace; they get no requests yet.</summary>
    public ImmutableArray<JoiningInstance> Joining { get; init; } = [];

    /// <summary>Instances that were replaced, or were to join and were given up: they drain and go.</summary>
    public ImmutableArray<ObservedInstance> Leaving { get; init; } = [];
}

/// <summary>A fresh instance that is to take the place of another one of its generation.</summary>
/// <param name="Replaces">The name of that one.</param>
/// <param name="Instance">How it is.</param>
public sealed record JoiningInstance(string Replaces, ObservedInstance Instance);

/// <summary>Where a generation is in its life.</summary>
public enum GenerationPhase
{
    /// <summary>Creation began, and something is left for a further call of it to do.</summary>
    Creating,

    /// <summary>All its instances were started, or come up without another call.</summary>
    Running,

    /// <summary>Its destruction began: it drains, then goes.</summary>
    Destroying,
}

/// <summary>What an instance's process or container is doing.</summary>
public enum InstanceState
{
    /// <summary>Not started yet, or waiting to be started again.</summary>
    Starting,

    /// <summary>Its process runs.</summary>
    Running,

    /// <summary>Its process ended and is not running now.</summary>
    Exited,
}

/// <summary>Whether what answers on an instance's address is that instance (F15).</summary>
public enum InstanceIdentity
{
    /// <summary>Nothing has answered yet, or the platform has no way to tell.</summary>
    Unknown,

    /// <summary>It is the instance.</summary>
    Confirmed,

    /// <summary>Something else answers there.</summary>
    Foreign,
}

/// <summary>One instance as it is right now.</summary>
/// <param name="Name">Its name within the generation, the target's own: <c>0</c>, or what the system calls it.</param>
/// <param name="State">What its process is doing.</param>
/// <param name="Address">Where requests reach it, <c>127.0.0.1:43121</c>; null while unknown or for a worker.</param>
/// <param name="Identity">Whether it is who it should be.</param>
/// <param name="ConsecutiveHealthy">Probes passed in a row up to the latest one; 0 when the latest failed.</param>
/// <param name="LastProbe">The latest probe.</param>
/// <param name="Restarts">How often it was started again after an exit.</param>
/// <param name="ExitCode">How its process last ended; 128 + n for signal n.</param>
/// <param name="UsesTcpFallback">The app has no HTTP health path, so a TCP accept counted instead.</param>
public sealed record ObservedInstance(
    string Name,
    InstanceState State,
    string? Address,
    InstanceIdentity Identity,
    int ConsecutiveHealthy,
    ProbeResult? LastProbe,
    int Restarts,
    int? ExitCode,
    bool UsesTcpFallback = false)
{
    /// <summary>
    /// It answered before and gets requests, and was only too slow for the latest probes; not yet for so many in a row that the target takes it out. Nothing
    /// is known of it until the next: it is neither well nor bad.
    /// </summary>
    public bool IsLate { get; init; }
}

/// <summary>The outcome of one probe.</summary>
/// <param name="At">When it ended, by the target's clock.</param>
/// <param name="Healthy">Whether it passed.</param>
/// <param name="Detail">What was found, for people: <c>200</c>, <c>503</c>, <c>connection refused</c>, <c>no answer in 2 s</c>.</param>
public sealed record ProbeResult(DateTimeOffset At, bool Healthy, string Detail);

/// <summary>What a generation served since the route took its present form.</summary>
/// <param name="At">The moment up to which they count, by the target's clock: when they were read, or the end of the latest minute that is complete.</param>
/// <param name="Requests">Requests ended.</param>
/// <param name="Errors">Of these, answered 5xx by the app, or not answered by it at all.</param>
/// <param name="Lost">Of the errors, those that what divides the traffic had to answer itself: no instance, connection broken, cut at the drain limit. Null where nobody tells them from the app's own.</param>
/// <param name="Latency">Time to the response's head, over all requests ended.</param>
public sealed record TrafficSample(DateTimeOffset At, long Requests, long Errors, long? Lost, LatencyHistogram Latency)
{
    /// <summary>
    /// How long the requests in flight whose response's head has not come have waited for it so far; null when the target can't
    /// tell. Without it a request that hangs is seen by nobody.
    /// </summary>
    public LatencyHistogram? Waiting { get; init; }

    /// <summary>What was counted since <paramref name="before"/>, an earlier reading of the same counters; all of it when they began anew since.</summary>
    public TrafficSample Since(TrafficSample before) => Requests < before.Requests || Errors < before.Errors || Lost < before.Lost ? this : this with
    {
        Requests = Requests - before.Requests,
        Errors = Errors - before.Errors,
        Lost = Lost - before.Lost,
        Latency = Latency.Since(before.Latency),
    };
}
