using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.ComponentModel;
using ImmutableBuild.Gateway;
using ImmutableBuild.Gateway.Control;
using ImmutableBuild.Gateway.Probing;
using ImmutableBuild.Gateway.Routing;
using ImmutableBuild.Gateway.State;
using ImmutableBuild.Gateway.Supervision;
using ImmutableBuild.Generations;
using ImmutableBuild.Images;
using ImmutableBuild.Processes;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Tests.Gateway;

/// <summary>What the system refuses a gateway that supervises: it goes on.</summary>
public sealed class SupervisionTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly AppKey App = new("web", "test");
    private readonly string _directory = Directory.CreateTempSubdirectory("imb-state-").FullName;
    private readonly HttpProbe _http = new();
    private readonly RefusingHost _host = new();

    public void Dispose()
    {
        _http.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    [Trait("Fault", "F45")]
    public async Task An_instance_whose_group_may_not_be_signalled_is_started_again()
    {
        var (fleet, destruction, generation) = Start();
        _host.RefusedSignals = int.MaxValue;

        _host.Exit(0, code: 1);

        SpinWait.SpinUntil(() => generation.Instances[0].Record.Restarts == 1, Patience).ShouldBeTrue("it is started again");
        _host.Started.ShouldBe(2);
        _host.RefusedSignals = 0;
        await destruction.Begin(generation).WaitAsync(Patience, TestContext.Current.CancellationToken);
        fleet.All.ShouldBeEmpty();
    }

    [Fact]
    [Trait("Fault", "F45")]
    public async Task A_destruction_outlasts_signals_that_are_refused()
    {
        var (fleet, destruction, generation) = Start();
        _host.RefusedSignals = 2;

        await destruction.Begin(generation).WaitAsync(Patience, TestContext.Current.CancellationToken);

        fleet.All.ShouldBeEmpty();
        _host.RefusedSignals.ShouldBe(0);
    }

    [Fact]
    public async Task A_destruction_that_fails_is_tried_again()
    {
        var (fleet, destruction, generation) = Start();
        generation.Traffic.Enter();
        using var faulty = generation.Traffic.Limits.Requests.Register(() =>
        {
            generation.Traffic.Leave();
            throw new InvalidOperationException("a request that can't be cut");
        });

        await destruction.Begin(generation).WaitAsync(Patience, TestContext.Current.CancellationToken);

        fleet.All.ShouldBeEmpty();
    }

    [Fact]
    [Trait("Fault", "F09")]
    public void A_log_on_a_full_disk_ends_nothing()
    {
        using var full = new FullDisk();
        Should.NotThrow(() => new GatewayLog(full, TimeProvider.System).Write("a line"));
    }

    private (Fleet Fleet, Destruction Destruction, RunningGeneration Generation) Start()
    {
        var log = new GatewayLog(TextWriter.Null, TimeProvider.System);
        var store = StateStore.Open(_directory, App, TimeProvider.System, log);
        var record = new GenerationRecord(Worker, new LaunchPlan("/app", [], "/", ImmutableSortedDictionary<string, string>.Empty), DateTimeOffset.UtcNow, GenerationPhase.Running, [new InstanceRecord("0", 0)]);
        store.Change(state => state with { Generations = [record] });
        var surroundings = new Surroundings(_directory, store, _host, _http, TimeProvider.System, log);
        var fleet = new Fleet(new RouteTable(Random.Shared));
        var generation = new RunningGeneration(record, surroundings);
        fleet.Add(generation);
        generation.Start();
        return (fleet, new Destruction(fleet, surroundings), generation);
    }

    private static GenerationSpec Worker => new()
    {
        App = App,
        Commit = CommitSha.Parse(1.ToString("x40")),
        Image = Digest.Of([1]),
        Repository = "local/web",
        Configuration = new RuntimeConfiguration
        {
            Port = null,
            Probe = Probe.Default with { Kind = ProbeKind.Process },
            DrainTimeout = TimeSpan.Zero,
            StreamDrainTimeout = TimeSpan.Zero,
            StopGrace = TimeSpan.FromMilliseconds(10),
        },
        Size = 1,
    };

    /// <summary>Processes that exist here only, on a system that refuses the next <see cref="RefusedSignals"/>.</summary>
    private sealed class RefusingHost : IProcessHost
    {
        private const int FirstId = 100_000_000;
        private readonly ConcurrentDictionary<ProcessIdentity, TaskCompletionSource<int?>> _exits = new();
        private int _started;

        public int Started => Volatile.Read(ref _started);

        public int RefusedSignals { get; set; }

        public ProcessIdentity Start(ProcessStart start)
        {
            var identity = new ProcessIdentity(FirstId + Started, "start");
            _exits[identity] = new TaskCompletionSource<int?>(TaskCreationOptions.RunContinuationsAsynchronously);
            Interlocked.Increment(ref _started);
            return identity;
        }

        public void Exit(int index, int code) => _exits[new ProcessIdentity(FirstId + index, "start")].TrySetResult(code);

        public ProcessIdentity? Find(int id) => _exits.Keys.FirstOrDefault(process => process.Id == id);

        public bool IsRunning(ProcessIdentity process) => !_exits[process].Task.IsCompleted;

        public Task<int?> WaitForExitAsync(ProcessIdentity process, CancellationToken cancellationToken) => _exits[process].Task;

        public void Terminate(ProcessIdentity leader) => Signal(leader, 143);

        public void Kill(ProcessIdentity leader) => Signal(leader, 137);

        public bool IsGroupRunning(ProcessIdentity leader) => IsRunning(leader);

        private void Signal(ProcessIdentity leader, int code)
        {
            if (RefusedSignals > 0)
            {
                RefusedSignals--;
                throw new Win32Exception(1);
            }

            _exits[leader].TrySetResult(code);
        }
    }

    private sealed class FullDisk : StringWriter
    {
        public override void Flush() => throw new IOException("No space left on device");
    }
}
