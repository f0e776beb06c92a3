using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Images;
using ImmutableBuild.Releases;
using ImmutableBuild.Tests.Generations.Simulation;
using ImmutableBuild.Trust;

namespace ImmutableBuild.Tests.Generations;

/// <summary>The last three stages of the chain, over the record alone.</summary>
public sealed class StageTests
{
    private readonly World _world = new();
    private readonly Dictionary<string, string> _variables = [];
    private ImmutableSortedDictionary<string, string> _secrets = ImmutableSortedDictionary<string, string>.Empty;

    [Fact]
    public async Task Each_stage_fills_in_its_part()
    {
        await RunAllAsync(Record(1));

        var record = await RunAllAsync(Record(2));

        var (first, second) = (Id(1), Id(2));
        record.Deploy!.Spec.Id.ShouldBe(second);
        (record.Deploy.Serving, record.Deploy.AlreadyLive, record.Deploy.LiveSequence).ShouldBe((first, false, 1));
        (record.HealthGate!.Live, record.HealthGate.Replaced, record.HealthGate.RequestsLost).ShouldBe((second, first, 0));
        record.HealthGate.Url.ShouldNotBeNull();
        record.HealthGate.SwitchTime.ShouldNotBeNull();
        record.HealthGate.Decisions.ShouldNotBeEmpty();
        record.DestroyOld!.Destroyed.ShouldBe([first]);
        record.DestroyOld.Kept.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_lease_is_kept_from_stage_to_stage_and_given_back_at_the_end()
    {
        var record = (await new DeployStage(_world.Target, new Verifier()) { KeepsLease = true }.RunAsync(Record(1), Context(), Ct)).Record;
        var token = _world.Now.Lease.ShouldNotBeNull().FencingToken;
        record = (await new HealthGateStage(_world.Target, new Verifier()) { KeepsLease = true }.RunAsync(record, Context(), Ct)).Record;
        _world.Now.Lease.ShouldNotBeNull().FencingToken.ShouldBe(token);

        await new DestroyOldStage(_world.Target).RunAsync(record, Context(), Ct);

        _world.Now.Lease.ShouldBeNull("also when there was nothing to destroy");
    }

    [Fact, Trait("Fault", "F02")]
    public async Task A_release_left_after_Deploy_is_given_up()
    {
        await RunAllAsync(Record(1));
        var record = (await new DeployStage(_world.Target, new Verifier()) { KeepsLease = true }.RunAsync(Record(2), Context(), Ct)).Record;

        var told = await Should.ThrowAsync<ImmutableBuildException>(() => LeftRelease.AbandonAsync(record, Context(), _world.Target));

        told.Code.ShouldBe("IMB6004");
        _world.Now.Generations.Select(generation => generation.Id).ShouldBe([Id(1)]);
        _world.Now.Route.Route.ShouldBe(Route.To(Id(1)));
        _world.Now.Lease.ShouldBeNull();
    }

    [Fact, Trait("Fault", "F02")]
    public async Task A_release_left_after_HealthGate_stays_live()
    {
        await RunAllAsync(Record(1));
        var record = (await new DeployStage(_world.Target, new Verifier()) { KeepsLease = true }.RunAsync(Record(2), Context(), Ct)).Record;
        record = (await new HealthGateStage(_world.Target, new Verifier()) { KeepsLease = true }.RunAsync(record, Context(), Ct)).Record;

        await LeftRelease.AbandonAsync(record, Context(), _world.Target);

        _world.Now.Route.Route.ShouldBe(Route.To(Id(2)));
        _world.Now.Lease.ShouldBeNull();
    }

    [Fact, Trait("Fault", "F02")]
    public async Task A_left_release_whose_lease_another_took_is_the_others_business()
    {
        var record = (await new DeployStage(_world.Target, new Verifier()) { KeepsLease = true }.RunAsync(Record(1), Context(), Ct)).Record;
        _world.Time.Advance(TimeSpan.FromMinutes(1));
        (await new DeployStage(_world.Target, new Verifier()) { KeepsLease = true }.RunAsync(Record(2), Context(), Ct)).Record.ShouldNotBeNull();
        var (calls, lease) = (_world.Target.Calls.Count, _world.Now.Lease);

        await LeftRelease.AbandonAsync(record, Context(), _world.Target);

        _world.Target.Calls.Count.ShouldBe(calls);
        _world.Now.Lease.ShouldBe(lease);
    }

    [Theory, Trait("Fault", "F02")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_left_release_whose_lease_has_lapsed_is_given_up_where_it_was_kept(bool wasKept)
    {
        await RunAllAsync(Record(1));
        var record = (await new DeployStage(_world.Target, new Verifier()) { KeepsLease = wasKept }.RunAsync(Record(2), Context(), Ct)).Record;
        _world.Time.Advance(TimeSpan.FromMinutes(1));
        _world.Now.Lease.ShouldBeNull();

        if (wasKept)
        {
            (await Should.ThrowAsync<ImmutableBuildException>(() => LeftRelease.AbandonAsync(record, Context(), _world.Target, evenLapsed: true))).Code.ShouldBe("IMB6004");
        }
        else
        {
            await LeftRelease.AbandonAsync(record, Context(), _world.Target);
        }

        GenerationId[] left = wasKept ? [Id(1)] : [Id(1), Id(2)];
        _world.Now.Generations.Select(generation => generation.Id).ShouldBe(left);
        _world.Now.Route.Route.ShouldBe(Route.To(Id(1)));
        _world.Now.Lease.ShouldBeNull();
    }

    [Fact, Trait("Fault", "F02")]
    public async Task A_left_release_whose_lease_has_lapsed_and_that_went_live_since_stays_live()
    {
        var record = (await new DeployStage(_world.Target, new Verifier()) { KeepsLease = true }.RunAsync(Record(1), Context(), Ct)).Record;
        _world.Time.Advance(TimeSpan.FromMinutes(1));
        await RunAllAsync(Record(1));

        await LeftRelease.AbandonAsync(record, Context(), _world.Target, evenLapsed: true);

        _world.Now.Route.Route.ShouldBe(Route.To(Id(1)));
        _world.Now.Lease.ShouldBeNull();
    }

    [Fact, Trait("Fault", "F12")]
    public async Task What_ends_between_Deploy_and_HealthGate_is_refused()
    {
        var record = (await new DeployStage(_world.Target, new Verifier()).RunAsync(Record(1), Context(), Ct)).Record;
        _world.Target.Kill(Id(1));
        _world.Time.Advance(TimeSpan.FromSeconds(3));

        var failure = await Should.ThrowAsync<ImmutableBuildException>(() => new HealthGateStage(_world.Target, new Verifier()).RunAsync(record, Context(), Ct));

        failure.Code.ShouldBe("IMB7002");
    }

    [Fact, Trait("Fault", "F07")]
    public async Task What_is_live_already_is_said_to_be()
    {
        await RunAllAsync(Record(1));
        var calls = _world.Target.Calls.Count;

        var record = await RunAllAsync(Record(1));

        record.Deploy!.AlreadyLive.ShouldBeTrue();
        record.HealthGate!.Replaced.ShouldBeNull();
        _world.Target.Calls.Count.ShouldBe(calls);
    }

    [Theory]
    [InlineData(8080, "127.0.0.1", null)]
    [InlineData(0, null, null)]
    [InlineData(8081, null, "IMB6008")]
    [InlineData(8080, "0.0.0.0", "IMB6008")]
    public async Task What_is_live_already_is_not_moved_to_another_port_or_address(int port, string? address, string? expected)
    {
        await RunAllAsync(Record(1));
        var asking = Context() with { Options = Context().Options with { PublicPort = port, Bind = address is null ? null : IPAddress.Parse(address) } };
        var deploy = new DeployStage(_world.Target, new Verifier());

        var code = expected is null
            ? (await deploy.RunAsync(Record(1), asking, Ct)).Record.Deploy!.AlreadyLive ? null : "not live"
            : (await Should.ThrowAsync<ImmutableBuildException>(() => deploy.RunAsync(Record(1), asking, Ct))).Code;

        code.ShouldBe(expected);
    }

    [Fact, Trait("Fault", "F38")]
    public async Task What_is_not_verified_is_not_created()
    {
        var deploy = new DeployStage(_world.Target, new Verifier { Refuses = true });

        await Should.ThrowAsync<ImmutableBuildException>(() => deploy.RunAsync(Record(1), Context(), Ct));

        _world.Target.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task Secrets_that_are_not_set_are_all_named_before_anything_happens()
    {
        _secrets = _secrets.Add("DB", "CI_DB").Add("KEY", "CI_KEY");

        var missing = await Should.ThrowAsync<ImmutableBuildException>(() => RunAllAsync(Record(1)));

        missing.Diagnostics.Select(diagnostic => diagnostic.Code).ShouldBe(["IMB6005", "IMB6005"]);
        missing.Message.ShouldContain("CI_DB");
        missing.Message.ShouldContain("CI_KEY");
        _world.Target.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_secrets_value_is_kept_nowhere_and_a_changed_one_makes_a_new_generation()
    {
        _secrets = _secrets.Add("DB", "CI_DB");
        _variables["CI_DB"] = "hunter2-very-secret";
        var first = await RunAllAsync(Record(1));
        _variables["CI_DB"] = "another";
        var second = await RunAllAsync(Record(1));

        second.Deploy!.Spec.Id.ShouldNotBe(first.Deploy!.Spec.Id);
        JsonSerializer.Serialize(first, ReleaseRecordJson.Default.ReleaseRecord).ShouldNotContain("hunter2");
        JsonSerializer.Serialize(_world.Now, GenerationsJson.Default.Observation).ShouldNotContain("hunter2");
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private async Task<ReleaseRecord> RunAllAsync(ReleaseRecord record)
    {
        IStage[] stages = [new DeployStage(_world.Target, new Verifier()) { KeepsLease = true }, new HealthGateStage(_world.Target, new Verifier()) { KeepsLease = true }, new DestroyOldStage(_world.Target)];
        foreach (var stage in stages)
        {
            record = (await stage.RunAsync(record, Context(), Ct)).Record;
        }

        return record;
    }

    private StageContext Context() => new(
        new ReleaseOptions { App = SimulatedSpecs.App, DataDirectory = "/data", SecretVariables = _secrets, Rollout = _world.Plan },
        _world.Reporter,
        _world.Time,
        name => _variables.GetValueOrDefault(name))
    { WorkDirectory = "/work" };

    private static GenerationId Id(int commit) => GenerationId.Derive(Record(commit).Compile.Commit, Record(commit).Push!.Digest, new RuntimeConfiguration());

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
            Published = [new PublishRecord { Directory = "publish", RuntimeIdentifier = "linux-x64", SelfContained = true, EntryPoint = "web" }],
            SdkVersion = "10.0.100",
        },
        Push = new PushRecord
        {
            Repository = "local/web",
            Tag = SimulatedSpecs.Spec(commit).Commit.ToString(),
            Digest = SimulatedSpecs.Spec(commit).Image,
            BytesSent = 0,
            AlreadyThere = true,
        },
    };

    private sealed class Verifier : IImageVerifier
    {
        public bool Refuses { get; init; }

        public Task VerifyAsync(AppKey app, CommitSha commit, string repository, Digest image, CancellationToken cancellationToken) =>
            Refuses ? throw InternalErrors.Unexpected(new InvalidOperationException("not signed")) : Task.CompletedTask;
    }
}
