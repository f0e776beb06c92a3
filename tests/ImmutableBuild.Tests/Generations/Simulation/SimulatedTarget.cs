using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Drift;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Tests.Generations.Simulation;

/// <summary>A target in memory, in virtual time, whose calls go wrong as told and whose every change is checked against the invariants.</summary>
public sealed class SimulatedTarget(AppKey app, VirtualTime time, Func<GenerationSpec, SimulatedApp> behaviour) : IDeploymentTarget
{
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(100);

    private readonly List<SimulatedGeneration> _generations = [];
    private readonly List<LedgerEntry> _ledger = [];
    private readonly ServingProbe _serving = new();
    private DateTimeOffset _ticked = time.GetUtcNow();
    private DateTimeOffset _routedAt = time.GetUtcNow();
    private Route _route = Route.None;
    private LeaseState? _lease;
    private long _fencing;
    private Fault _fault;

    public TargetPace Pace { get; set; } = TargetPace.Default;

    /// <summary>What goes wrong with a call, by its name.</summary>
    public Func<string, Fault> Faults { get; set; } = _ => Fault.None;

    /// <summary>Sees every change before and after it was made.</summary>
    public Action<Change>? Watch { get; set; }

    /// <summary>Changing calls that were made, lease calls left out.</summary>
    public IList<string> Calls { get; } = new List<string>();

    /// <summary>What was done to it by hand.</summary>
    public IList<DriftFinding> Drift { get; } = new List<DriftFinding>();

    /// <summary>Requests in a second.</summary>
    public double Load { get; set; } = 200;

    /// <summary>How long requests in flight take once draining begins.</summary>
    public TimeSpan DrainsFor { get; set; } = TimeSpan.FromMilliseconds(400);

    /// <summary>What of an observation is shown; for targets that can't tell everything.</summary>
    public Func<Observation, Observation> Shows { get; set; } = observation => observation;

    /// <summary>Whether the public entry shows the route at all (F24).</summary>
    public bool EntryFollowsRoute { get; set; } = true;

    /// <summary>Until when the public entry answers nothing that can be told.</summary>
    public DateTimeOffset EntryStuckUntil { get; set; }

    /// <summary>Whether it checks a route and a destruction itself, as targets should; false leaves everything to the engine.</summary>
    public bool LooksItself { get; set; } = true;

    /// <summary>Whose turn it is, where that is known.</summary>
    public ActingRun? Run { get; set; }

    public Task<Lease> AcquireLeaseAsync(AppKey app, LeaseRequest request, CancellationToken cancellationToken) => CallAsync("acquire", () =>
    {
        var now = time.GetUtcNow();
        if (_lease is { } held && held.ExpiresAt > now && held.Holder != request.Holder)
        {
            throw DeployErrors.LeaseHeld(app, held);
        }

        var renews = _lease?.ExpiresAt > now && _lease.Holder == request.Holder;
        _fencing += renews ? 0 : 1;
        _lease = new LeaseState(request.Holder, _fencing, now + request.Duration);
        if (!renews)
        {
            GiveUpJoining();
        }

        return new Lease(request.Holder, _fencing, _lease.ExpiresAt);
    }, cancellationToken);

    public Task ReleaseLeaseAsync(AppKey app, Lease lease, CancellationToken cancellationToken) => CallAsync("release", () =>
    {
        if (_lease?.FencingToken == lease.FencingToken)
        {
            _lease = null;
            GiveUpJoining();
        }

        return true;
    }, cancellationToken);

    public Task<Observation> ObserveAsync(AppKey app, CancellationToken cancellationToken)
    {
        var reply = CallAsync("observe", () => Shows(Observe()), cancellationToken);
        if (reply.IsCompletedSuccessfully)
        {
            Run?.See(reply.Result);
        }

        return reply;
    }

    public Task CreateAsync(GenerationSpec spec, Lease lease, CancellationToken cancellationToken) => ChangeAsync($"create {spec.Id}", lease, () =>
    {
        if (behaviour(spec).CannotBeCreated)
        {
            throw GatewayErrors.InstanceNotStarted(spec.Id, "0", "no space left on device");
        }

        if (_generations.Find(generation => generation.Id == spec.Id) is { } there)
        {
            there.IsHalfCreated = false;
            return;
        }

        _generations.Add(new SimulatedGeneration(spec, behaviour(spec), time.GetUtcNow(), behaviour) { IsHalfCreated = _fault == Fault.HalfDone });
    }, cancellationToken);

    public Task RouteAsync(AppKey app, Route route, Lease lease, CancellationToken cancellationToken) => ChangeAsync($"route {route}", lease, () =>
    {
        foreach (var share in route.Shares)
        {
            if (LooksItself && Find(share.Generation) is not { Answers: true })
            {
                throw GatewayErrors.NoHealthyInstance(app, share.Generation, "simulated");
            }
        }

        if (route != _route)
        {
            (_route, _routedAt) = (route, time.GetUtcNow());
            _serving.Restart();
            _generations.ForEach(generation => generation.ResetCounters());
        }
    }, cancellationToken);

    public Task DestroyAsync(AppKey app, GenerationId id, Lease lease, CancellationToken cancellationToken) => ChangeAsync($"destroy {id}", lease, () =>
    {
        if (LooksItself && _route.Names(id))
        {
            throw GatewayErrors.StillRouted(app, id, _route.PercentOf(id));
        }

        Find(id)?.Destroy(time.GetUtcNow() + DrainsFor);
    }, cancellationToken);

    public Task RecordAsync(AppKey app, LedgerEntry entry, Lease lease, CancellationToken cancellationToken) => ChangeAsync($"record {entry.Event} {entry.Spec.Id}", lease, () =>
    {
        var newest = _ledger.LastOrDefault();
        if (newest is null || (newest.Event, newest.Cause, newest.By, newest.Spec.Id) != (entry.Event, entry.Cause, entry.By, entry.Spec.Id))
        {
            _ledger.Add(entry with { Sequence = _ledger.Count + 1, At = time.GetUtcNow() });
        }
    }, cancellationToken);

    public Task<IReadOnlyList<string>> ReadLogAsync(AppKey app, GenerationId id, string instance, int lines, CancellationToken cancellationToken) =>
        CallAsync<IReadOnlyList<string>>("log", () => Find(id)?.All.FirstOrDefault(there => there.Name == instance)?.Log().TakeLast(lines).ToArray() ?? [], cancellationToken);

    public Task<ImmutableArray<DriftFinding>> FindDriftAsync(AppKey app, CancellationToken cancellationToken) =>
        CallAsync("find drift", () => Drift.ToImmutableArray(), cancellationToken);

    public Task ReplaceAsync(AppKey app, GenerationId id, string instance, ReplacementStep change, Lease lease, CancellationToken cancellationToken) => ChangeAsync($"{change} {instance}", lease, () =>
    {
        var generation = Find(id) ?? throw GatewayErrors.NotReplaceable(app, id, instance);
        if (generation.Replace(instance, change, LooksItself, DrainsFor, time.GetUtcNow()))
        {
            Drift.Where(finding => finding.Generation == id && finding.Instance == instance).ToList().ForEach(finding => Drift.Remove(finding));
        }
    }, cancellationToken);

    public Task StopAsync(AppKey app, Lease lease, CancellationToken cancellationToken) => ChangeAsync("stop", lease, () =>
    {
        (_route, _routedAt) = (Route.None, time.GetUtcNow());
        _generations.Clear();
    }, cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Ends the process of an instance from outside.</summary>
    public void Kill(GenerationId id, int instance = 0) => Find(id)?.Instances.ElementAtOrDefault(instance)?.Kill(time.GetUtcNow());

    /// <summary>An instance answers no more.</summary>
    public void Hang(GenerationId id, int instance = 0) => Find(id)?.Instances.ElementAtOrDefault(instance)?.Hang(time.GetUtcNow());

    /// <summary>Whether an instance of it hangs, also where nobody has noticed yet.</summary>
    public bool IsHung(GenerationId id) => Find(id)?.Instances.Any(instance => instance.IsHung) == true;

    /// <summary>The target restarts: its counters and what it saw begin anew, what it committed stays.</summary>
    public void Restart()
    {
        _routedAt = time.GetUtcNow();
        _serving.Restart();
        _generations.ForEach(generation => generation.ResetCounters());
    }

    /// <summary>Someone scales a generation out.</summary>
    public void ScaleOut(GenerationId id, int instances) => Find(id)!.ScaleOut(instances, time.GetUtcNow());

    /// <summary>The true state now, whatever <see cref="Shows"/> hides.</summary>
    public Observation Observe()
    {
        Tick();
        var now = time.GetUtcNow();
        return new Observation(
            app,
            now,
            [.. _generations.Select(generation => generation.Observe(now))],
            new RouteState(_route, _routedAt, _serving.Observe()),
            _lease?.ExpiresAt > now ? _lease : null,
            [.. _ledger])
        { Url = "http://127.0.0.1:8080/", ListensOn = new ListeningAddress("127.0.0.1", 8080) };
    }

    private SimulatedGeneration? Find(GenerationId id) => _generations.Find(generation => generation.Id == id && generation.GoneAt is null);

    private void GiveUpJoining()
    {
        foreach (var generation in _generations)
        {
            foreach (var replaced in generation.Joining.Keys.ToList())
            {
                generation.GiveUp(replaced, time.GetUtcNow());
            }
        }
    }

    private void Tick()
    {
        for (; _ticked + s_tick <= time.GetUtcNow(); _ticked += s_tick)
        {
            _generations.RemoveAll(generation => generation.GoneAt <= _ticked);
            _generations.ForEach(generation => generation.Tick(_ticked));
            foreach (var share in _route.Shares)
            {
                Find(share.Generation)?.Serve(Load * s_tick.TotalSeconds * share.Percent / 100);
            }

            var answering = _route.Shares.Where(share => Find(share.Generation) is { Answers: true }).MaxBy(share => share.Percent);
            _serving.Ask(EntryFollowsRoute && _ticked >= EntryStuckUntil ? answering?.Generation : null, _ticked);
        }
    }

    private Task ChangeAsync(string what, Lease lease, Action change, CancellationToken cancellationToken) => CallAsync(what, () =>
    {
        Tick();
        if (_lease is null || _lease.FencingToken != lease.FencingToken || _lease.ExpiresAt <= time.GetUtcNow())
        {
            throw DeployErrors.LeaseLost(app, lease);
        }

        var before = Observe();
        change();
        Calls.Add(what);
        Watch?.Invoke(new Change(what, before, Observe(), lease, LooksItself, Run));
        return true;
    }, cancellationToken);

    private Task<T> CallAsync<T>(string what, Func<T> call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var fault = _fault = Faults(what);
        switch (fault)
        {
            case Fault.NotDone:
                return Task.FromException<T>(DeployErrors.TargetUnavailable(app, what));
            case Fault.DiesBefore:
                return Task.FromException<T>(new BuildDiedException());
            case Fault.Slow:
                time.Advance(TimeSpan.FromSeconds(31));
                break;
        }

        try
        {
            var result = call();
            return fault switch
            {
                Fault.ReplyLost or Fault.HalfDone => Task.FromException<T>(DeployErrors.TargetUnavailable(app, $"the reply to '{what}' was lost")),
                Fault.DiesAfter => Task.FromException<T>(new BuildDiedException()),
                _ => Task.FromResult(result),
            };
        }
        catch (ImmutableBuildException refused)
        {
            return Task.FromException<T>(refused);
        }
    }
}
