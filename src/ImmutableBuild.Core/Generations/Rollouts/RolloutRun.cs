using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Generations.Rollouts;

/// <summary>One run of a rollout, step by step: observe, decide, act. All it remembers are measurements and its refusal.</summary>
internal sealed class RolloutRun(IDeploymentTarget target, Desired desired, RolloutSettings settings, TimeProvider time, IReporter reporter)
{
    private readonly HeldLease _lease = new(target, desired.App, RequestOf(desired, settings), time, reporter);
    private readonly TrafficWatch _traffic = new(desired.Id);
    private readonly SwitchClock _switch = new(desired.Id, time);
    private readonly DecisionLog _decisions = new(reporter);
    private readonly InstanceLog _log = new(target, desired.App, desired.Id, settings.LogLines, reporter);
    private readonly List<GenerationId> _destroyed = [];
    private readonly Patience _faults = new(target.Pace.Patience, time);
    private readonly Patience _repetitions = new(target.Pace.Patience, time);
    private Desired _desired = desired with { Pace = target.Pace };
    private Observation? _before;
    private Observation? _observed;
    private string? _lastChange;
    private bool _changed;

    /// <summary>How things stood when this run last looked, in a sentence.</summary>
    public string Standing => _observed is not { } seen ? "Nothing was seen of the app."
        : $"When last seen, at {seen.ObservedAt:u}, {(seen.Serving is null ? "nothing had traffic" : $"traffic went to {seen.Route.Route}")}.";

    /// <summary>Makes one step; null when it is the last one, else how long to wait before the next.</summary>
    public async Task<TimeSpan?> StepAsync(CancellationToken cancellationToken)
    {
        try
        {
            var action = await DecideAsync(cancellationToken);
            var pause = await ActAsync(action, cancellationToken);
            _faults.Restore();
            return pause;
        }
        catch (ImmutableBuildException fault) when (fault.IsTransient && !_faults.IsOver())
        {
            reporter.Detail($"{fault.Message} Observing again.");
            return settings.Interval;
        }
    }

    /// <summary>Whether anything was begun that may have to be put right: by this run, or by an earlier stage of the same release, which kept the lease.</summary>
    public async Task<bool> HasBegunAsync(CancellationToken cancellationToken)
    {
        if (!_changed && !_lease.IsHeld)
        {
            _observed = await target.ObserveAsync(_desired.App, cancellationToken);
            _lease.Adopt(_observed.Lease);
        }

        return _changed || _lease.IsHeld;
    }

    /// <summary>Whether the new generation was there without traffic when this run last looked, and nobody had the lease.</summary>
    public bool IsLeftAlone => _observed is { Lease: null } seen && seen.Find(_desired.Id) is { Phase: not GenerationPhase.Destroying } && !seen.Route.Route.Names(_desired.Id);

    /// <summary>Gives the new generation up for a reason that is not its own.</summary>
    public void Refuse(Diagnostic why)
    {
        _desired = _desired with { Refused = _desired.Refused ?? new Refusal(why) };
    }

    /// <summary>Gives the lease back.</summary>
    public Task ReleaseLeaseAsync(CancellationToken cancellationToken) => _lease.ReleaseAsync(_observed?.Lease, cancellationToken);

    /// <summary>What was done, once the last step is made.</summary>
    public RolloutResult Result() => new()
    {
        Before = _before!,
        Observed = _observed!,
        Unchanged = !_changed,
        Decisions = _decisions.Lines,
        Destroyed = [.. _destroyed],
        SwitchTime = _switch.Elapsed,
        RequestsLost = _traffic.Lost,
        NewLatency = _traffic.NewLatency,
        OldLatency = _traffic.OldLatency,
    };

    private static LeaseRequest RequestOf(Desired desired, RolloutSettings settings) =>
        new(desired.Writer, settings.LeaseDuration) { Listens = desired.Spec.Configuration.Port is not null };

    private async Task<RolloutAction> DecideAsync(CancellationToken cancellationToken)
    {
        _observed = await _lease.WhileLookingAsync(() => target.ObserveAsync(_desired.App, cancellationToken), cancellationToken);
        _before ??= _observed;
        _lease.Adopt(_observed.Lease);
        _traffic.Note(_observed);
        _switch.Note(_observed);
        _desired = _desired with
        {
            Began = _desired.Began ?? _observed.ObservedAt,
            LiveSequence = _desired.LiveSequence ?? _observed.LiveSequence,
            Refused = _desired.Refused is { At: null } refused ? refused with { At = _observed.ObservedAt } : _desired.Refused,
            Earlier = (_desired.Earlier ?? EarlierTrial.Of(_observed, _desired.Id)).After(_observed, _desired.Id),
            Leaving = NoteLeaving(_observed),
            Faltered = _desired.Faltered.Union(_observed.Generations
                .Where(generation => generation.Id != _desired.Id && _observed.Route.Route.Names(generation.Id) && !generation.Answers())
                .Select(generation => generation.Id)),
        };

        _desired = _desired with { Refused = Gate.Completed(_desired, _observed) };
        var action = Rollout.Next(_desired, _observed);
        _desired = _desired with { Refused = action.Refusal ?? _desired.Refused, Looked = action.Looked ?? _desired.Looked };
        return action;
    }

    private ImmutableArray<Leaving> NoteLeaving(Observation observed) =>
    [
        .. observed.Generations.Where(generation => generation.Phase == GenerationPhase.Destroying).Select(generation =>
            _desired.Leaving.FirstOrDefault(leaving => leaving.Id == generation.Id && leaving.CreatedAt == generation.CreatedAt)
            ?? new Leaving(generation.Id, generation.CreatedAt, observed.ObservedAt)),
    ];

    private async Task<TimeSpan?> ActAsync(RolloutAction action, CancellationToken cancellationToken)
    {
        if (action is Fail fail)
        {
            if (await _log.ReadAsync(_desired.Refused?.Instance, cancellationToken))
            {
                // Reading the log may have taken long, so the decision may be out of date by now: observe again.
                return TimeSpan.Zero;
            }

            _decisions.Note(action);
            throw new ImmutableBuildException(GateErrors.WithLog(fail.Diagnostic, _desired.Refused?.Instance, _log.Lines));
        }

        if (action is Done)
        {
            _decisions.Note(action);
            return null;
        }

        if (!_lease.IsHeld)
        {
            // What was decided without the lease may be out of date by the time it is held: observe again.
            await _lease.AcquireAsync(cancellationToken);
            return TimeSpan.Zero;
        }

        _decisions.Note(action);
        if (action is Wait)
        {
            _lastChange = null;
            return settings.Interval;
        }

        await ChangeAsync(action, cancellationToken);
        return PauseAfter(action);
    }

    /// <summary>After a change the next look is due at once, unless the same change was just made and shows no effect yet.</summary>
    private TimeSpan PauseAfter(RolloutAction action)
    {
        // Compared without its reason, which may hold figures that change from look to look.
        if (action.What != _lastChange)
        {
            _lastChange = action.What;
            _repetitions.Restore();
            return TimeSpan.Zero;
        }

        return _repetitions.IsOver() ? throw DeployErrors.NoProgress(_desired.App, action.What, target.Pace.Patience) : settings.Interval;
    }

    private async Task ChangeAsync(RolloutAction action, CancellationToken cancellationToken)
    {
        _changed = true;
        if (action is Destroy destroy && destroy.Generation == _desired.Id)
        {
            await _log.ReadAsync(_desired.Refused?.Instance, cancellationToken);
        }

        foreach (var warning in (action as SetRoute)?.Warnings ?? [])
        {
            reporter.Warn(warning);
        }

        try
        {
            await _lease.WhileAsync(lease => CallAsync(action, lease, cancellationToken), cancellationToken);
        }
        catch (ImmutableBuildException fault) when (!fault.IsTransient && fault.Code != DeployErrors.LeaseLostCode && _desired.Refused is null && GivesNewUp(action))
        {
            // A route that the target refuses because of the new generation is the new generation's failure (F13).
            _desired = _desired with { Refused = new Refusal(fault.Diagnostics[0]) { IsFailure = action is SetRoute && IsGateError(fault) } };
        }
        catch (ImmutableBuildException fault) when (!fault.IsTransient && action is SetRoute or Destroy && IsGateError(fault))
        {
            // Things have changed since the observation. Transient, so that the run observes again.
            throw new ImmutableBuildException(fault.Diagnostics, fault) { IsTransient = true };
        }
    }

    private bool GivesNewUp(RolloutAction action) => action is Create || (action is SetRoute move && move.Route.Names(_desired.Id));

    private static bool IsGateError(ImmutableBuildException fault) => fault.Code.StartsWith("IMB7", StringComparison.Ordinal) || fault.Code.StartsWith("IMB8", StringComparison.Ordinal);

    private async Task CallAsync(RolloutAction action, Lease lease, CancellationToken cancellationToken)
    {
        _switch.Calling(action);
        await target.MakeAsync(_desired.App, action, lease, cancellationToken);
        _switch.Called(action);
        if (action is Destroy destroy)
        {
            _destroyed.Add(destroy.Generation);
        }
    }
}
