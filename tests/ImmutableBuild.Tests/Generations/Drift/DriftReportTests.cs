using System.Text.Json;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Drift;
using ImmutableBuild.Tests.Generations.Simulation;

namespace ImmutableBuild.Tests.Generations.Drift;

/// <summary>What people and programs read of drift.</summary>
public sealed class DriftReportTests
{
    private readonly World _world = new();

    [Fact, Trait("Fault", "F37")]
    public async Task It_names_who_drifted_in_what_and_who_is_at_work()
    {
        await _world.ReleaseAsync(1);
        _world.Target.Drift.Add(Finding("0", "memory"));
        await _world.Target.AcquireLeaseAsync(SimulatedSpecs.App, new LeaseRequest("somebody", TimeSpan.FromMinutes(5)), TestContext.Current.CancellationToken);

        var report = await FindAsync();

        (report.IsDrifted, report.Live, report.Lease!.Holder).ShouldBe((true, World.Id(1), "somebody"));
        DestroyErrors.Drifted(report).Message.ShouldContain($"{World.Id(1)} instance 0");
    }

    [Fact]
    public async Task It_has_a_json_form()
    {
        await _world.ReleaseAsync(1);
        _world.Target.Drift.Add(Finding("0", "memory"));

        using var json = JsonDocument.Parse(JsonSerializer.Serialize(await FindAsync(), StatusJson.Default.DriftReport));

        json.RootElement.GetProperty("isDrifted").GetBoolean().ShouldBeTrue();
        var finding = json.RootElement.GetProperty("findings")[0];
        finding.GetProperty("kind").GetString().ShouldBe("Limits");
        finding.GetProperty("generation").GetString().ShouldBe(World.Id(1).ToString());
        finding.GetProperty("cure").GetString().ShouldBe("-t:Heal replaces the instance");
    }

    [Fact]
    public async Task What_was_named_by_others_can_not_reach_the_terminal()
    {
        await _world.ReleaseAsync(1);
        _world.Target.Drift.Add(Finding("0", "/app/\u001b[2Jx\n" + new string('y', 500)));

        var row = DriftRow.Of(await FindAsync()).ShouldHaveSingleItem();

        row.What.ShouldNotContain("\u001b");
        row.What.ShouldNotContain("\n");
        row.What.Length.ShouldBeLessThanOrEqualTo(100);
    }

    [Fact]
    public async Task A_gateway_that_can_not_answer_is_told_all_the_same()
    {
        await _world.ReleaseAsync(1);
        _world.Target.Drift.Add(new DriftFinding(null, null, DriftKind.Gateway, "container", "running", "paused"));
        _world.Target.Faults = call => call == "observe" ? Fault.NotDone : Fault.None;

        var report = await FindAsync();

        report.Findings.ShouldHaveSingleItem().Kind.ShouldBe(DriftKind.Gateway);
    }

    private static DriftFinding Finding(string instance, string subject) => new(World.Id(1), instance, DriftKind.Limits, subject, "1", "2");

    private Task<DriftReport> FindAsync() => DriftReport.FindAsync(_world.Target, SimulatedSpecs.App, _world.Time, TestContext.Current.CancellationToken);
}
