using System.Collections.Immutable;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Drift;
using ImmutableBuild.IntegrationTests.Targets;
using ImmutableBuild.Releases;
using ImmutableBuild.Tests.Generations.Simulation;

namespace ImmutableBuild.Tests.Generations.Contract;

/// <summary>The simulated target keeps the contract too, so that what is proven on it means something.</summary>
public sealed class SimulatedTargetContract : DeploymentTargetContract
{
    protected override Task<IContractFixture> CreateFixtureAsync() => Task.FromResult<IContractFixture>(new SimulatedBed());

    private sealed class SimulatedBed : IContractFixture
    {
        private readonly VirtualTime _time = new();
        private readonly SimulatedHost _host;

        public SimulatedBed() => _host = new SimulatedHost(_time, spec => (AppVariant)(SimulatedSpecs.NumberOf(spec) & 0xf) switch
        {
            AppVariant.NeverListens => new SimulatedApp { NeverListens = true },
            AppVariant.Answers500 => new SimulatedApp { ProbePasses = _ => false },
            AppVariant.CrashesSoon => new SimulatedApp { CrashesAfter = TimeSpan.FromSeconds(4) },
            _ => new SimulatedApp(),
        });

        public IDeploymentTarget Target => _host;

        public IDeploymentTarget Elsewhere => _host;

        public TimeProvider Time => _time;

        public AppKey App => SimulatedSpecs.App;

        public AppKey OtherEnvironment { get; } = new("web", "other");

        public GenerationSpec Spec(AppKey app, AppVariant variant, int version = 1, int instances = 1) =>
            SimulatedSpecs.Spec((version << 4) + (int)variant, instances, app);

        public Task PauseAsync(TimeSpan time)
        {
            _time.Advance(time);
            return Task.CompletedTask;
        }

        public Task<GenerationId?> AskAsync(AppKey app)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            return Task.FromResult(_host.Of(app).Observe().Route.Serving?.Generation);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    /// <summary>One system that holds several apps.</summary>
    private sealed class SimulatedHost(VirtualTime time, Func<GenerationSpec, SimulatedApp> behaviour) : IDeploymentTarget
    {
        private readonly Dictionary<AppKey, SimulatedTarget> _targets = [];

        public SimulatedTarget Of(AppKey app) => _targets.TryGetValue(app, out var target) ? target : _targets[app] = new SimulatedTarget(app, time, behaviour);

        public Task<Lease> AcquireLeaseAsync(AppKey app, LeaseRequest request, CancellationToken cancellationToken) => Of(app).AcquireLeaseAsync(app, request, cancellationToken);

        public Task ReleaseLeaseAsync(AppKey app, Lease lease, CancellationToken cancellationToken) => Of(app).ReleaseLeaseAsync(app, lease, cancellationToken);

        public Task<Observation> ObserveAsync(AppKey app, CancellationToken cancellationToken) => Of(app).ObserveAsync(app, cancellationToken);

        public Task CreateAsync(GenerationSpec spec, Lease lease, CancellationToken cancellationToken) => Of(spec.App).CreateAsync(spec, lease, cancellationToken);

        public Task RouteAsync(AppKey app, Route route, Lease lease, CancellationToken cancellationToken) => Of(app).RouteAsync(app, route, lease, cancellationToken);

        public Task DestroyAsync(AppKey app, GenerationId id, Lease lease, CancellationToken cancellationToken) => Of(app).DestroyAsync(app, id, lease, cancellationToken);

        public Task RecordAsync(AppKey app, LedgerEntry entry, Lease lease, CancellationToken cancellationToken) => Of(app).RecordAsync(app, entry, lease, cancellationToken);

        public Task<IReadOnlyList<string>> ReadLogAsync(AppKey app, GenerationId id, string instance, int lines, CancellationToken cancellationToken) =>
            Of(app).ReadLogAsync(app, id, instance, lines, cancellationToken);

        public Task<ImmutableArray<DriftFinding>> FindDriftAsync(AppKey app, CancellationToken cancellationToken) => Of(app).FindDriftAsync(app, cancellationToken);

        public Task ReplaceAsync(AppKey app, GenerationId id, string instance, ReplacementStep change, Lease lease, CancellationToken cancellationToken) =>
            Of(app).ReplaceAsync(app, id, instance, change, lease, cancellationToken);

        public Task StopAsync(AppKey app, Lease lease, CancellationToken cancellationToken) => Of(app).StopAsync(app, lease, cancellationToken);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
