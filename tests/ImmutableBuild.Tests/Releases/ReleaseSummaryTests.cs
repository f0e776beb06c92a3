using ImmutableBuild.Releases;

namespace ImmutableBuild.Tests.Releases;

public sealed class ReleaseSummaryTests
{
    [Fact]
    public void The_last_line_has_the_form_that_the_terminal_logger_shows()
    {
        var live = SampleRecord.Spec.Id;
        ReleaseSummary.Of(SampleRecord.Whole, "Shop", "/src/Shop.csproj")[^1].ShouldBe($"Shop -> http://127.0.0.1:1 (generation {live})");
    }

    [Fact]
    public void It_says_what_was_replaced_what_that_cost_and_how_to_go_back()
    {
        var gate = SampleRecord.Whole.HealthGate! with { Replaced = SampleRecord.Spec.Id, RequestsLost = 2, SwitchTime = TimeSpan.FromMilliseconds(12) };
        var text = string.Join('\n', ReleaseSummary.Of(SampleRecord.Whole with { HealthGate = gate }, "Shop", "/src/Shop.csproj"));

        text.ShouldContain($"replaced {SampleRecord.Spec.Id} (switched in 12 ms), 2 requests were lost.");
        text.ShouldContain("dotnet build \"/src/Shop.csproj\" -t:Rollback");
    }

    [Fact]
    public void A_worker_has_no_address() =>
        ReleaseSummary.Of(SampleRecord.Whole with { HealthGate = SampleRecord.Whole.HealthGate! with { Url = null } }, "Shop", "x")[^1].ShouldContain("Shop -> shop/dev (a worker");

    [Fact]
    public void Before_the_gate_there_is_nothing_to_say() => ReleaseSummary.Of(SampleRecord.Compiled, "Shop", "x").ShouldBeEmpty();
}
