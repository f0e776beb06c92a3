using System.ComponentModel;
using System.Text.Json;
using ImmutableBuild.Errors;
using ImmutableBuild.Gateway;
using ImmutableBuild.Generations;
using ImmutableBuild.Images;
using ImmutableBuild.Local;
using ImmutableBuild.Processes;
using ImmutableBuild.Releases;
using ImmutableBuild.Tests.Generations.Simulation;
using ImmutableBuild.Tests.Images;
using ImmutableBuild.Trust;

namespace ImmutableBuild.Tests.Local;

/// <summary>What the target says of an app that no gateway runs for.</summary>
public sealed class LocalTargetAtRestTests : IDisposable
{
    private static readonly AppKey App = new("web", "production");

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Looking_at_an_app_that_was_never_released_creates_nothing()
    {
        var observed = await Observe();

        observed.App.ShouldBe(App);
        observed.Generations.ShouldBeEmpty();
        observed.Route.Route.ShouldBe(Route.None);
        observed.Ledger.ShouldBeEmpty();
        Directory.Exists(_directory["data"]).ShouldBeFalse();
    }

    [Fact]
    public async Task The_log_of_an_app_that_was_never_released_is_empty()
    {
        await using var target = Target();
        var id = LocalImages.Spec(App, Digest.Of("x"u8)).Id;

        (await target.ReadLogAsync(App, id, "0", 10, TestContext.Current.CancellationToken)).ShouldBeEmpty();
        Directory.Exists(_directory["data"]).ShouldBeFalse();
    }

    [Fact]
    public async Task The_history_of_a_stopped_app_is_shown_without_starting_anything()
    {
        var spec = LocalImages.Spec(App, Digest.Of("x"u8));
        await WriteHistoryAsync(spec);

        var observed = await Observe();

        observed.Ledger.Select(each => (each.Sequence, each.Spec.Id)).ShouldBe([(1L, spec.Id)]);
        Directory.GetFiles(new LocalLayout(_directory["data"]).App(App)).Select(Path.GetFileName).ShouldBe([GatewayFiles.Ledger]);
    }

    [Fact]
    public async Task A_gateway_program_that_is_missing_is_named()
    {
        await using var target = Target();

        var refusal = await Should.ThrowAsync<ImmutableBuildException>(() =>
            target.AcquireLeaseAsync(App, new LeaseRequest("me", TimeSpan.FromMinutes(1)), TestContext.Current.CancellationToken));

        refusal.Code.ShouldBe("IMB6101");
        refusal.Message.ShouldContain("ImmutableBuild.Gateway");
    }

    [Theory]
    [InlineData(null, "none")]
    [InlineData(8080, "0")]
    public async Task Going_back_after_a_stop_opens_a_port_only_for_a_generation_that_listens_on_one(int? port, string opened)
    {
        var spec = LocalImages.Spec(App, Digest.Of("x"u8), new RuntimeConfiguration { Port = port });
        await WriteHistoryAsync(spec);
        var processes = new RefusingProcessHost();
        await using var target = LocalTarget.Open(Options() with { GatewayProgram = Path.Combine(AppContext.BaseDirectory, "ImmutableBuild.Gateway.dll"), Processes = processes });
        var rollback = new Rollback(target, new AcceptingVerifier(), TimeProvider.System, new CollectingReporter(), _ => null);

        var refusal = await Should.ThrowAsync<ImmutableBuildException>(() =>
            rollback.RunAsync(new RollbackRequest(App, null, new RolloutPlan()), TestContext.Current.CancellationToken));

        refusal.Code.ShouldBe("IMB6102");
        var arguments = processes.Started.ShouldHaveSingleItem().Arguments;
        arguments[arguments.IndexOf("--port") + 1].ShouldBe(opened);
    }

    [Fact]
    [Trait("Fault", "F08")]
    public Task A_gateway_that_died_is_started_again_to_be_stopped_since_its_instances_still_run() =>
        ShouldStartAgain((target, lease) => target.StopAsync(App, lease, TestContext.Current.CancellationToken));

    [Fact]
    [Trait("Fault", "F08")]
    public Task A_gateway_that_died_is_started_again_to_be_given_its_lease_back() =>
        ShouldStartAgain((target, lease) => target.ReleaseLeaseAsync(App, lease, TestContext.Current.CancellationToken));

    private async Task ShouldStartAgain(Func<LocalTarget, Lease, Task> order)
    {
        var state = new LocalLayout(_directory["data"]).App(App);
        Directory.CreateDirectory(state);
        await File.WriteAllTextAsync(Path.Combine(state, GatewayFiles.State), "{}", TestContext.Current.CancellationToken);
        var processes = new RefusingProcessHost();
        await using var target = LocalTarget.Open(Options() with { GatewayProgram = Path.Combine(AppContext.BaseDirectory, "ImmutableBuild.Gateway.dll"), Processes = processes });

        var refusal = await Should.ThrowAsync<ImmutableBuildException>(() => order(target, new Lease("me", 1, DateTimeOffset.UnixEpoch)));

        refusal.Code.ShouldBe("IMB6102");
        processes.Started.ShouldHaveSingleItem();
    }

    private async Task<Observation> Observe()
    {
        await using var target = Target();
        return await target.ObserveAsync(App, TestContext.Current.CancellationToken);
    }

    /// <summary>The ledger as a stopped app leaves it, and after it lines that are no entries.</summary>
    private async Task WriteHistoryAsync(GenerationSpec live)
    {
        var state = new LocalLayout(_directory["data"]).App(App);
        Directory.CreateDirectory(state);
        var entry = new LedgerEntry { Sequence = 1, Event = LedgerEvent.Live, Cause = LedgerCause.Release, By = "me", Spec = live };
        var line = JsonSerializer.Serialize(entry, GenerationsJson.Default.LedgerEntry);
        await File.WriteAllTextAsync(Path.Combine(state, GatewayFiles.Ledger), $"{line}\nnot an entry\n{line[..20]}", TestContext.Current.CancellationToken);
    }

    private LocalTarget Target() => LocalTarget.Open(Options());

    private LocalTargetOptions Options() => new()
    {
        DataDirectory = _directory["data"],
        GatewayProgram = _directory["nowhere/ImmutableBuild.Gateway.dll"],
        OpenRepository = _ => OciLayout.Open(_directory["store"]),
        ReadVariable = _ => null,
    };

    /// <summary>Notes what was to be started, and refuses it.</summary>
    private sealed class RefusingProcessHost : IProcessHost
    {
        public List<ProcessStart> Started { get; } = [];

        public ProcessIdentity Start(ProcessStart start)
        {
            Started.Add(start);
            throw new Win32Exception("refused");
        }

        public ProcessIdentity? Find(int id) => null;

        public bool IsRunning(ProcessIdentity process) => false;

        public Task<int?> WaitForExitAsync(ProcessIdentity process, CancellationToken cancellationToken) => Task.FromResult<int?>(1);

        public void Terminate(ProcessIdentity leader) => throw new InvalidOperationException("Nothing was started.");

        public void Kill(ProcessIdentity leader) => throw new InvalidOperationException("Nothing was started.");

        public bool IsGroupRunning(ProcessIdentity leader) => false;
    }

    private sealed class AcceptingVerifier : IImageVerifier
    {
        public Task VerifyAsync(AppKey app, CommitSha commit, string repository, Digest image, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
