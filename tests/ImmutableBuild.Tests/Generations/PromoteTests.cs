using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Releases;
using ImmutableBuild.Releases.Source;
using ImmutableBuild.Reports;
using ImmutableBuild.Tests.Generations.Simulation;

namespace ImmutableBuild.Tests.Generations;

/// <summary>The image that is live in one environment, to the next.</summary>
public sealed class PromoteTests : Promotions
{
    [Fact]
    public async Task What_is_live_goes_to_the_next_environment_by_its_digest_and_with_that_ones_configuration()
    {
        await Staging.ReleaseAsync(1);

        var record = await PromoteAsync();

        var live = Production.Now.Generations.ShouldHaveSingleItem().Spec;
        (live.Commit, live.Image, live.Repository).ShouldBe((SimulatedSpecs.Spec(1).Commit, SimulatedSpecs.Spec(1).Image, "local/web"));
        live.Configuration.Environment["MODE"].ShouldBe("production");
        live.Id.ShouldNotBe(World.Id(1), "another configuration makes another generation");
        Production.Serving.ShouldBe(live.Id);
        Verifies.New.ShouldBe([live.Image]);
        (record.Promoted!.From, record.Promoted.Generation, record.HealthGate!.Live).ShouldBe(("staging", World.Id(1), live.Id));
        record.DestroyOld.ShouldNotBeNull();
        Production.Reporter.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_ledger_says_where_it_came_from()
    {
        await Staging.ReleaseAsync(1);

        await PromoteAsync();

        var entry = Production.Now.Ledger.ShouldHaveSingleItem();
        (entry.Event, entry.Cause, entry.Reason).ShouldBe((LedgerEvent.Live, LedgerCause.Promote, "promoted from staging"));
        History.Of(Production.Now)[0].Reason.ShouldBe("promoted from staging");
    }

    [Fact]
    public async Task Record_and_report_are_left_as_by_a_release()
    {
        await Staging.ReleaseAsync(1);

        var record = await PromoteAsync();

        var written = await new ReleaseRecordFile(Work).ReadAsync(Ct);
        (written.Promoted, written.HealthGate!.Live, written.Compile.Version).ShouldBe((record.Promoted, record.HealthGate!.Live, "1.2.3"));
        var report = await File.ReadAllTextAsync(Path.Combine(Work, ReleaseReport.MarkdownFile), Ct);
        report.ShouldContain("web/test is live");
        report.ShouldContain("promoted from staging");
        report.ShouldContain($"{SimulatedSpecs.Spec(1).Image}");
        report.ShouldContain("| Bake |  | not run |");
        File.Exists(Path.Combine(Work, ReleaseReport.HtmlFile)).ShouldBeTrue();
        ReleaseSummary.Of(record, "web", "web.csproj")[0].ShouldContain("is live in test, promoted from staging");
    }

    [Fact, Trait("Fault", "F07")]
    public async Task Promoting_again_changes_nothing_and_says_so()
    {
        await Staging.ReleaseAsync(1);
        await PromoteAsync();
        var calls = Production.Target.Calls.Count;

        var again = await PromoteAsync();

        again.Deploy!.AlreadyLive.ShouldBeTrue();
        Production.Target.Calls.Count.ShouldBe(calls);
        ReleaseSummary.Of(again, "web", "web.csproj")[0].ShouldContain("was live already: nothing was changed");
    }

    [Fact]
    public async Task Another_configuration_of_the_environment_makes_another_generation()
    {
        await Staging.ReleaseAsync(1);
        var first = (await PromoteAsync()).HealthGate!.Live;
        Configuration = Configuration with { Environment = Configuration.Environment.SetItem("MODE", "other") };

        var second = await PromoteAsync();

        second.HealthGate!.Replaced.ShouldBe(first);
        second.DestroyOld!.Destroyed.ShouldBe([first]);
    }

    [Fact, Trait("Fault", "F12")]
    public async Task One_that_fails_its_gate_there_leaves_what_served_and_is_reported()
    {
        await Production.ReleaseAsync(7);
        await Staging.ReleaseAsync(1);
        Production.With(1, new SimulatedApp { NeverListens = true });

        var failure = await Should.ThrowAsync<ImmutableBuildException>(PromoteAsync);

        failure.Code.ShouldStartWith("IMB7");
        Production.Standing.ShouldBe([World.Id(7)]);
        Production.Serving.ShouldBe(World.Id(7));
        var entry = Production.Now.Ledger[^1];
        (entry.Event, entry.Cause).ShouldBe((LedgerEvent.Failed, LedgerCause.Promote));
        Production.Now.Lease.ShouldBeNull();
        (await File.ReadAllTextAsync(Path.Combine(Work, ReleaseReport.MarkdownFile), Ct)).ShouldContain("HealthGate failed");
    }

    [Fact, Trait("Fault", "F38")]
    public async Task What_production_does_not_trust_is_not_created()
    {
        await Staging.ReleaseAsync(1);
        Verifies.Refuses = true;

        await Should.ThrowAsync<ImmutableBuildException>(PromoteAsync);

        Production.Target.Calls.ShouldBeEmpty();
        (await File.ReadAllTextAsync(Path.Combine(Work, ReleaseReport.MarkdownFile), Ct)).ShouldContain("Deploy failed");
    }

    [Fact, Trait("Fault", "F02")]
    public async Task Cancelled_between_two_stages_it_is_given_up()
    {
        await Production.ReleaseAsync(7);
        await Staging.ReleaseAsync(1);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var reporter = new Cancelling(cancel, StageName.Deploy);

        await Should.ThrowAsync<OperationCanceledException>(() => PromoteAsync(reporter, cancel.Token));

        Production.Standing.ShouldBe([World.Id(7)]);
        Production.Now.Lease.ShouldBeNull();
        (await File.ReadAllTextAsync(Path.Combine(Work, ReleaseReport.MarkdownFile), Ct)).ShouldContain("IMB6004");
    }

    [Theory]
    [InlineData(2, false, "commit 000000000000")]
    [InlineData(1, true, "with uncommitted changes")]
    [InlineData(null, false, "of no known commit")]
    public async Task Configuration_of_another_commit_is_warned_about(int? commit, bool dirty, string told)
    {
        await Staging.ReleaseAsync(1);
        Source = new ConfigurationSource("web.csproj", commit is { } number ? SimulatedSpecs.Spec(number).Commit : null, dirty);

        var record = await PromoteAsync();

        var warning = Production.Reporter.Warnings.ShouldHaveSingleItem();
        (warning.Code, warning.Severity).ShouldBe(("IMB8029", Severity.Warning));
        warning.Message.ShouldContain(told);
        warning.Message.ShouldContain($"check {SimulatedSpecs.Spec(1).Commit.Abbreviated} out first");
        (record.Promoted!.ConfigurationCommit, record.Promoted.ConfigurationDirty).ShouldBe((Source.Commit, dirty));
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
