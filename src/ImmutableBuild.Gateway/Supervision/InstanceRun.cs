using ImmutableBuild.Gateway.Probing;
using ImmutableBuild.Gateway.Routing;

namespace ImmutableBuild.Gateway.Supervision;

/// <summary>One process of an instance from its start to its end; of an instance that something else starts, all its processes. Nothing learned of it holds for the next run.</summary>
internal sealed class InstanceRun(string instance, InstanceAddress? address, InstanceProber prober, DateTimeOffset since, DrainLimits limits) : IDisposable
{
    private readonly Lock _gate = new();
    private volatile InstanceHealth _learned = InstanceHealth.Unknown;
    private volatile InstanceHealth _health = InstanceHealth.Unknown;
    private volatile Upstream? _upstream;
    private bool _isOver;

    /// <summary>What probes it.</summary>
    public InstanceProber Prober => prober;

    /// <summary>When it was started or adopted.</summary>
    public DateTimeOffset Since => since;

    /// <summary>Whether it may get requests.</summary>
    public bool Serves => _learned.Serves;

    /// <summary>What the probes add up to, as it is shown.</summary>
    public InstanceHealth Health => _health;

    /// <summary>Connections to it; null before its first healthy probe, and always for a worker.</summary>
    public Upstream? Upstream => _upstream;

    /// <summary>Takes <paramref name="outcome"/> into account, and shows nothing of it yet.</summary>
    public void Learn(ProbeOutcome outcome, DateTimeOffset now)
    {
        lock (_gate)
        {
            // The run may have ended between the answer and here; nobody would dispose of connections that were made for it now.
            if (outcome.Healthy && address is not null && !_isOver)
            {
                _upstream ??= new Upstream(instance, address, outcome.Protocols, limits);
            }
        }

        _learned = _learned.After(outcome, now);
    }

    /// <summary>Shows what was learned. Called once requests are treated by it, so that whoever sees an instance healthy, or not, finds its requests treated so.</summary>
    public void Show() => _health = _learned;

    public void Dispose()
    {
        lock (_gate)
        {
            _isOver = true;
        }

        _upstream?.Dispose();
    }
}
