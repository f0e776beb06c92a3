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
    private readonly string _directory = Directory.CreateTempSubdirectory("route back ").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Before_the_gate_the_new_generation_is_given_up_and_the_old_one_never_noticed()
    {
        await ReleaseAsync(1);
        var record = await DeployAsync(2);

        var result = await RunAsync(record);

        (result.Kind, result.Serving).ShouldBe((RouteBackKind.GivenUp, Id(1)));
        _world.Standing.ShouldBe([Id(1)]);
        _world.Now.Lease.ShouldBeNull();
        (await File().ReadAsync(Ct)).Deploy.ShouldBeNull();
    }

    [Fact]
    public async Task Behind_the_gate_what_was_replaced_serves_again_and_the_new_one_is_gone()
    {
        await ReleaseAsync(1);
        var record = await GateAsync(await DeployAsync(2));

        var result = await RunAsync(record);

        (result.Kind, result.Serving, result.RequestsLost).ShouldBe((RouteBackKind.RoutedBack, Id(1), 0));
        _world.Now.Route.Route.ShouldBe(Route.To(Id(1)));
        _world.Standing.ShouldBe([Id(1)]);
        _world.Now.Lease.ShouldBeNull();
        _world.Now.Ledger[^1].Cause.ShouldBe(LedgerCause.Rollback);
        var left = await File().ReadAsync(Ct);
        (left.Push is not null, left.Deploy, left.HealthGate).ShouldBe((true, null, null));
    }

    [Fact]
    public async Task The_first_release_has_nothing_to_go_back_to_and_keeps_its_traffic()
    {
        var record = await GateAsync(await DeployAsync(1));

        var result = await RunAsync(record);

        (result.Kind, result.Serving).ShouldBe((RouteBackKind.Stayed, Id(1)));
        _world.Now.Route.Route.ShouldBe(Route.To(Id(1)));
        _world.Reporter.Warnings.ShouldContain(warning => warning.Code == "IMB1505");
    }

    [Fact]
    public async Task What_another_release_has_replaced_meanwhile_is_none_of_this_ones_business()
    {
        await ReleaseAsync(1);
        var record = await GateAsync(await DeployAsync(2));
        await LeftRelease.AbandonAsync(record, Context(), _world.Target);
        await ReleaseAsync(3);

        var result = await RunAsync(record);

        (result.Kind, result.Serving).ShouldBe((RouteBackKind.Stayed, Id(3)));
        _world.Now.Route.Route.ShouldBe(Route.To(Id(3)));
    }

    [Fact]
    public async Task A_generation_whose_lease_is_gone_stays_without_traffic_and_is_said_to()
    {
        await ReleaseAsync(1);
        var record = (await new DeployStage(_world.Target, new Believer()).RunAsync(Record(2), Context(), Ct)).Record;

        var result = await RunAsync(record);

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

    private async Task<RouteBackResult> RunAsync(ReleaseRecord record)
    {
        await File().WriteAsync(record, Ct);
        return await new RouteBack(_world.Target, new Believer(), Context()).RunAsync(record, Ct);
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
}
