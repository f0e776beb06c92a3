using ImmutableBuild.Generations;

namespace ImmutableBuild.Tests.Generations.Simulation;

/// <summary>One process, probed and restarted by the simulated target.</summary>
internal sealed class SimulatedInstance(string name, SimulatedApp app, Probe probe, DateTimeOffset startedAt)
{
    /// <summary>It keeps its requests until it is too slow for so many probes in a row.</summary>
    private const int TakenOutAfter = 3;

    private static readonly TimeSpan s_restartAfter = TimeSpan.FromSeconds(1);

    private DateTimeOffset _startedAt = startedAt;
    private DateTimeOffset _nextProbe = startedAt;
    private DateTimeOffset? _endedAt;
    private DateTimeOffset? _killAt;
    private DateTimeOffset? _hangsSince;
    private int _probes;
    private int _healthy;
    private int _restarts;
    private int? _exitCode;
    private ProbeResult? _last;
    private int _lateInARow;
    private bool _serves;

    public string Name => name;

    public bool Answers => Observe() is { ConsecutiveHealthy: > 0 } or { IsLate: true } && !app.IsForeign && _endedAt is null;

    /// <summary>Ends its process, where one runs; it is started again a second later.</summary>
    public void Kill(DateTimeOffset at) => _killAt ??= _endedAt is null ? at : null;

    public bool IsHung => _hangsSince is not null;

    /// <summary>Its process runs on and answers no more, until it is started again.</summary>
    public void Hang(DateTimeOffset since) => _hangsSince ??= _endedAt is null ? since : null;

    public void Tick(DateTimeOffset now)
    {
        var ends = _killAt ?? (app.CrashesAfter is { } age ? _startedAt + age : null);
        if (_endedAt is null && ends <= now)
        {
            ProbeUntil(ends.Value);
            (_endedAt, _exitCode, _healthy, _killAt) = (ends, _killAt is null ? 134 : 137, 0, null);
            (_serves, _lateInARow) = (false, 0);
            _last = new ProbeResult(ends.Value, Healthy: false, "connection refused");
        }

        if (_endedAt + s_restartAfter <= now)
        {
            _startedAt = _endedAt!.Value + s_restartAfter;
            (_endedAt, _hangsSince, _nextProbe, _restarts) = (null, null, _startedAt, _restarts + 1);
        }

        ProbeUntil(now);
    }

    public ObservedInstance Observe() => new(
        name,
        _endedAt is null ? InstanceState.Running : InstanceState.Exited,
        $"127.0.0.1:{40000 + int.Parse(name)}",
        app.HasNoIdentity || _probes == 0 ? InstanceIdentity.Unknown : app.IsForeign ? InstanceIdentity.Foreign : InstanceIdentity.Confirmed,
        _healthy,
        _last,
        _restarts,
        _exitCode)
    { IsLate = _serves && _last is { Healthy: false } };

    public string[] Log() => [$"instance {name} started", .. _exitCode is { } code ? [$"Unhandled exception, code {code}"] : Array.Empty<string>()];

    private void ProbeUntil(DateTimeOffset now)
    {
        while (_endedAt is null && _nextProbe <= now && !(_nextProbe - _startedAt > app.ProbesStopAfter))
        {
            var listens = !app.NeverListens && _nextProbe - _startedAt >= app.StartsAfter;
            var number = listens ? _probes++ : 0;
            var late = listens && (_nextProbe >= _hangsSince || app.ProbeIsLate(number));
            var passes = listens && !late && app.ProbePasses(number);
            _healthy = passes ? _healthy + 1 : 0;
            _lateInARow = late ? _lateInARow + 1 : 0;
            _serves = passes || (_serves && late && _lateInARow < TakenOutAfter);
            _last = new ProbeResult(_nextProbe, passes, passes ? "200" : late ? "no answer in 2 s" : listens ? "500" : "connection refused");
            _nextProbe += probe.Interval;
        }
    }
}
