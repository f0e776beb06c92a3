using ImmutableBuild.Gateway.Probing;
using ImmutableBuild.Gateway.Routing;

namespace ImmutableBuild.Gateway.Supervision;

/// <summary>One process of an instance from its start to its end. Nothing learned of it holds for the next one.</summary>
internal sealed class InstanceRun(RunningProcess process, InstanceProber prober, DateTimeOffset since) : IDisposable
{
    private volatile InstanceHealth _health = InstanceHealth.Unknown;
    private volatile Upstream? _upstream;

    /// <summary>The process.</summary>
    public RunningProcess Process => process;

    /// <summary>Who looks at it.</summary>
    public InstanceProber Prober => prober;

    /// <summary>When it was started or adopted.</summary>
    public DateTimeOffset Since => since;

    /// <summary>What the probes add up to.</summary>
    public InstanceHealth Health => _health;

    /// <summary>Connections to it; null before its first healthy probe, and always for a worker.</summary>
    public Upstream? Upstream => _upstream;

    /// <summary>Takes <paramref name="outcome"/> into account.</summary>
    public void Learn(ProbeOutcome outcome, int port, string instance, DateTimeOffset now)
    {
        if (outcome.Healthy && port != 0)
        {
            _upstream ??= new Upstream(instance, port, outcome.Protocols);
        }

        _health = _health.After(outcome, now);
    }

    public void Dispose() => _upstream?.Dispose();
}
