using System.Collections.Immutable;
using ImmutableBuild.Gateway.Probing;
using ImmutableBuild.Gateway.Routing;
using ImmutableBuild.Gateway.State;
using ImmutableBuild.Generations;

namespace ImmutableBuild.Gateway.Supervision;

/// <summary>
/// An instance that something else starts and watches, a container say: the gateway knows its address alone. Whether its process
/// runs, how often it ended and what it wrote, the target tells.
/// </summary>
internal sealed class RemoteInstance : IInstance
{
    private readonly Surroundings _surroundings;
    private readonly GenerationId _generation;
    private readonly InstanceAddress? _address;
    private readonly InstanceRun _run;
    private readonly ProbeLoop _looking;
    private readonly CancellationTokenSource _stopping = new();
    private Task _probes = Task.CompletedTask;

    public RemoteInstance(GenerationRecord generation, InstanceRecord record, Surroundings surroundings, DrainLimits limits, Action rotationChanged)
    {
        (Record, _surroundings, _generation) = (record, surroundings, generation.Spec.Id);
        var probe = generation.Spec.Configuration.Probe;
        _address = record.Address;
        _run = new InstanceRun(record.Name, _address, new InstanceProber(probe, _generation, _address, process: null, surroundings.HttpProbe, surroundings.Time), surroundings.Time.GetUtcNow(), limits);
        _looking = new ProbeLoop(probe, () => _stopping.IsCancellationRequested ? null : _run, rotationChanged, surroundings.Time);
    }

    /// <inheritdoc/>
    public InstanceRecord Record { get; }

    /// <inheritdoc/>
    public Upstream? Upstream => _run.Serves ? _run.Upstream : null;

    /// <inheritdoc/>
    public Upstream? Connected => _run.Upstream;

    /// <inheritdoc/>
    public void Start() => _probes = _looking.RunAsync(() => { }, fault => _surroundings.Log.Write($"{_generation}/{Record.Name}: {fault.Message}"), _stopping.Token);

    /// <inheritdoc/>
    public void Resume() => Start();

    /// <inheritdoc/>
    public Task<bool> LookAsync(CancellationToken cancellationToken) => _looking.LookAsync(cancellationToken);

    /// <inheritdoc/>
    public ImmutableArray<string> ReadLog(int lines) => [];

    /// <inheritdoc/>
    public void LetGo()
    {
        // Nothing to start: something else does, and this gateway only probes it.
    }

    /// <inheritdoc/>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _probes;
    }

    /// <inheritdoc/>
    public ObservedInstance Observe()
    {
        var health = _run.Health;
        return new ObservedInstance(Record.Name, InstanceState.Running, _address?.ToString(), health.Identity, health.Consecutive, health.Last, 0, null, health.UsesTcpFallback) { IsLate = health.IsLate };
    }

    public ValueTask DisposeAsync()
    {
        _run.Dispose();
        _looking.Dispose();
        _stopping.Dispose();
        return ValueTask.CompletedTask;
    }
}
