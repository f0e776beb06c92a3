using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Images;
using ImmutableBuild.Releases;
using ImmutableBuild.Shells;
using ImmutableBuild.Tests.Generations.Simulation;
using ImmutableBuild.Trust;

namespace ImmutableBuild.Tests.Shells;

/// <summary>What is undone when something of the user's own fails between or behind the stages.</summary>
public sealed class RouteBackTests : IDisposable
{
    private readonly World _world = new();
    private readonly List<string> _told = [];
    private readonly string _directory = Directory.CreateTempSubdirectory("route back ").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact, Trait("Fault", "F30")]
    public async Task Before_the_gate_the_new_generation_fails_and_the_old_one_never_noticed()
    {
        await ReleaseAsync(1);
        var record = await DeployAsync(2);

        var result = await RunAsync(record);

        (result.Kind, result.Serving).ShouldBe((RouteBackKind.GivenUp, Id(1)));
        _world.Standing.ShouldBe([Id(1)]);
        _world.Now.Lease.ShouldBeNull();
        Last(2).ShouldBe((LedgerEvent.Failed, $"The check Smoke failed on generation {Id(2)}."));
        (await File().ReadAsync(Ct)).Deploy.ShouldBeNull();
        _told.ShouldBe(["IMB8030"]);
    }

    [Fact, Trait("Fault", "F30")]
    public async Task Behind_the_gate_what_was_replaced_serves_again_and_the_new_one_is_a_failed_one_that_is_gone()
    {
        _world.Plan = _world.Plan with { Keep = 1 };
        await ReleaseAsync(1);
        var record = await GateAsync(await DeployAsync(2));

        var result = await RunAsync(record);

        (result.Kind, result.Serving, result.RequestsLost).ShouldBe((RouteBackKind.RoutedBack, Id(1), 0));
        _world.Now.Route.Route.ShouldBe(Route.To(Id(1)));
        _world.Standing.ShouldBe([Id(1)], "what failed is no standby");
        _world.Now.Lease.ShouldBeNull();
        _world.Now.Ledger.Skip(1).Select(entry => (entry.Event, entry.Cause, entry.Spec.Id)).ShouldBe(
            [(LedgerEvent.Live, LedgerCause.Release, Id(2)), (LedgerEvent.Failed, LedgerCause.Release, Id(2)), (LedgerEvent.Live, LedgerCause.Rollback, Id(1))]);
        History.Of(_world.Now)[1].Reason.ShouldBe($"The check Smoke failed on generation {Id(2)}.");
        RollbackTarget.TryChoose(_world.Now).ShouldBeNull();
        Should.Throw<ImmutableBuildException>(() => RollbackTarget.Choose(_world.Now, Id(2))).Code.ShouldBe("IMB8003");
        var left = await File().ReadAsync(Ct);
        (left.Push is not null, left.Deploy, left.HealthGate).ShouldBe((true, null, null));
        _told.ShouldBe([$"live {Id(1)}", "IMB8030"]);
    }

    [Fact, Trait("Fault", "F30")]
    public async Task The_same_commit_is_made_anew_and_has_to_pass_the_gate_again()
    {
        await ReleaseAsync(1);
        await RunAsync(await GateAsync(await DeployAsync(2)));
        var calls = _world.Target.Calls.Count;

        var again = await ReleaseAsync(2);

        again.Deploy!.AlreadyLive.ShouldBeFalse();
        _world.Target.Calls.Skip(calls).ShouldBe([$"create {Id(2)}", $"route {Id(2)} 100%", $"record Live {Id(2)}", $"destroy {Id(1)}"]);
        RollbackTarget.TryChoose(_world.Now)!.Id.ShouldBe(Id(1));
    }

    [Fact, Trait("Fault", "F30")]
    public async Task The_build_dies_before_the_ledger_knows_what_serves_instead_and_no_rollback_goes_to_what_serves_or_failed()
    {
        _world.Plan = _world.Plan with { Keep = 1 };
        await ReleaseAsync(1);
        await ReleaseAsync(2);
        var record = await GateAsync(await DeployAsync(3));
        _world.Target.Faults = call => call.StartsWith("record Live", StringComparison.Ordinal) ? Fault.DiesBefore : Fault.None;

        await Should.ThrowAsync<BuildDiedException>(() => RunAsync(record));

        _world.Serving.ShouldBe(Id(2));
        RollbackTarget.TryChoose(_world.Now)!.Id.ShouldBe(Id(1));
    }

    [Fact, Trait("Fault", "F31")]
    public async Task The_first_release_has_nothing_to_go_back_to_keeps_its_traffic_and_is_told_as_failed()
    {
        var record = await GateAsync(await DeployAsync(1));

        var result = await RunAsync(record);

        (result.Kind, result.Serving).ShouldBe((RouteBackKind.Stayed, Id(1)));
        _world.Now.Route.Route.ShouldBe(Route.To(Id(1)));
        _world.Reporter.Warnings.ShouldContain(warning => warning.Code == "IMB1505");
        Status.Of(_world.Now).Live.ShouldBeNull();
        StatusLines.Of(Status.Of(_world.Now)).ShouldContain($"    It failed: The check Smoke failed on generation {Id(1)}.");
        var again = await GateAsync(await DeployAsync(1));
        (again.Deploy!.AlreadyLive, Last(1).Event).ShouldBe((false, LedgerEvent.Live), "it is judged again where it is");
    }

    [Theory, Trait("Fault", "F30")]
    [InlineData(0, "made again")]
    [InlineData(1, "a standby")]
    public async Task What_another_release_has_replaced_meanwhile_failed_all_the_same_and_traffic_is_none_of_this_ones_business(int keep, string otherwise)
    {
        _world.Plan = _world.Plan with { Keep = keep };
        await ReleaseAsync(1);
        var record = await GateAsync(await DeployAsync(2));
        await LeftRelease.AbandonAsync(record, Context(), _world.Target);
        await ReleaseAsync(3);

        var result = await RunAsync(record);

        (result.Kind, result.Serving).ShouldBe((RouteBackKind.Stayed, Id(3)));
        _world.Now.Route.Route.ShouldBe(Route.To(Id(3)));
        _world.Standing.ShouldBe([Id(3)]);
        RollbackTarget.TryChoose(_world.Now)!.Id.ShouldBe(Id(1), $"else a rollback would go to what failed, {otherwise}");
    }

    [Fact]
    public async Task A_check_in_a_job_of_its_own_takes_the_lease_that_Deploy_has_given_back()
    {
        await ReleaseAsync(1);
        var record = (await new DeployStage(_world.Target, new Believer()).RunAsync(Record(2), Context(), Ct)).Record;

        var result = await RunAsync(record);

        (result.Kind, Last(2).Event).ShouldBe((RouteBackKind.GivenUp, LedgerEvent.Failed));
        _world.Standing.ShouldBe([Id(1)]);
        _world.Now.Lease.ShouldBeNull();
    }

    [Theory]
    [InlineData(false, RouteBackKind.GivenUp)]
    [InlineData(true, RouteBackKind.RoutedBack)]
    public async Task An_interrupted_check_undoes_the_same_and_is_no_verdict_on_the_generation(bool behindTheGate, RouteBackKind kind)
    {
        await ReleaseAsync(1);
        var record = await DeployAsync(2);
        record = behindTheGate ? await GateAsync(record) : record;

        var result = await RunAsync(record, failedCheck: null);

        (result.Kind, _world.Serving).ShouldBe((kind, Id(1)));
        _world.Now.Ledger.ShouldNotContain(entry => entry.Event == LedgerEvent.Failed);
        _world.Now.Lease.ShouldBeNull();
        _told[^1].ShouldBe("cancelled");
    }

    [Fact]
    public async Task Interrupted_with_its_lease_gone_a_generation_stays_without_traffic_and_is_said_to()
    {
        await ReleaseAsync(1);
        var record = (await new DeployStage(_world.Target, new Believer()).RunAsync(Record(2), Context(), Ct)).Record;

        var result = await RunAsync(record, failedCheck: null);

        result.Kind.ShouldBe(RouteBackKind.Stayed);
        _world.Now.Route.Route.ShouldBe(Route.To(Id(1)));
        _world.Reporter.Warnings.ShouldContain(warning => warning.Code == "IMB1505");
    }

    [Fact]
    public async Task A_release_that_is_over_or_changed_nothing_is_left_alone()
    {
        var over = await ReleaseAsync(1);
        var unchanged = await GateAsync(await DeployAsync(1));
        var calls = _world.Target.Calls.Count;

        (await RunAsync(over)).Kind.ShouldBe(RouteBackKind.Nothing);
        (await RunAsync(unchanged)).Kind.ShouldBe(RouteBackKind.Nothing);
        (await RunAsync(Record(2))).Kind.ShouldBe(RouteBackKind.Nothing);

        _world.Target.Calls.Count.ShouldBe(calls);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private ReleaseRecordFile File() => new(_directory);

    private (LedgerEvent Event, string? Reason) Last(int commit)
    {
        var last = _world.Now.Ledger.Last(entry => entry.Spec.Id == Id(commit));
        return (last.Event, last.Reason);
    }

    private async Task<RouteBackResult> RunAsync(ReleaseRecord record, string? failedCheck = "Smoke")
    {
        await File().WriteAsync(record, Ct);
        return await new RouteBack(_world.Target, new Believer(), Context() with { Follower = new Listener(_told) }).RunAsync(record, failedCheck, Ct);
    }

    private async Task<ReleaseRecord> DeployAsync(int commit) => (await new DeployStage(_world.Target, new Believer()) { KeepsLease = true }.RunAsync(Record(commit), Context(), Ct)).Record;

    private async Task<ReleaseRecord> GateAsync(ReleaseRecord record) => (await new HealthGateStage(_world.Target, new Believer()) { KeepsLease = true }.RunAsync(record, Context(), Ct)).Record;

    private async Task<ReleaseRecord> ReleaseAsync(int commit) => (await new DestroyOldStage(_world.Target).RunAsync(await GateAsync(await DeployAsync(commit)), Context(), Ct)).Record;

    private StageContext Context() => new(new ReleaseOptions { App = SimulatedSpecs.App, DataDirectory = "/data", Rollout = _world.Plan }, _world.Reporter, _world.Time, _ => null) { WorkDirectory = _directory };

    private static GenerationId Id(int commit) => GenerationId.Derive(SimulatedSpecs.Spec(commit).Commit, SimulatedSpecs.Spec(commit).Image, new RuntimeConfiguration());

    private static ReleaseRecord Record(int commit) => new()
    {
        ReleaseId = $"release-{commit}",
        App = SimulatedSpecs.App,
        Compile = new CompileRecord
        {
            Commit = SimulatedSpecs.Spec(commit).Commit,
            CommitTime = DateTimeOffset.UnixEpoch,
            Version = "1.0.0",
            Project = "web.csproj",
            Published = [],
            SdkVersion = "10.0.100",
        },
        Push = new PushRecord { Repository = "local/web", Tag = SimulatedSpecs.Spec(commit).Commit.ToString(), Digest = SimulatedSpecs.Spec(commit).Image, BytesSent = 0, AlreadyThere = true },
    };

    private sealed class Believer : IImageVerifier
    {
        public Task VerifyAsync(AppKey app, CommitSha commit, string repository, Digest image, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class Listener(List<string> told) : IReleaseFollower
    {
        public Task BeganAsync(ReleaseRecord record, StageName stage, StageContext context, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task EndedAsync(ReleaseRecord record, StageName stage, string summary, StageContext context, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task RefusedAsync(ReleaseRecord record, StageName stage, Exception why, StageContext context) => Tell(why is ImmutableBuildException refusal ? refusal.Code : "cancelled");

        public Task WentLiveAsync(LiveChange change, StageContext context, CancellationToken cancellationToken) => Tell($"live {change.Live.Id}");

        private Task Tell(string what)
        {
            told.Add(what);
            return Task.CompletedTask;
        }
    }
}
