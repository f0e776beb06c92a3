using System.Collections.Immutable;
using System.ComponentModel;
using ImmutableBuild.Errors;
using ImmutableBuild.Gateway.Probing;
using ImmutableBuild.Gateway.Routing;
using ImmutableBuild.Gateway.State;
using ImmutableBuild.Generations;
using ImmutableBuild.Processes;

namespace ImmutableBuild.Gateway.Supervision;

/// <summary>An instance that is a process of this gateway's, started again when it ends, and what probes say of it.</summary>
internal sealed class ProcessInstance : IInstance
{
    private readonly Surroundings _surroundings;
    private readonly GenerationRecord _generation;
    private readonly InstanceDirectory _directory;
    private readonly Action _rotationChanged;
    private readonly DrainLimits _limits;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _starting = new();
    private readonly ProbeLoop _looking;
    private readonly RestartBackoff _backoff = new(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(15), wellAfter: TimeSpan.FromSeconds(30));
    private volatile Moment _now;
    private volatile bool _isLetGo;
    private Task _supervision = Task.CompletedTask;
    private Task _probes = Task.CompletedTask;

    public ProcessInstance(GenerationRecord generation, InstanceRecord record, Surroundings surroundings, DrainLimits limits, Action rotationChanged)
    {
        _generation = generation;
        _now = new Moment(record, Run: null);
        _surroundings = surroundings;
        _rotationChanged = rotationChanged;
        _limits = limits;
        _directory = new InstanceDirectory(surroundings.StateDirectory, generation.Spec.Id, record.Name);
        _looking = new ProbeLoop(generation.Spec.Configuration.Probe, () => _now.Run, rotationChanged, surroundings.Time);
    }

    /// <inheritdoc/>
    public InstanceRecord Record => _now.Record;

    /// <inheritdoc/>
    public Upstream? Upstream => _now.Run is { Serves: true } run ? run.Upstream : null;

    /// <inheritdoc/>
    public Upstream? Connected => _now.Run?.Upstream;

    private RuntimeConfiguration Configuration => _generation.Spec.Configuration;

    private GenerationId Id => _generation.Spec.Id;

    private IReadOnlyList<string> Markers => InstanceEnvironment.Markers(_surroundings.StateDirectory, Id, Record.Name);

    /// <inheritdoc/>
    /// <remarks>IMB6056 once it was told to stop, which may be while its generation is being started: nobody would end its process then.</remarks>
    public void Start()
    {
        try
        {
            lock (_starting)
            {
                var (process, record) = _stopping.IsCancellationRequested ? throw GatewayErrors.BeingDestroyed(Id) : StartProcess();
                Supervise(process, record);
            }
        }
        catch (Exception fault) when (fault is Win32Exception or IOException or UnauthorizedAccessException)
        {
            throw GatewayErrors.InstanceNotStarted(Id, Record.Name, fault.Message, fault);
        }
    }

    /// <inheritdoc/>
    /// <remarks>With the process that an earlier gateway started, or with a new one when that is gone.</remarks>
    public void Resume()
    {
        if (Record.Process is { } identity && RunningProcess.Adopt(_surroundings.Host, identity) is { } process)
        {
            _surroundings.Log.Write($"{Id}/{Record.Name}: process {identity.Id} adopted");
            Supervise(process, Record);
            return;
        }

        _surroundings.Log.Write($"{Id}/{Record.Name}: its process is gone; starting it again");
        KillStrays();
        _supervision = SuperviseAsync(null);
        _probes = ProbeAsync();
    }

    /// <inheritdoc/>
    public Task<bool> LookAsync(CancellationToken cancellationToken) => _looking.LookAsync(cancellationToken);

    /// <inheritdoc/>
    public ImmutableArray<string> ReadLog(int lines) => _directory.Output.Tail(lines);

    /// <inheritdoc/>
    public void LetGo() => _isLetGo = true;

    /// <inheritdoc/>
    /// <remarks>TERM to its group, KILL after the grace period, then whoever left the group (F45).</remarks>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        Task watching;
        lock (_starting)
        {
            watching = Task.WhenAll(_supervision, _probes);
        }

        await watching;
        await EndStraysAsync();
    }

    /// <inheritdoc/>
    public ObservedInstance Observe()
    {
        var (record, run, hasEnded) = _now;
        var health = run?.Health ?? InstanceHealth.Unknown;
        var state = run is not null ? InstanceState.Running : hasEnded || _stopping.IsCancellationRequested ? InstanceState.Exited : InstanceState.Starting;
        return new ObservedInstance(
            record.Name, state, record.Address?.ToString(), health.Identity, health.Consecutive, health.Last, record.Restarts, record.ExitCode, health.UsesTcpFallback) { IsLate = health.IsLate };
    }

    public ValueTask DisposeAsync()
    {
        _stopping.Dispose();
        _looking.Dispose();
        return ValueTask.CompletedTask;
    }

    private (RunningProcess Process, InstanceRecord Record) StartProcess()
    {
        var record = Record;
        if (record.Port != 0 && !FreePort.IsFree(record.Port))
        {
            var taken = _surroundings.Store.Current.Generations.SelectMany(generation => generation.Instances).Select(instance => instance.Port).ToHashSet();
            var moved = FreePort.Choose(Random.Shared, taken);
            _surroundings.Log.Write($"{Id}/{record.Name}: port {record.Port} is taken by someone else; using {moved}");
            record = record with { Port = moved };
        }

        _directory.Create();
        var plan = _generation.Launch!;
        var environment = InstanceEnvironment.Of(plan, Id, record, _directory, _surroundings.StateDirectory);
        var process = RunningProcess.Start(_surroundings.Host, new ProcessStart
        {
            Program = plan.Executable,
            Arguments = plan.Arguments,
            Environment = environment,
            WorkingDirectory = _directory.Work,
            OutputFile = _directory.Output.Path,
        });
        return (process, record with { Process = process.Identity });
    }

    private void Supervise(RunningProcess process, InstanceRecord record)
    {
        Begin(process, record);
        _supervision = SuperviseAsync(process);
        _probes = ProbeAsync();
    }

    private void Begin(RunningProcess process, InstanceRecord record) => _now = new Moment(record, new InstanceRun(
        record.Name,
        record.Address,
        new InstanceProber(Configuration.Probe, Id, record.Address, process, _surroundings.HttpProbe, _surroundings.Time),
        _surroundings.Time.GetUtcNow(),
        _limits));

    private async Task SuperviseAsync(RunningProcess? found)
    {
        var wait = TimeSpan.Zero;
        while ((found ?? await StartAgainAsync(wait)) is { } process)
        {
            var exitCode = await WaitForEndAsync(process);
            if (_isLetGo)
            {
                return;
            }

            var ran = _surroundings.Time.GetUtcNow() - _now.Run!.Since;
            Attempt(() => End(exitCode));

            // What the leader left in its group goes with it.
            process.Kill(_surroundings.Host, _surroundings.Log);
            if (_stopping.IsCancellationRequested)
            {
                return;
            }

            _surroundings.Log.Write($"{Id}/{Record.Name}: process {process.Identity.Id} ended with {exitCode?.ToString() ?? "an unknown code"}");
            KillStrays();
            (found, wait) = (null, _backoff.After(ran));
        }
    }

    private async Task<int?> WaitForEndAsync(RunningProcess process)
    {
        try
        {
            return await process.Exited.WaitAsync(_stopping.Token);
        }
        catch (OperationCanceledException)
        {
            return await process.EndAsync(_surroundings.Host, Configuration.StopGrace, _surroundings.Time, _surroundings.Log);
        }
    }

    private void KillStrays() => Attempt(() => Strays.Kill(Markers));

    private async Task EndStraysAsync()
    {
        try
        {
            await Strays.EndAsync(Markers, _surroundings.Time);
        }
        catch (Exception fault)
        {
            _surroundings.Log.Write($"{Id}/{Record.Name}: {fault.Message}");
        }
    }

    /// <summary>Does one step at the end of a process. A failure is logged and stops nothing: the next process must still be started, or the generation removed.</summary>
    private void Attempt(Action step)
    {
        try
        {
            step();
        }
        catch (Exception fault)
        {
            _surroundings.Log.Write($"{Id}/{Record.Name}: {fault.Message}");
        }
    }

    private void End(int? exitCode)
    {
        var (record, run, _) = _now;
        _now = new Moment(record with { Process = null, ExitCode = exitCode }, Run: null, HasEnded: true);
        _rotationChanged();
        run?.Dispose();
        Commit();
    }

    /// <summary>A new process after <paramref name="wait"/>; tries until the system lets it. Null when stopped meanwhile.</summary>
    private async Task<RunningProcess?> StartAgainAsync(TimeSpan wait)
    {
        while (await PauseAsync(wait))
        {
            try
            {
                var (process, record) = StartProcess();
                Begin(process, record with { Restarts = record.Restarts + 1 });
                Commit();
                return process;
            }
            catch (Exception fault)
            {
                _surroundings.Log.Write($"{Id}/{Record.Name}: could not be started again: {fault.Message}");
                wait = _backoff.After(TimeSpan.Zero);
            }
        }

        return null;
    }

    private Task ProbeAsync() => _looking.RunAsync(Bound, fault => _surroundings.Log.Write($"{Id}/{Record.Name}: {fault.Message}"), _stopping.Token);

    private void Bound()
    {
        if (!_isLetGo)
        {
            _directory.Output.Bound();
        }
    }

    /// <summary>Writes down the process's id for the gateway after this one. A full disk must not take the instance down: without the id, that gateway finds the process by its markers.</summary>
    private void Commit()
    {
        try
        {
            var record = Record;
            _surroundings.Store.Change(state => state.Find(Id) is { } generation ? state.With(generation.With(record)) : state);
        }
        catch (ImmutableBuildException fault)
        {
            _surroundings.Log.Write(fault.Message);
        }
    }

    private async Task<bool> PauseAsync(TimeSpan wait)
    {
        await Task.Delay(wait, _surroundings.Time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !_stopping.IsCancellationRequested && !_isLetGo;
    }

    /// <summary>What is kept of it and what runs of it, which change together: whoever looks counts each end once, by the code or by the start that follows.</summary>
    /// <param name="Record">What is kept of it.</param>
    /// <param name="Run">What runs of it; null while nothing does.</param>
    /// <param name="HasEnded">Its process has ended, and no other was started yet.</param>
    private sealed record Moment(InstanceRecord Record, InstanceRun? Run, bool HasEnded = false);
}
