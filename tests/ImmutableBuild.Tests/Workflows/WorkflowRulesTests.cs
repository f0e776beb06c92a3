using System.Text.RegularExpressions;

namespace ImmutableBuild.Tests.Workflows;

/// <summary>What holds for every workflow, the repository's own and those that a template brings.</summary>
public sealed partial class WorkflowRulesTests
{
    private static IEnumerable<WorkflowJob> Jobs => Workflow.All.SelectMany(workflow => workflow.Jobs);

    [Fact]
    public void The_reusable_workflows_and_their_callers_are_there() =>
        Workflow.All.Select(workflow => Path.GetFileName(workflow.Name)).Distinct().Order(StringComparer.Ordinal).ShouldBe(
            ["ci.yml", "drift.yml", "immutable-release.yml", "immutable-run.yml", "nightly.yml", "rebase.yml", "release.yml", "rescan.yml", "rollback.yml"]);

    [Fact]
    public void Every_action_is_pinned_to_a_commit_with_its_version_beside_it() =>
        Offences(workflow => UsesLine.Matches(workflow.Text).Select(line => line.Value).Where(line => !line.Contains("uses: ./", StringComparison.Ordinal) && !PinnedLine.IsMatch(line))).ShouldBeEmpty();

    [Fact]
    public void An_action_has_one_version_everywhere() =>
        Workflow.All.SelectMany(workflow => PinnedLine.Matches(workflow.Text)).Select(pin => (Action: pin.Groups["action"].Value, Pin: pin.Groups["pin"].Value)).Distinct()
            .GroupBy(pin => pin.Action).Where(pins => pins.Count() > 1).Select(pins => pins.Key).ShouldBeEmpty();

    [Fact]
    public void No_value_becomes_part_of_a_script() =>
        Jobs.Where(job => job.Scripts.Any(script => script.Contains("${{", StringComparison.Ordinal))).ShouldBeEmpty();

    [Fact]
    public void Nothing_that_a_stranger_may_write_is_read_at_all() =>
        Offences(workflow => StrangersWords.Matches(workflow.Text).Select(match => match.Value)).ShouldBeEmpty();

    [Fact]
    public void Secrets_are_handed_on_by_name() =>
        Offences(workflow => InheritedSecrets.Matches(workflow.Text).Select(match => match.Value)).ShouldBeEmpty();

    [Fact]
    public void What_is_masked_is_escaped_as_the_runner_reads_it()
    {
        var masks = Jobs.SelectMany(job => job.Scripts).SelectMany(script => script.Split('\n')).Where(line => line.Contains("::add-mask::", StringComparison.Ordinal)).ToList();

        masks.Count.ShouldBe(2);
        masks.ShouldAllBe(line => line.EndsWith("echo \"::add-mask::${value//%/%25}\"", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_job_that_has_steps_says_how_long_it_may_take() =>
        Jobs.Where(job => job.Calls is null && Workflow.Value(job.Node, "timeout-minutes") is null).ShouldBeEmpty();

    [Fact]
    public void No_checkout_leaves_its_token_behind() =>
        Jobs.SelectMany(job => job.Steps.Where(step => Workflow.Value(step, "uses")?.StartsWith("actions/checkout@", StringComparison.Ordinal) == true)
            .Where(step => Workflow.Map(step, "with") is not { } with || Workflow.Value(with, "persist-credentials") != "false").Select(_ => job)).ShouldBeEmpty();

    [Fact]
    public void What_deploys_has_approvals_and_waits_its_turn_and_is_never_cancelled()
    {
        var changing = Jobs.Where(job => Workflow.Map(job.Node, "concurrency") is not null).ToList();

        changing.Select(job => job.ToString()).ShouldBe([".github/workflows/immutable-release.yml, job deploy", ".github/workflows/immutable-run.yml, job run"]);
        changing.ShouldAllBe(job => Workflow.Value(Workflow.Map(job.Node, "concurrency")!, "cancel-in-progress") == "false");
        changing.ShouldAllBe(job => job.Node.Children.ContainsKey("environment"));
    }

    [Fact]
    public void Every_input_secret_and_output_of_a_reusable_workflow_is_described_and_typed()
    {
        var calls = Workflow.All.Select(workflow => (workflow.Name, Call: Workflow.Map(Workflow.Map(workflow.Root, "on")!, "workflow_call"))).Where(one => one.Call is not null).ToList();

        calls.Count.ShouldBe(2);
        foreach (var (name, call) in calls)
        {
            foreach (var kind in (string[])["inputs", "secrets", "outputs"])
            {
                foreach (var (key, value) in Workflow.Map(call!, kind) ?? [])
                {
                    Workflow.Value(value, "description").ShouldNotBeNullOrEmpty($"{name}: {kind} {key}");
                    (kind != "inputs" || Workflow.Value(value, "type") is not null).ShouldBeTrue($"{name}: {kind} {key}");
                }
            }
        }
    }

    [Fact]
    public void A_release_answers_digest_image_generation_and_url() =>
        Workflow.Map(Workflow.Map(Workflow.Map(Workflow.Called("./.github/workflows/immutable-release.yml").Root, "on")!, "workflow_call")!, "outputs")!
            .Select(output => output.Key.ToString()).ShouldBe(["digest", "image", "generation", "url"]);

    private static IEnumerable<string> Offences(Func<Workflow, IEnumerable<string>> find) =>
        Workflow.All.SelectMany(workflow => find(workflow).Select(offence => $"{workflow.Name}: {offence.Trim()}"));

    [GeneratedRegex(@"^.*\buses:.*$", RegexOptions.Multiline)]
    private static partial Regex UsesLine { get; }

    [GeneratedRegex(@"uses: (?<action>[\w./-]+)@(?<pin>[0-9a-f]{40} # v\d+\.\d+\.\d+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex PinnedLine { get; }

    [GeneratedRegex(@"github\.(event\.(?!_)|head_ref|event\b(?!_name))[\w.]*")]
    private static partial Regex StrangersWords { get; }

    [GeneratedRegex(@"secrets:\s*inherit")]
    private static partial Regex InheritedSecrets { get; }
}
