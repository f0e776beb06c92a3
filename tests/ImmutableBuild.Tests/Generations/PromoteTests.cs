using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Rollouts;
using ImmutableBuild.Images;
using ImmutableBuild.Releases;
using ImmutableBuild.Releases.Source;
using ImmutableBuild.Reports;
using ImmutableBuild.Tests.Generations.Simulation;
using ImmutableBuild.Trust;

namespace ImmutableBuild.Tests.Generations;

/// <summary>The image that is live in one environment, to the next.</summary>
public sealed class PromoteTests : IDisposable
{
    private readonly string _work = Directory.CreateTempSubdirectory("imb-promote-").FullName;
    private readonly World _staging = new();
    private readonly World _production = new();
    private readonly Repository _repository = new();
    private readonly Verifier _verifier = new();
    private PromoteOptions _options = new() { From = "staging" };
    private RuntimeConfiguration _configuration = new() { Environment = ImmutableSortedDictionary<string, string>.Empty.Add("MODE", "production") };
    private ConfigurationSource _source = new("src/web.csproj", SimulatedSpecs.Spec(1).Commit, IsDirty: false);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_work, recursive: true);

    [Fact]
    public async Task What_is_live_goes_to_the_next_environment_by_its_digest_and_with_that_ones_configuration()
    {
        await _staging.ReleaseAsync(1);

        var record = await PromoteAsync();

        var live = _production.Now.Generations.ShouldHaveSingleItem().Spec;
        (live.Commit, live.Image, live.Repository).ShouldBe((SimulatedSpecs.Spec(1).Commit, SimulatedSpecs.Spec(1).Image, "local/web"));
        live.Configuration.Environment["MODE"].ShouldBe("production");
        live.Id.ShouldNotBe(World.Id(1), "another configuration makes another generation");
        _production.Serving.ShouldBe(live.Id);
        _verifier.New.ShouldBe([live.Image]);
        (record.Promoted!.From, record.Promoted.Generation, record.HealthGate!.Live).ShouldBe(("staging", World.Id(1), live.Id));
        record.DestroyOld.ShouldNotBeNull();
        _production.Reporter.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_ledger_says_where_it_came_from()
    {
        await _staging.ReleaseAsync(1);

        await PromoteAsync();

        var entry = _production.Now.Ledger.ShouldHaveSingleItem();
        (entry.Event, entry.Cause, entry.Reason).ShouldBe((LedgerEvent.Live, LedgerCause.Promote, "promoted from staging"));
        History.Of(_production.Now)[0].Reason.ShouldBe("promoted from staging");
    }

    [Fact]
    public async Task Record_and_report_are_left_as_by_a_release()
    {
        await _staging.ReleaseAsync(1);

        var record = await PromoteAsync();

        var written = await new ReleaseRecordFile(_work).ReadAsync(Ct);
        (written.Promoted, written.HealthGate!.Live, written.Compile.Version).ShouldBe((record.Promoted, record.HealthGate!.Live, "1.2.3"));
        var report = await File.ReadAllTextAsync(Path.Combine(_work, ReleaseReport.MarkdownFile), Ct);
        report.ShouldContain("web/test is live");
        report.ShouldContain("promoted from staging");
        report.ShouldContain($"{SimulatedSpecs.Spec(1).Image}");
        report.ShouldContain("| Bake |  | not run |");
        File.Exists(Path.Combine(_work, ReleaseReport.HtmlFile)).ShouldBeTrue();
        ReleaseSummary.Of(record, "web", "web.csproj")[0].ShouldContain("is live in test, promoted from staging");
    }

    [Fact, Trait("Fault", "F07")]
    public async Task Promoting_again_changes_nothing_and_says_so()
    {
        await _staging.ReleaseAsync(1);
        await PromoteAsync();
        var calls = _production.Target.Calls.Count;

        var again = await PromoteAsync();

        again.Deploy!.AlreadyLive.ShouldBeTrue();
        _production.Target.Calls.Count.ShouldBe(calls);
        ReleaseSummary.Of(again, "web", "web.csproj")[0].ShouldContain("was live already: nothing was changed");
    }

    [Fact]
    public async Task Another_configuration_of_the_environment_makes_another_generation()
    {
        await _staging.ReleaseAsync(1);
        var first = (await PromoteAsync()).HealthGate!.Live;
        _configuration = _configuration with { Environment = _configuration.Environment.SetItem("MODE", "other") };

        var second = await PromoteAsync();

        second.HealthGate!.Replaced.ShouldBe(first);
        second.DestroyOld!.Destroyed.ShouldBe([first]);
    }

    [Fact, Trait("Fault", "F12")]
    public async Task One_that_fails_its_gate_there_leaves_what_served_and_is_reported()
    {
        await _production.ReleaseAsync(7);
        await _staging.ReleaseAsync(1);
        _production.With(1, new SimulatedApp { NeverListens = true });

        var failure = await Should.ThrowAsync<ImmutableBuildException>(PromoteAsync);

        failure.Code.ShouldStartWith("IMB7");
        _production.Standing.ShouldBe([World.Id(7)]);
        _production.Serving.ShouldBe(World.Id(7));
        var entry = _production.Now.Ledger[^1];
        (entry.Event, entry.Cause).ShouldBe((LedgerEvent.Failed, LedgerCause.Promote));
        _production.Now.Lease.ShouldBeNull();
        (await File.ReadAllTextAsync(Path.Combine(_work, ReleaseReport.MarkdownFile), Ct)).ShouldContain("HealthGate failed");
    }

    [Fact, Trait("Fault", "F38")]
    public async Task What_production_does_not_trust_is_not_created()
    {
        await _staging.ReleaseAsync(1);
        _verifier.Refuses = true;

        await Should.ThrowAsync<ImmutableBuildException>(PromoteAsync);

        _production.Target.Calls.ShouldBeEmpty();
        (await File.ReadAllTextAsync(Path.Combine(_work, ReleaseReport.MarkdownFile), Ct)).ShouldContain("Deploy failed");
    }

    [Fact, Trait("Fault", "F02")]
    public async Task Cancelled_between_two_stages_it_is_given_up()
    {
        await _production.ReleaseAsync(7);
        await _staging.ReleaseAsync(1);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var reporter = new Cancelling(cancel, StageName.Deploy);

        await Should.ThrowAsync<OperationCanceledException>(() => PromoteAsync(reporter, cancel.Token));

        _production.Standing.ShouldBe([World.Id(7)]);
        _production.Now.Lease.ShouldBeNull();
        (await File.ReadAllTextAsync(Path.Combine(_work, ReleaseReport.MarkdownFile), Ct)).ShouldContain("IMB6004");
    }

    [Fact]
    public async Task Nothing_live_is_nothing_to_promote()
    {
        (await Should.ThrowAsync<ImmutableBuildException>(PromoteAsync)).Code.ShouldBe("IMB8023");
        _staging.With(1, new SimulatedApp { NeverListens = true });
        await _staging.FailAsync(1);

        var refused = await Should.ThrowAsync<ImmutableBuildException>(PromoteAsync);

        refused.Code.ShouldBe("IMB8023");
        refused.Message.ShouldContain("web/staging");
        File.Exists(Path.Combine(_work, "release.json")).ShouldBeFalse("what was released before stays on record");
    }

    [Fact]
    public async Task While_a_release_is_on_its_way_there_the_gate_is_waited_for()
    {
        await _staging.ReleaseAsync(1);
        var lease = await _staging.Target.AcquireLeaseAsync(SimulatedSpecs.App, new LeaseRequest("someone", TimeSpan.FromMinutes(1)), Ct);
        (await PromoteAsync()).Promoted!.Digest.ShouldBe(SimulatedSpecs.Spec(1).Image, "a lease alone brings nothing new");
        await _staging.Target.CreateAsync(SimulatedSpecs.Spec(2), lease, Ct);

        var refused = await Should.ThrowAsync<ImmutableBuildException>(PromoteAsync);

        refused.Code.ShouldBe("IMB8024");
        refused.Message.ShouldContain($"{World.Id(2)}");
        refused.Message.ShouldContain("someone");
    }

    [Theory]
    [InlineData(10)]
    [InlineData(100)]
    public async Task What_has_traffic_without_a_verdict_is_not_promoted(int percent)
    {
        await _staging.ReleaseAsync(1);
        var lease = await _staging.Target.AcquireLeaseAsync(SimulatedSpecs.App, new LeaseRequest("someone", TimeSpan.FromMinutes(1)), Ct);
        await _staging.Target.CreateAsync(SimulatedSpecs.Spec(2), lease, Ct);
        _staging.Time.Advance(TimeSpan.FromSeconds(10));
        await _staging.Target.RouteAsync(SimulatedSpecs.App, percent == 100 ? Route.To(World.Id(2)) : Route.Split(World.Id(1), World.Id(2), percent), lease, Ct);
        _staging.Time.Advance(TimeSpan.FromMinutes(2));

        (await Should.ThrowAsync<ImmutableBuildException>(PromoteAsync)).Code.ShouldBe("IMB8024");
    }

    [Fact]
    public async Task What_a_killed_release_left_without_traffic_keeps_nobody()
    {
        await _staging.ReleaseAsync(1);
        await _staging.RunAsync(_staging.Desire(2, RolloutGoal.Created));

        (await PromoteAsync()).Promoted!.Generation.ShouldBe(World.Id(1));
    }

    [Fact]
    public async Task What_does_not_answer_is_not_promoted()
    {
        await _staging.ReleaseAsync(1);
        _staging.Target.Shows = seen => seen with
        {
            Generations = [.. seen.Generations.Select(generation => generation with { Instances = [.. generation.Instances.Select(instance => instance with { ConsecutiveHealthy = 0 })] })],
        };

        (await Should.ThrowAsync<ImmutableBuildException>(PromoteAsync)).Code.ShouldBe("IMB8024");
    }

    [Fact]
    public async Task Another_environment_or_an_image_has_to_be_named()
    {
        _options = new PromoteOptions();
        (await Should.ThrowAsync<ImmutableBuildException>(PromoteAsync)).Code.ShouldBe("IMB8025");

        _options = new PromoteOptions { From = "test" };
        (await Should.ThrowAsync<ImmutableBuildException>(PromoteAsync)).Message.ShouldContain("both 'test'");
    }

    [Fact]
    public async Task An_image_is_promoted_by_its_digest_alone()
    {
        _options = new PromoteOptions { Image = new NamedDigest(null, SimulatedSpecs.Spec(3).Image) };
        _repository.Signed = SimulatedSpecs.Spec(3).Commit;

        var record = await PromoteAsync();

        (record.Compile.Commit, record.Promoted!.From).ShouldBe((SimulatedSpecs.Spec(3).Commit, null));
        _production.Now.Ledger[^1].Reason.ShouldBe("promoted by its digest");
    }

    [Fact]
    public async Task What_was_approved_is_promoted_and_nothing_else()
    {
        await _staging.ReleaseAsync(1);
        _options = new PromoteOptions { From = "staging", Image = new NamedDigest("local/web", SimulatedSpecs.Spec(1).Image) };
        await _staging.ReleaseAsync(2);

        var refused = await Should.ThrowAsync<ImmutableBuildException>(PromoteAsync);
        refused.Code.ShouldBe("IMB8028");
        refused.Message.ShouldContain($"{World.Id(2)}");

        _options = _options with { Image = new NamedDigest("local/web", SimulatedSpecs.Spec(2).Image) };
        (await PromoteAsync()).Promoted!.Generation.ShouldBe(World.Id(2));
    }

    [Fact]
    public async Task An_image_of_another_repository_is_refused()
    {
        _options = new PromoteOptions { Image = new NamedDigest("registry.example/web", SimulatedSpecs.Spec(1).Image) };

        var refused = await Should.ThrowAsync<ImmutableBuildException>(PromoteAsync);

        refused.Code.ShouldBe("IMB8026");
        refused.Message.ShouldContain("local/web");
        refused.Message.ShouldContain("registry.example/web");
    }

    [Fact]
    public async Task An_image_that_production_cannot_read_is_refused_before_anything_happens()
    {
        await _staging.ReleaseAsync(1);
        _repository.IsEmpty = true;

        var refused = await Should.ThrowAsync<ImmutableBuildException>(PromoteAsync);

        refused.Code.ShouldBe("IMB8027");
        refused.Message.ShouldContain("local/web");
        _production.Target.Calls.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(2, false, "commit 000000000000")]
    [InlineData(1, true, "with uncommitted changes")]
    [InlineData(null, false, "of no known commit")]
    public async Task Configuration_of_another_commit_is_warned_about(int? commit, bool dirty, string told)
    {
        await _staging.ReleaseAsync(1);
        _source = new ConfigurationSource("web.csproj", commit is { } number ? SimulatedSpecs.Spec(number).Commit : null, dirty);

        var record = await PromoteAsync();

        var warning = _production.Reporter.Warnings.ShouldHaveSingleItem();
        (warning.Code, warning.Severity).ShouldBe(("IMB8029", Severity.Warning));
        warning.Message.ShouldContain(told);
        (record.Promoted!.ConfigurationCommit, record.Promoted.ConfigurationDirty).ShouldBe((_source.Commit, dirty));
    }

    private Task<ReleaseRecord> PromoteAsync() => PromoteAsync(_production.Reporter, Ct);

    private Task<ReleaseRecord> PromoteAsync(IReporter reporter, CancellationToken cancellationToken)
    {
        var options = new ReleaseOptions { App = SimulatedSpecs.App, DataDirectory = _work, Runtime = _configuration, Rollout = _production.Plan, Promote = _options };
        var context = new StageContext(options, reporter, _production.Time, _ => null) { WorkDirectory = _work };
        return new Promote(_staging.Target, _production.Target, _verifier, _repository, context).RunAsync(_source, cancellationToken);
    }

    private sealed class Repository : IRepositoryImages
    {
        public bool IsEmpty { get; set; }

        public CommitSha? Signed { get; set; }

        public Task<RepositoryImage?> FindAsync(AppKey app, string repository, Digest image, CommitSha? commit, CancellationToken cancellationToken) =>
            Task.FromResult(IsEmpty ? null : new RepositoryImage((commit ?? Signed)!.Value, DateTimeOffset.UnixEpoch, "1.2.3", null, IsDirty: false));
    }

    private sealed class Verifier : IImageVerifier
    {
        public bool Refuses { get; set; }

        public IList<Digest> New { get; } = [];

        public Task VerifyAsync(AppKey app, CommitSha commit, string repository, Digest image, CancellationToken cancellationToken) =>
            Refuses ? throw InternalErrors.Unexpected(new InvalidOperationException("not signed")) : Task.CompletedTask;

        public Task VerifyNewAsync(AppKey app, CommitSha commit, string repository, Digest image, CancellationToken cancellationToken)
        {
            New.Add(image);
            return VerifyAsync(app, commit, repository, image, cancellationToken);
        }
    }

    private sealed class Cancelling(CancellationTokenSource cancel, StageName after) : IReporter
    {
        public void Started(StageName stage)
        {
        }

        public void Finished(StageName stage, TimeSpan elapsed, string summary)
        {
            if (stage == after)
            {
                cancel.Cancel();
            }
        }

        public void Detail(string message)
        {
        }

        public void Warn(Diagnostic warning)
        {
        }
    }
}
